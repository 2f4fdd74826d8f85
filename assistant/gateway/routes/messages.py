"""`POST /api/chat/messages`: danger first, then store, then wait a little for the answer.

A text that may not be kept is answered here, and only the fact that it came is stored.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.clock import monotonic_seconds
from assistant.errors import HotlineError, InvalidText, StorageUnavailable
from assistant.gateway.bodies import id_field, read_object, text_field
from assistant.gateway.errors import ApiError, answer_error
from assistant.gateway.outbox_watch import FALLBACK_SECONDS, wait_for
from assistant.gateway.parts import GatewayParts, address_of, parts_of
from assistant.gateway.unkept import lawful_path
from assistant.gateway.worker_watch import late_notice, outage_notice
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply
from assistant.safety.card import Alarm
from assistant.safety.replies import card, duty_alarm
from assistant.text import clean_message

# From the arrival of a request: a citizen hears something within five seconds, however
# long it took to store the message.
WAIT_SECONDS = 4.0


async def post_message(request: Request) -> Response:
    """Accept one message; 200 with the replies, or 202 when they follow on the stream.

    Who is in danger is told the number in every case, whatever else is wrong with the
    request: too long, no session, the database dead.
    """
    parts = parts_of(request)
    answer_by = monotonic_seconds() + WAIT_SECONDS
    raw = await _raw_text(request)
    alarm = None if raw is None else parts.danger.look(raw)
    if alarm is None:
        return await _accept(request, parts, answer_by)
    parts.metrics.alarms.labels(alarm.kind).inc()
    try:
        return await _accept_danger(request, parts, alarm)
    except HotlineError as err:
        refusal = answer_error(err)
        if refusal is None:
            raise
        parts.metrics.messages.labels("not_stored").inc()
        if isinstance(err, StorageUnavailable):
            parts.service.note_write(is_done=False)
        return refusal.to_response(replies=[card(alarm, parts.clock(), is_stored=False).to_dict()])


async def _raw_text(request: Request) -> str | None:
    """Return the text of a request as it came, None when there is none to look at."""
    try:
        text = (await read_object(request)).get("text")
    except ApiError:
        return None
    return text if isinstance(text, str) else None


async def _accept(request: Request, parts: GatewayParts, answer_by: float) -> Response:
    """Store a message for a worker and wait for what it answers."""
    conversation_id = parts.cookies.conversation_id(request)
    try:
        parts.limits.check(address_of(request), conversation_id)
        client_message_id, text = await _checked(request)
    except (ApiError, InvalidText):
        parts.metrics.messages.labels("refused").inc()
        raise
    unkept = parts.unkept.look(text)
    now = parts.clock()
    try:
        if unkept is not None:
            message, replies = await _store_answered(
                parts, conversation_id, client_message_id, text, lawful_path(unkept, now)
            )
            return _answered(message, replies)
        message = await parts.writes.call(
            parts.store.accept, conversation_id, client_message_id, text, now
        )
    except StorageUnavailable:
        parts.metrics.messages.labels("not_stored").inc()
        parts.service.note_write(is_done=False)
        raise
    parts.service.note_write(is_done=True)
    return await _answer(parts, message, answer_by)


async def _store_answered(
    parts: GatewayParts, conversation_id: str, client_message_id: str, text: str, reply: Reply
) -> tuple[InboxMessage, Sequence[Reply]]:
    """Store that a message came, without its text, and the answer; return what is stored."""
    message = await parts.writes.call(
        parts.store.accept_answered,
        conversation_id,
        client_message_id,
        text,
        [reply],
        None,
        reply.created_at,
        is_text_kept=False,
    )
    parts.service.note_write(is_done=True)
    parts.metrics.messages.labels("answered").inc()
    replies = await _stored_replies(parts, message)
    return message, replies or (reply,)


async def _accept_danger(request: Request, parts: GatewayParts, alarm: Alarm) -> Response:
    """Store a message of danger with its card; no limit counts it, no worker gets it."""
    conversation_id = parts.cookies.conversation_id(request)
    client_message_id, text = await _checked(request)
    now = parts.clock()
    reply = card(alarm, now, is_stored=True)
    message = await parts.danger_writes.call(
        parts.store.accept_answered,
        conversation_id,
        client_message_id,
        text,
        [reply],
        duty_alarm(alarm),
        now,
    )
    parts.service.note_write(is_done=True)
    replies = await _stored_replies(parts, message)
    parts.metrics.messages.labels("answered").inc()
    # Sent before under the same id: the stored card is the one that the page may know.
    return _answered(message, replies or (reply,))


async def _stored_replies(parts: GatewayParts, message: InboxMessage) -> tuple[Reply, ...] | None:
    """Return the replies of a done message, None while the database cannot be read."""
    try:
        return await parts.reads.call(parts.store.replies_for, message.id)
    except StorageUnavailable:
        return None


async def _checked(request: Request) -> tuple[str, str]:
    """Return the sender's id of a message and its cleaned text."""
    body = await read_object(request)
    return id_field(body, "client_message_id"), clean_message(text_field(body, "text"))


async def _answer(parts: GatewayParts, message: InboxMessage, answer_by: float) -> Response:
    """Return what became of a stored message; from here on nothing may say it was not."""
    replies = await _wait_for_replies(parts, message, answer_by)
    if replies is not None:
        parts.metrics.messages.labels("answered").inc()
        return _answered(message, replies)
    parts.metrics.messages.labels("pending").inc()
    status = await parts.workers.status()
    is_ready = status.state == "ready"
    notice = (late_notice if is_ready else outage_notice)(message, parts.clock())
    body = {
        "message_id": message.id,
        "replies": [],
        "pending": True,
        "notice": notice.to_dict(),
    }
    return JSONResponse(body, status_code=202)


def _answered(message: InboxMessage, replies: Sequence[Reply]) -> JSONResponse:
    """Return the replies of a message."""
    return JSONResponse(
        {
            "message_id": message.id,
            "replies": [reply.to_dict() for reply in replies],
            "pending": False,
        }
    )


async def _wait_for_replies(
    parts: GatewayParts, message: InboxMessage, answer_by: float
) -> tuple[Reply, ...] | None:
    """Return the replies, or None when the wait is over or the database cannot be read."""
    started = monotonic_seconds()
    with parts.outbox.waiter(message.conversation_id) as woken:
        while True:
            try:
                replies = await parts.reads.call(parts.store.replies_for, message.id)
            except StorageUnavailable:
                return None
            now = monotonic_seconds()
            if replies is not None:
                parts.metrics.wait_seconds.observe(now - started)
                return replies
            if now >= answer_by or parts.outbox.is_stopping:
                return None
            await wait_for(woken, min(FALLBACK_SECONDS, answer_by - now))
