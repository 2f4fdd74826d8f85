"""`GET /openapi.json`: the description of the JSON routes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.gateway.openapi_document import openapi_document


async def show_openapi(_request: Request) -> Response:
    """Return the OpenAPI 3.1 document."""
    return JSONResponse(openapi_document(), headers={"Cache-Control": "public, max-age=300"})
