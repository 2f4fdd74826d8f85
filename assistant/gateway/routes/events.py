"""`GET /api/chat/events`: replies as they come, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from assistant.clock import monotonic_seconds
from assistant.errors import StorageUnavailable
from assistant.gateway.errors import ApiError
from assistant.gateway.outbox_watch import FALLBACK_SECONDS, wait_for
from assistant.gateway.parts import GatewayParts, address_of, parts_of
from assistant.gateway.worker_watch import outage_notice
from assistant.messages.reply import Reply

COMMENT_SECONDS = 15.0
SILENCE_BEFORE_NOTICE = timedelta(seconds=15)
BATCH = 100
# Tabs of one person; more is a program that forgets to close.
MAX_STREAMS = 8
MAX_SEQUENCE = 2**62


async def stream_events(request: Request) -> Response:
    """Open the stream after the event that the browser saw last, or from the beginning."""
    parts = parts_of(request)
    conversation_id = parts.cookies.conversation_id(request)
    parts.limits.check(address_of(request))
    if parts.outbox.waiting(conversation_id) >= MAX_STREAMS:
        raise ApiError(
            429, "too_many_streams", "打开的页面太多，请关闭一些。", headers={"Retry-After": "30"}
        )
    return StreamingResponse(
        _stream(parts, conversation_id, _last_seen(request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _last_seen(request: Request) -> int:
    """Return the number of the last event seen; 0 for none or nonsense."""
    told = request.headers.get("last-event-id") or request.query_params.get("after", "")
    if not (told.isascii() and told.isdecimal() and len(told) < 19):
        return 0
    return min(int(told), MAX_SEQUENCE)


async def _stream(parts: GatewayParts, conversation_id: str, sequence: int) -> AsyncIterator[str]:
    """Yield events until the browser goes or the gateway stops."""
    source = _Events(parts, conversation_id, sequence)
    commented = monotonic_seconds()
    parts.metrics.streams.inc()
    try:
        with parts.outbox.waiter(conversation_id) as woken:
            yield "retry: 2000\n: open\n\n"
            while not parts.outbox.is_stopping:
                for chunk in await source.fresh():
                    yield chunk
                if monotonic_seconds() - commented >= COMMENT_SECONDS:
                    commented = monotonic_seconds()
                    yield ": still here\n\n"
                if not source.has_more:
                    await wait_for(woken, FALLBACK_SECONDS)
    finally:
        parts.metrics.streams.dec()


class _Events:
    """What one stream has not told yet."""

    def __init__(self, parts: GatewayParts, conversation_id: str, sequence: int) -> None:
        self._parts, self._conversation_id, self._sequence = parts, conversation_id, sequence
        self._told: set[str] = set()
        self.has_more = False

    async def fresh(self) -> list[str]:
        """Return new replies, then notices; nothing while the database cannot be read."""
        parts = self._parts
        try:
            events = await parts.reads.call(
                parts.store.events_after, self._conversation_id, self._sequence, limit=BATCH
            )
            notices = await self._notices()
        except StorageUnavailable:
            self.has_more = False  # what is stored stays stored; the stream just waits
            return []
        self.has_more = len(events) == BATCH
        if events:
            self._sequence = events[-1].sequence
        return [_event(e.reply, e.message_id, e.sequence) for e in events] + notices

    async def _notices(self) -> list[str]:
        """Return one notice for each message that waits too long while no worker is ready."""
        parts = self._parts
        if (await parts.workers.status()).state == "ready":
            return []
        now = parts.clock()
        late = [
            message
            for message in await parts.reads.call(parts.store.waiting, self._conversation_id)
            if message.id not in self._told and now - message.received_at >= SILENCE_BEFORE_NOTICE
        ]
        self._told.update(message.id for message in late)
        return [_event(outage_notice(message, now), message.id) for message in late]


def _event(reply: Reply, message_id: str | None, sequence: int | None = None) -> str:
    """Return one event; without a number it does not move the browser's place in the stream."""
    place = "" if sequence is None else f"id: {sequence}\n"
    body = json.dumps({**reply.to_dict(), "message_id": message_id}, ensure_ascii=False)
    return f"{place}event: reply\ndata: {body}\n\n"
