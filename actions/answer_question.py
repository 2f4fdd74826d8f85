"""AnswerQuestion: every intent's answer, decided in assistant.answering."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import HotlineAction
from assistant.answering.decide import decide, memory_after
from assistant.answering.payload import payload_of


class AnswerQuestion(HotlineAction):
    """Answers from the current edition and remembers what was answered."""

    def name(self) -> str:
        """See parent class."""
        return "action_answer_question"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Dispatch one answer as a custom payload; return the slots to keep."""
        view, memory, question = self.view(tracker), self.memory(tracker), self.question(tracker)
        answer = decide(question, memory, view)
        dispatcher.utter_message(json_message=payload_of(answer, view))
        return self.remember(memory_after(answer, question, memory))
