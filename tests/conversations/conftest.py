"""Conversations run through the trained model, the current edition and the real actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.answering.conversation import KnowledgeView
from assistant.answering.decision import decision_of
from assistant.settings import Settings
from assistant.text import clean_message

Say = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def talk(settings: Settings, view: KnowledgeView) -> Iterator[Callable[[], Say]]:
    """Return what begins a conversation: a function that says one thing and gives the Decision."""
    from assistant.worker.quiet import quiet_environment

    quiet_environment()
    from assistant.worker.model_file import rasa_model
    from assistant.worker.turn import TurnRunner

    runner, loop = TurnRunner(rasa_model(settings)), asyncio.new_event_loop()
    number = iter(range(1_000_000))

    def begin() -> Say:
        conversation_id, tracker = f"test-{next(number)}", None

        def say(text: str) -> dict[str, Any]:
            nonlocal tracker
            result = loop.run_until_complete(
                runner.run(conversation_id, clean_message(text), tracker)
            )
            tracker = result.tracker
            return decision_of(
                text=text,
                parsed=result.parsed,
                payloads=result.payloads,
                view=view,
                elapsed_ms=0.0,
            )

        return say

    yield begin
    loop.close()
