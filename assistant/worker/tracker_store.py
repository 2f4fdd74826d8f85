"""Holds the tracker of the turn that is running; storage keeps its text.

Rasa's own stores write by themselves, outside our transaction, and grow with
the conversation. Here a tracker comes from text before the turn and goes back
to text after it: the slots and the last turns, which is all our policies need.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

KEPT_TURNS = 2


class TurnTrackerStore(TrackerStore):  # type: ignore[misc]  # rasa is not followed by mypy
    """Keeps trackers of running turns only, as text."""

    def __init__(self) -> None:
        super().__init__(Domain.empty())
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, dict[str, Any]] = {}

    def put(self, conversation_id: str, text: str | None) -> None:
        """Give the store the tracker of a conversation before its turn."""
        if text is not None:
            self._texts[conversation_id] = text

    def take(self, conversation_id: str) -> str | None:
        """Return the tracker after the turn and forget it."""
        return self._texts.pop(conversation_id, None)

    def take_parsed(self, conversation_id: str) -> dict[str, Any]:
        """Return what NLU understood of the turn's message and forget it."""
        return self._parsed.pop(conversation_id, {})

    async def save(self, tracker: DialogueStateTracker) -> None:
        """See parent class."""
        self._texts[tracker.sender_id] = tracker_text(tracker)
        if tracker.latest_message is not None:
            self._parsed[tracker.sender_id] = dict(tracker.latest_message.parse_data or {})

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """See parent class."""
        text = self._texts.get(sender_id)
        if text is None:
            return None
        kept: dict[str, Any] = json.loads(text)
        events = [SlotSet(name, value) for name, value in sorted(kept["slots"].items())]
        events += deserialise_events(kept["events"])
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """See parent class."""
        return list(self._texts)


def tracker_text(tracker: DialogueStateTracker) -> str:
    """Return slots and the events of the last turns as JSON.

    What retrieval attached to a message is left out: it is looked up anew.
    """
    events = list(tracker.events)
    spoken = [number for number, event in enumerate(events) if isinstance(event, UserUttered)]
    # One event before the message: Rasa wants to see that it was listening.
    start = max(spoken[-KEPT_TURNS] - 1, 0) if len(spoken) >= KEPT_TURNS else 0
    rows = [event.as_dict() for event in events[start:]]
    for row in rows:
        parsed = row.get("parse_data")
        if parsed:
            kept = ("text", "intent", "entities")
            row["parse_data"] = {key: parsed[key] for key in kept if key in parsed}
    slots = {name: value for name, value in tracker.current_slot_values().items() if value}
    return json.dumps({"slots": slots, "events": rows}, ensure_ascii=False)
