"""AnswerQuestion: every intent's answer, decided in assistant.answering."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import HotlineAction
from assistant.answering.decide import decide
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
        view, memory = self.view(tracker), self.memory(tracker)
        answer = decide(self.question(tracker), memory, view)
        dispatcher.utter_message(json_message=payload_of(answer, view))
        entry_id = answer.entry.id if answer.entry is not None else memory.entry_id
        events: list[dict[str, Any]] = [
            SlotSet("entry_id", entry_id),
            SlotSet("district", answer.district),
            SlotSet("offered", list(answer.offered)),
        ]
        return events
