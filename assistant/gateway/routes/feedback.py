"""`POST /api/chat/feedback`: what the citizen thinks of an answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.gateway.bodies import id_field, read_object, text_field, truth_field
from assistant.gateway.parts import address_of, parts_of
from assistant.text import clean_message

MAX_COMMENT_CHARS = 500


async def post_feedback(request: Request) -> Response:
    """Store the judgement of one reply; a later one replaces it."""
    parts = parts_of(request)
    conversation_id = parts.cookies.conversation_id(request)
    parts.limits.check(address_of(request), conversation_id)
    body = await read_object(request)
    reply_id = id_field(body, "reply_id")
    is_useful = truth_field(body, "useful")
    comment = text_field(body, "comment", "") if body.get("comment") is not None else ""
    if comment.strip():
        comment = clean_message(comment, max_chars=MAX_COMMENT_CHARS)
    await parts.writes.call(
        parts.store.add_feedback,
        reply_id,
        conversation_id,
        is_useful,
        comment.strip(),
        parts.clock(),
    )
    return JSONResponse({"reply_id": reply_id, "useful": is_useful, "stored": True})
