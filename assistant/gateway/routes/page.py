"""`GET /`: the citizen's page; `?elder=1` gives large print from the first byte."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from assistant.gateway.parts import parts_of

EXAMPLES = (
    "社保卡丢了怎么补办？",
    "灵活就业人员怎么交养老保险？",
    "路灯坏了找谁修？",
    "小区停水了怎么办？",
)


async def show_page(request: Request) -> Response:
    """Return the page; it is the same for everybody but for the print."""
    parts = parts_of(request)
    choice = request.query_params.get("elder")
    context = {"is_elder": choice == "1", "elder_choice": choice, "examples": EXAMPLES}
    return parts.templates.TemplateResponse(request, "chat.html", context)
