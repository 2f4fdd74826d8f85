"""`POST /api/chat/session`: a new conversation for this browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.gateway.parts import address_of, parts_of


async def create_session(request: Request) -> Response:
    """Store a conversation and give its signed cookie; an earlier one is left behind."""
    parts = parts_of(request)
    parts.limits.check(address_of(request))
    conversation_id = await parts.writes.call(parts.store.create_conversation, parts.clock())
    response = JSONResponse({"conversation_id": conversation_id}, status_code=201)
    parts.cookies.put(request, response, conversation_id)
    return response
