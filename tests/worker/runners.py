"""Stand-ins for the agent, for tests of what is around it; the loop and the store are real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from assistant.messages.store import MessageStore
from assistant.worker.loop import WorkerLoop
from assistant.worker.turn import TurnResult

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def payload(text: str) -> dict[str, Any]:
    """Return what an action hands over."""
    return {
        "status": "smalltalk", "text": text, "kind": "text", "buttons": [], "entry_id": None,
        "edition": None, "sources": [], "ticket": None, "hotline_number": None, "sections": [],
        "department": None, "last_checked_on": None,
    }  # fmt: skip


class Echo:
    """Answers with the text and the tracker it was given, and remembers the order."""

    def __init__(self, tracker: str | None = None) -> None:
        self.turns: list[tuple[str, str, str | None]] = []
        self._tracker = tracker

    async def run(self, conversation_id: str, text: str, tracker: str | None) -> TurnResult:
        """Answer at once."""
        self.turns.append((conversation_id, text, tracker))
        return TurnResult((payload(f"re {text}"),), self._tracker or f"seen {text}", {})


class Failing:
    """Raises what it is told to, for texts that begin with 坏."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def run(self, conversation_id: str, text: str, tracker: str | None) -> TurnResult:
        """Raise, or answer."""
        if text.startswith("坏"):
            raise self._error
        return TurnResult((payload(f"re {text}"),), None, {})


def accepted(store: MessageStore, *texts: str) -> tuple[str, list[str]]:
    """Accept texts in one new conversation; return it and the messages' ids."""
    conversation_id = store.create_conversation(NOW)
    return conversation_id, [
        store.accept(conversation_id, f"k{number}", text, NOW).id
        for number, text in enumerate(texts)
    ]


def said(store: MessageStore, conversation_id: str) -> list[str]:
    """Return the texts of all replies of a conversation, in order."""
    return [event.reply.text for event in store.events_after(conversation_id, 0)]


def work_until(loop: WorkerLoop, is_done: Callable[[], bool], seconds: float = 10.0) -> None:
    """Run a loop in this thread until something is true, then stop it."""

    async def watch() -> None:
        for _ in range(int(seconds / 0.02)):
            if is_done():
                break
            await asyncio.sleep(0.02)
        loop.stop()

    async def both() -> None:
        await asyncio.gather(loop.run(), watch())

    asyncio.run(both())
    assert is_done(), "the worker did not get there in time"
