"""What the service is allowed and able to do: the switch, and whether the database works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from assistant.errors import StorageUnavailable
from assistant.gateway.errors import ApiError
from assistant.gateway.threads import Threads
from assistant.messages.oversight import Answering
from assistant.messages.store import MessageStore

REFRESH_SECONDS = 1.0

StorageState = Literal["ok", "unreadable", "unwritable"]


class ServiceWatch:
    """The switch, looked up at most once a second, and what the last tries have shown."""

    def __init__(self, store: MessageStore, threads: Threads, seconds: Callable[[], float]) -> None:
        self._store, self._threads, self._seconds = store, threads, seconds
        self._known, self._looked_at = Answering(), float("-inf")
        self._is_readable = self._is_writable = True

    async def answering(self) -> Answering:
        """Return the switch; as it was last seen while the database cannot be read."""
        if self._seconds() - self._looked_at >= REFRESH_SECONDS:
            self._looked_at = self._seconds()  # one look serves all who come while it lasts
            try:
                self._known = await self._threads.call(self._store.answering)
                self._is_readable = True
            except StorageUnavailable:
                self._is_readable = False
            self._looked_at = self._seconds()
        return self._known

    async def storage(self) -> StorageState:
        """Return whether the database could be read just now and written at the last try."""
        await self.answering()
        if not self._is_readable:
            return "unreadable"
        return "ok" if self._is_writable else "unwritable"

    def note_write(self, *, is_done: bool) -> None:
        """Remember whether a message could be stored."""
        self._is_writable = is_done

    async def require_answering(self) -> None:
        """Let a page of answers pass.

        Raises:
            ApiError: 503 while answers are switched off.
        """
        if not (await self.answering()).is_on:
            raise ApiError(
                503, "answering_paused", "知识查询现在暂停使用，请拨打12345，由话务员为您解答。"
            )
