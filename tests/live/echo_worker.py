"""A worker process whose turns are light: everything is real but Rasa.

Its tracker is the list of all texts it has acted on, so that "once, and in order" can
be read from it. Arguments: database URL, name of a planted bug or "-", seconds of a turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from assistant.clock import utc_now
from assistant.messages.ids import new_id
from assistant.storage.messages import open_message_store
from assistant.worker.loop import LEASE_SECONDS, Beat, Heart, WorkerLoop, stop_on_signals
from assistant.worker.turn import TurnResult
from assistant.worker.turn_limit import TURN_SECONDS
from tests.live import planted
from tests.worker.runners import payload

# The quick form shortens the hold of a worker that died; the soak keeps the product's own.
LEASE_VARIABLE = "WENBAN_TEST_LEASE_SECONDS"


class Echo:
    """Answers with the text, and remembers it."""

    def __init__(self, seconds: float) -> None:
        """Take some time for each turn."""
        self._seconds = seconds

    async def run(self, conversation_id: str, text: str, tracker: str | None) -> TurnResult:
        """Answer when the time of a turn is over."""
        await asyncio.sleep(self._seconds)
        acted = [*json.loads(tracker or "[]"), text]
        return TurnResult((payload(f"re {text}"),), json.dumps(acted, ensure_ascii=False), {})


def main(url: str, bug: str, turn_seconds: str) -> None:
    """Work until told to stop."""
    planted.plant(bug)
    store = open_message_store(url, utc_now())
    worker_id = new_id("w")
    heart = Heart(store, Beat(worker_id, "ready", lambda: "e-test"), utc_now)
    heart.start()
    lease = float(os.environ.get(LEASE_VARIABLE) or LEASE_SECONDS)
    loop = WorkerLoop(
        store,
        Echo(float(turn_seconds)),  # type: ignore[arg-type]
        worker_id,
        utc_now,
        lease_seconds=lease,
        turn_seconds=min(TURN_SECONDS, lease / 2),
    )
    stop_on_signals(loop)
    asyncio.run(loop.run())
    heart.stop()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
