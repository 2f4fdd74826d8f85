"""`GET /api/chat/history`: the conversation so far, for a page that is loaded again."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.gateway.parts import address_of, parts_of
from assistant.messages.message import HistoryItem

LIMIT = 60


async def show_history(request: Request) -> Response:
    """Return the last lines, oldest first, and the event number to go on from."""
    parts = parts_of(request)
    conversation_id = parts.cookies.conversation_id(request)
    parts.limits.check(address_of(request))
    items = await parts.reads.call(parts.store.history, conversation_id, LIMIT)
    last = max((item.event.sequence for item in items if item.event), default=0)
    return JSONResponse(
        {
            "conversation_id": conversation_id,
            "last_event_id": last,
            "items": [_line(item) for item in items],
        }
    )


def _line(item: HistoryItem) -> dict[str, Any]:
    """Return one line as JSON, with `role` citizen or service."""
    if item.message is not None:
        return {
            "role": "citizen",
            "message_id": item.message.id,
            "client_message_id": item.message.client_message_id,
            "text": item.message.text,
            "created_at": item.message.received_at.isoformat(),
            "pending": item.is_pending,
        }
    reply = item.event.reply.to_dict() if item.event else None
    return {"role": "service", "reply": reply, "useful": item.useful}
