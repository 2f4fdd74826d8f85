"""`POST /api/chat/messages`: store first, then wait a little for the answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.clock import monotonic_seconds
from assistant.errors import InvalidText, StorageUnavailable
from assistant.gateway.bodies import id_field, read_object, text_field
from assistant.gateway.errors import ApiError
from assistant.gateway.outbox_watch import FALLBACK_SECONDS, wait_for
from assistant.gateway.parts import GatewayParts, address_of, parts_of
from assistant.gateway.worker_watch import outage_notice
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply
from assistant.text import clean_message

WAIT_SECONDS = 4.0


async def post_message(request: Request) -> Response:
    """Accept one message; 200 with the replies, or 202 when they follow on the stream."""
    parts = parts_of(request)
    conversation_id = parts.cookies.conversation_id(request)
    try:
        parts.limits.check(address_of(request), conversation_id)
        body = await read_object(request)
        client_message_id = id_field(body, "client_message_id")
        text = clean_message(text_field(body, "text"))
    except (ApiError, InvalidText):
        parts.metrics.messages.labels("refused").inc()
        raise
    try:
        message = await parts.writes.call(
            parts.store.accept, conversation_id, client_message_id, text, parts.clock()
        )
    except StorageUnavailable:
        parts.metrics.messages.labels("not_stored").inc()
        raise
    return await _answer(parts, message)


async def _answer(parts: GatewayParts, message: InboxMessage) -> Response:
    """Return what became of a stored message; from here on nothing may say it was not."""
    replies = await _wait_for_replies(parts, message)
    if replies is not None:
        parts.metrics.messages.labels("answered").inc()
        return JSONResponse(
            {
                "message_id": message.id,
                "replies": [reply.to_dict() for reply in replies],
                "pending": False,
            }
        )
    parts.metrics.messages.labels("pending").inc()
    status = await parts.workers.status()
    notice = None if status.state == "ready" else outage_notice(message, parts.clock()).to_dict()
    body = {"message_id": message.id, "replies": [], "pending": True, "notice": notice}
    return JSONResponse(body, status_code=202)


async def _wait_for_replies(parts: GatewayParts, message: InboxMessage) -> tuple[Reply, ...] | None:
    """Return the replies, or None when the wait is over or the database cannot be read."""
    started = monotonic_seconds()
    with parts.outbox.waiter(message.conversation_id) as woken:
        while True:
            try:
                replies = await parts.reads.call(parts.store.replies_for, message.id)
            except StorageUnavailable:
                return None
            waited = monotonic_seconds() - started
            if replies is not None:
                parts.metrics.wait_seconds.observe(waited)
                return replies
            if waited >= WAIT_SECONDS or parts.outbox.is_stopping:
                return None
            await wait_for(woken, min(FALLBACK_SECONDS, WAIT_SECONDS - waited))
