"""Ends a turn that hangs: the citizen gets the apology, the process makes room for another.

A thread cannot be stopped from outside, so a worker whose turn is over its time
stores the apology and leaves; the supervisor starts the next one. Where not even
our thread gets to run, because native code holds the interpreter, a timer of
`faulthandler`, which needs no interpreter, ends the process a little later; the
message is then claimed anew when its lease is over.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.errors import ClaimLost, StorageUnavailable
from assistant.logs import fields
from assistant.messages.message import InboxMessage

TURN_SECONDS = 8.0
# After the apology had its chance to be stored; before the lease of the message is over.
HARD_SECONDS = 12.0
# What the supervisor sees: not a crash of Python, and not a wish to stop.
EXIT_STATUS = 70

logger = logging.getLogger(__name__)


def leave() -> None:
    """End this process now; nothing that hangs is waited for."""
    os._exit(EXIT_STATUS)


class TurnLimit:
    """Watches one turn at a time."""

    def __init__(
        self,
        give_up: Callable[[InboxMessage], None],
        *,
        seconds: float = TURN_SECONDS,
        hard_seconds: float = HARD_SECONDS,
        leave: Callable[[], None] = leave,
    ) -> None:
        """Call `give_up` with a message whose turn is over its time, then `leave`."""
        self._give_up, self._leave = give_up, leave
        self._seconds, self._hard_seconds = seconds, hard_seconds

    @contextmanager
    def watching(self, message: InboxMessage) -> Iterator[None]:
        """Watch until the block ends."""
        timer = threading.Timer(self._seconds, self._end, [message])
        timer.daemon = True
        timer.start()
        # Prints where every thread stands, without any value, and ends the process.
        faulthandler.dump_traceback_later(self._hard_seconds, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            timer.cancel()

    def _end(self, message: InboxMessage) -> None:
        """Apologise for the turn and leave, unless it was finished in the last moment."""
        ids = fields(conversation=message.conversation_id, message=message.id)
        try:
            self._give_up(message)
        except ClaimLost:
            logger.warning("turn_late", extra=ids)
            return
        except StorageUnavailable:
            pass  # the message waits for its next worker
        logger.error("turn_timed_out", extra=ids)
        self._leave()
