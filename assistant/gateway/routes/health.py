"""`GET /healthz` and `GET /metrics`: for those who run the service."""

from __future__ import annotations

import hmac
import ipaddress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import assistant
from assistant.errors import HotlineError, StorageUnavailable
from assistant.gateway.errors import ApiError
from assistant.gateway.parts import GatewayParts, address_of, parts_of

_PROXY_HEADERS = ("x-forwarded-for", "x-real-ip", "forwarded")


async def show_health(request: Request) -> Response:
    """Say that the gateway lives, and what it is able and allowed to do."""
    parts = parts_of(request)
    status = await parts.workers.status()
    edition = status.edition or await _edition_on_disk(parts)
    return JSONResponse(
        {
            "status": "ok",
            "worker": status.state,
            "edition": edition,
            "answering": "on" if (await parts.service.answering()).is_on else "paused",
            "storage": await parts.service.storage(),
            "version": assistant.__version__,
        }
    )


async def _edition_on_disk(parts: GatewayParts) -> str:
    """Return the current edition; empty when there is none: the gateway lives all the same."""
    try:
        return await parts.page_reads.call(parts.pages.edition)
    except HotlineError:
        return ""


async def show_metrics(request: Request) -> Response:
    """Return the counters, to this machine or to who has the token."""
    parts = parts_of(request)
    if not (_has_token(request, parts.settings.metrics_token) or _is_this_machine(request)):
        raise ApiError(403, "metrics_forbidden", "指标只对本机或持有令牌的请求开放。")
    status = await parts.workers.status()
    parts.metrics.worker_ready.set(status.state == "ready")
    parts.metrics.answering.set((await parts.service.answering()).is_on)
    try:
        totals = await parts.reads.call(parts.store.totals)
    except StorageUnavailable:
        totals = {}  # absent rather than wrong
    parts.metrics.show_totals(totals)
    return Response(parts.metrics.exposition(), media_type="text/plain; version=0.0.4")


def _has_token(request: Request, token: str) -> bool:
    """Return whether the request carries the token; never when none is set."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_this_machine(request: Request) -> bool:
    """Return whether a program of this machine asks by itself, not as a proxy for another."""
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
