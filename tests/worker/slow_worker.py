"""A worker process whose turns last as long as it is told; started by test_process."""

from __future__ import annotations

import asyncio
import sys

from assistant.clock import utc_now
from assistant.storage.messages import open_message_store
from assistant.worker.loop import WorkerLoop, stop_on_signals
from assistant.worker.turn import TurnResult
from tests.worker.runners import payload


class Slow:
    """Says when a turn begins, and answers after a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def run(self, conversation_id: str, text: str, tracker: str | None) -> TurnResult:
        """Answer late."""
        print("thinking", flush=True)  # noqa: T201
        await asyncio.sleep(self._seconds)
        return TurnResult((payload(f"slow {text}"),), None, {})


if __name__ == "__main__":
    url, seconds, lease = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    store = open_message_store(url, utc_now())
    loop = WorkerLoop(store, Slow(seconds), "w-slow", utc_now, lease_seconds=lease)  # type: ignore[arg-type]
    stop_on_signals(loop)
    asyncio.run(loop.run())
    store.close()
