"""Whether a worker is there, and what is said to a citizen while none is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assistant.clock import Clock
from assistant.errors import StorageUnavailable
from assistant.gateway.threads import Threads
from assistant.messages.heartbeat import WorkerStatus, worker_status
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply
from assistant.messages.store import MessageStore

REFRESH_SECONDS = 0.5


class WorkerWatch:
    """The workers' state, looked up at most twice a second."""

    def __init__(
        self, store: MessageStore, threads: Threads, clock: Clock, seconds: Callable[[], float]
    ) -> None:
        self._store, self._threads = store, threads
        self._clock, self._seconds = clock, seconds
        self._known: tuple[float, WorkerStatus] | None = None
        self._is_looking = False

    async def status(self) -> WorkerStatus:
        """Return the state now; `down` while the database cannot be read.

        One look serves all: who comes while it lasts gets what was known before.
        """
        if self._known is not None:
            is_fresh = self._seconds() - self._known[0] < REFRESH_SECONDS
            if is_fresh or self._is_looking:
                return self._known[1]
        self._is_looking = True
        try:
            beats = await self._threads.call(self._store.beats)
            status = worker_status(beats, self._clock())
        except StorageUnavailable:
            status = WorkerStatus("down", "")
        finally:
            self._is_looking = False
        self._known = (self._seconds(), status)
        return status


def outage_notice(message: InboxMessage, now: datetime) -> Reply:
    """Return the sentence for a stored message that nobody can answer now; it is not stored."""
    return Reply(
        id=f"notice-{message.id}",
        status="error_no_worker",
        text=(
            "智能助手暂时无法回答。您的消息已经保存"
            f"（编号{message.id[-8:]}），恢复后会在这里答复您；着急办理的，请直接拨打12345。"
        ),
        created_at=now,
        hotline_number="12345",
        sender="system",
    )


def late_notice(message: InboxMessage, now: datetime) -> Reply:
    """Return the sentence for a stored message whose answer takes its time; it is not stored."""
    return Reply(
        id=f"notice-{message.id}",
        status="error_slow",
        text=(
            f"这个问题还在处理。您的消息已经保存（编号{message.id[-8:]}），"
            "答复会显示在这里；着急办理的，请直接拨打12345。"
        ),
        created_at=now,
        hotline_number="12345",
        sender="system",
    )
