"""Looks into the outbox for everybody at once and wakes those who wait for a reply.

One query every 25 ms while anybody waits, none while nobody does; a hundred open
pages cost the database no more than one. A waiter looks for itself every
`FALLBACK_SECONDS` too, so a missed wake is a delay and never a loss.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import StorageUnavailable
from assistant.gateway.threads import Threads
from assistant.logs import fields
from assistant.messages.store import MessageStore

POLL_SECONDS = 0.025
FALLBACK_SECONDS = 1.0
OUTAGE_PAUSE_SECONDS = 0.5

_log = logging.getLogger(__name__)


class OutboxWatch:
    """Wakes waiters of a conversation when it got a reply, and all of them at the end."""

    def __init__(self, store: MessageStore, threads: Threads) -> None:
        self._store, self._threads = store, threads
        self._waiters: dict[str, set[asyncio.Event]] = {}
        self._wanted = asyncio.Event()
        self.is_stopping = False

    @contextmanager
    def waiter(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set when the conversation got a reply or the end has come.

        Look into the store after entering and after every wake.
        """
        event = asyncio.Event()
        self._waiters.setdefault(conversation_id, set()).add(event)
        self._wanted.set()
        try:
            yield event
        finally:
            group = self._waiters[conversation_id]
            group.discard(event)
            if not group:
                del self._waiters[conversation_id]

    def waiting(self, conversation_id: str) -> int:
        """Return how many wait for a conversation."""
        return len(self._waiters.get(conversation_id, ()))

    def stop(self) -> None:
        """Wake everybody for the last time."""
        self.is_stopping = True
        for group in self._waiters.values():
            for event in group:
                event.set()

    async def run(self) -> None:
        """Look and wake until cancelled; an outage of the database is waited out."""
        sequence: int | None = None
        while True:
            if not self._waiters:
                self._wanted.clear()
                await self._wanted.wait()
            try:
                if sequence is None:
                    sequence = await self._threads.call(self._store.newest_sequence)
                sequence, got_replies = await self._threads.call(
                    self._store.conversations_after, sequence
                )
            except StorageUnavailable as err:
                _log.warning("outbox_unreadable", extra=fields(reason=str(err)))
                await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
                continue
            for conversation_id in got_replies:
                for event in self._waiters.get(conversation_id, ()):
                    event.set()
            await asyncio.sleep(POLL_SECONDS)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set or the seconds are over, and clear it."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
