"""What every request passes: headers for safety, a count, whence it comes, how large it is.

Plain ASGI layers, because a streamed answer must pass untouched.
"""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.gateway.errors import HTTP_ANSWERS, error_response
from assistant.logs import fields
from assistant.metrics import GatewayMetrics

MAX_BODY_BYTES = 64 * 1024

SECURITY_HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_log = logging.getLogger(__name__)


class SecurityHeaders:
    """Puts the security headers on every answer; what may be kept is said per route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with `send` wrapped."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class OneShape:
    """Gives a refusal of the framework itself (a range that is none) the contract's shape."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a plain-text refusal replaced."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced: Response | None = None

        async def send_in_shape(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] >= 400:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/plain"):
                    code, words = HTTP_ANSWERS.get(message["status"], ("refused", "请求被拒绝。"))
                    replaced = error_response(message["status"], code, words)
            if replaced is None:
                await send(message)
            elif message["type"] == "http.response.start":
                await replaced(scope, receive, send)

        await self.app(scope, receive, send_in_shape)


class LastCatch:
    """Counts requests and turns a crash into a true sentence; one of the named process edges."""

    def __init__(self, app: ASGIApp, metrics: GatewayMetrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; after a crash answer 500 if nothing was sent yet."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except ClientDisconnect:
            pass  # nobody is there to be answered, and nothing of ours failed
        except Exception:
            _log.exception("request_failed", extra=fields(route=_route_name(scope)))
            if status:
                raise  # half an answer is out; the server must cut the connection
            code, words = HTTP_ANSWERS[500]
            await error_response(500, code, words)(scope, receive, send_and_note)
        finally:
            self._metrics.requests.labels(_route_name(scope), str(status or 499)).inc()


class SameSite:
    """Refuses what another site's page would have a citizen's browser do here.

    A cookie marked Lax keeps another page from speaking in a citizen's name, not from
    giving them a new conversation. Browsers tell whence a request comes (Fetch Metadata);
    programs send nothing and pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it changes something and comes from another site."""
        changes = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if changes and Headers(scope=scope).get("sec-fetch-site") == "cross-site":
            refusal = error_response(403, "cross_site", "这个请求来自别的网站，没有处理。")
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body of more than `MAX_BODY_BYTES` before anybody parses it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with `receive` counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and (len(told) > 18 or int(told) > MAX_BODY_BYTES):
            code, words = HTTP_ANSWERS[413]
            await error_response(413, code, words, headers={"Connection": "close"})(
                scope, receive, send
            )
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)


def _route_name(scope: Scope) -> str:
    """Return the name of the function that answered; never the address itself."""
    endpoint = scope.get("endpoint")
    return str(getattr(endpoint, "__name__", "none" if endpoint is None else "static"))
