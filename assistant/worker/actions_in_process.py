"""Run our Rasa actions in the worker's own process instead of over HTTP.

Rasa asks an `EndpointConfig` to send the call; this one hands it to the SDK's
executor. The action server's HTTP hop cost 16 ms a message.

An action that raises is caught here: Rasa would log the whole exception, whose
words may be the citizen's own. The turn then has no reply, and `replies` apologises.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from actions.answer_question import AnswerQuestion
from assistant.logs import fields

logger = logging.getLogger(__name__)

ACTIONS = (AnswerQuestion,)


class InProcessActions(EndpointConfig):  # type: ignore[misc]  # rasa is not followed by mypy
    """Stands where Rasa expects the address of an action server."""

    def __init__(self) -> None:
        super().__init__(url="http://in-process.invalid", enable_selective_domain=True)
        self._executor = ActionExecutor()
        for action in ACTIONS:
            self._executor.register_action(action)

    async def request(self, *_args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run the action named in the call; see parent class."""
        call: dict[str, Any] = kwargs["json"]
        nothing: dict[str, Any] = {"events": [], "responses": []}
        try:
            result: dict[str, Any] | None = await self._executor.run(call)
        # A process edge: Rasa would catch it just the same, and log every word of it.
        except Exception as err:  # noqa: BLE001
            logger.error(
                "action_failed",
                extra=fields(
                    conversation=call.get("sender_id"),
                    action=call.get("next_action"),
                    error=type(err).__name__,
                ),
            )
            return nothing
        return result or nothing
