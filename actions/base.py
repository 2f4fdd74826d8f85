"""The edge that all actions share: tracker in, core called, payload out.

`rasa run actions` builds actions without arguments; the worker registers the
same classes. Rasa's response templates are not used: what a citizen reads is
taken verbatim from the edition and travels as a custom payload.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet

from assistant.answering.conversation import KnowledgeView, Memory, Question
from assistant.clock import utc_now
from assistant.services import knowledge_view


class HotlineAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk is not followed by mypy
    """Base of our actions; abstract, so that Rasa does not register it."""

    @abstractmethod
    def name(self) -> str:
        """Return the name in domain.yml."""

    def view(self, tracker: Tracker) -> KnowledgeView:
        """Return the edition that the message's candidates were taken from."""
        passages: dict[str, Any] = tracker.latest_message.get("passages") or {}
        return knowledge_view(str(passages.get("edition") or ""))

    def question(self, tracker: Tracker) -> Question:
        """Return the last message as the core understands it."""
        message: dict[str, Any] = tracker.latest_message
        intent: dict[str, Any] = message.get("intent") or {}
        passages: dict[str, Any] = message.get("passages") or {}
        return Question(
            text=str(message.get("text") or ""),
            intent=str(intent.get("name") or ""),
            intent_confidence=float(intent.get("confidence") or 0.0),
            probability=float(passages.get("probability") or 0.0),
            ranked=tuple(
                (str(item["entry_id"]), float(item["score"])) for item in passages.get("ranked", ())
            ),
            now=utc_now(),
            is_searched=bool(message.get("passages")),
        )

    def memory(self, tracker: Tracker) -> Memory:
        """Return what earlier turns left in the slots."""
        return Memory(
            entry_id=str(tracker.get_slot("entry_id") or ""),
            district=str(tracker.get_slot("district") or ""),
            offered=tuple(tracker.get_slot("offered") or ()),
        )

    def remember(self, memory: Memory) -> list[dict[str, Any]]:
        """Return the events that keep a memory in the slots."""
        kept = {
            "entry_id": memory.entry_id,
            "district": memory.district,
            "offered": list(memory.offered),
        }
        return [SlotSet(name, value) for name, value in kept.items()]
