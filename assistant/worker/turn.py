"""One turn: a cleaned message and the conversation's tracker in, answers and tracker out.

Embeds the Rasa agent. Nothing here writes to storage; `loop` commits what comes
back in one transaction.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelMissing
from assistant.worker.actions_in_process import InProcessActions
from assistant.worker.tracker_store import TurnTrackerStore


@dataclass(frozen=True)
class TurnResult:
    """`payloads` as actions made them (see answering.payload), `parsed` what NLU understood."""

    payloads: tuple[dict[str, Any], ...]
    tracker: str | None
    parsed: dict[str, Any]


class TurnRunner:
    """Runs turns, one at a time, in the event loop it is called from."""

    def __init__(self, model: Path) -> None:
        """Load the agent.

        Raises:
            ModelMissing: there is no model, or it is not a whole one.
        """
        from rasa.core.agent import Agent
        from rasa.shared.exceptions import RasaException

        if not model.is_file():
            raise ModelMissing(model, "there is no trained Rasa model")
        self._trackers = TurnTrackerStore()
        self._agent = Agent(tracker_store=self._trackers, action_endpoint=InProcessActions())
        try:
            self._agent.load_model(str(model))
        # Rasa raises ModelNotFound for a file that is no archive, and tells nothing more.
        except (RasaException, OSError, tarfile.TarError) as err:
            raise ModelMissing(model, f"the Rasa model cannot be read ({err})") from err
        if not self._agent.is_ready():
            raise ModelMissing(model, "the Rasa model cannot be loaded")

    async def run(self, conversation_id: str, text: str, tracker: str | None) -> TurnResult:
        """Return what the conversation is answered; the tracker is None if Rasa kept none."""
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        self._trackers.put(conversation_id, tracker)
        channel = CollectingOutputChannel()
        try:
            message = UserMessage(escaped(text), channel, conversation_id)
            await self._agent.handle_message(message)
        finally:
            kept = self._trackers.take(conversation_id)
            parsed = self._trackers.take_parsed(conversation_id)
        payloads = tuple(message["custom"] for message in channel.messages if "custom" in message)
        return TurnResult(payloads, kept, parsed)


def escaped(text: str) -> str:
    """Return a text that Rasa takes as words: a leading `/` would be an order to it."""
    return "\uff0f" + text.lstrip()[1:] if text.lstrip().startswith("/") else text
