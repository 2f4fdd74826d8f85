"""Puts the gateway together: parts, routes, layers.

`ROUTES` is the whole surface; a test compares it with the OpenAPI document.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from assistant.clock import Clock, monotonic_seconds
from assistant.errors import InvalidText
from assistant.gateway import errors, rich_text
from assistant.gateway.cookies import SessionCookies
from assistant.gateway.edge import (
    BodyLimit,
    LastCatch,
    OneShape,
    SameSite,
    SecurityHeaders,
)
from assistant.gateway.outbox_watch import OutboxWatch
from assistant.gateway.parts import GatewayParts
from assistant.gateway.rate_limit import RateLimits
from assistant.gateway.routes.events import stream_events
from assistant.gateway.routes.feedback import post_feedback
from assistant.gateway.routes.health import show_health, show_metrics
from assistant.gateway.routes.history import show_history
from assistant.gateway.routes.knowledge import list_entries, search_entries, show_entry
from assistant.gateway.routes.messages import post_message
from assistant.gateway.routes.openapi import show_openapi
from assistant.gateway.routes.page import show_page
from assistant.gateway.routes.session import create_session
from assistant.gateway.service_watch import ServiceWatch
from assistant.gateway.threads import Threads
from assistant.gateway.worker_watch import WorkerWatch
from assistant.messages.knowledge_pages import KnowledgePages
from assistant.messages.store import MessageStore
from assistant.metrics import GatewayMetrics
from assistant.safety.card import DangerWatch
from assistant.safety.scope import UnkeptWatch
from assistant.settings import Settings, secret_key

HERE = Path(__file__).parent

ROUTES: tuple[Route, ...] = (
    Route("/", show_page),
    Route("/healthz", show_health),
    Route("/metrics", show_metrics),
    Route("/openapi.json", show_openapi),
    Route("/kb", list_entries),
    Route("/kb/{id:path}", show_entry),
    Route("/api/kb/search", search_entries),
    Route("/api/chat/session", create_session, methods=["POST"]),
    Route("/api/chat/messages", post_message, methods=["POST"]),
    Route("/api/chat/events", stream_events),
    Route("/api/chat/feedback", post_feedback, methods=["POST"]),
    Route("/api/chat/history", show_history),
)


def create_app(
    settings: Settings,
    store: MessageStore,
    knowledge_pages: KnowledgePages,
    danger: DangerWatch,
    clock: Clock,
    unkept: UnkeptWatch | None = None,
) -> Starlette:
    """Return the gateway as an ASGI application.

    `unkept` recognises what may not be stored; without it everything may.

    Raises:
        SettingInvalid: the signing key is too short.
    """
    parts = _build_parts(settings, store, knowledge_pages, danger, clock, unkept or UnkeptWatch())
    app = Starlette(
        routes=[*ROUTES, Mount("/static", StaticFiles(directory=HERE / "static"), name="static")],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(OneShape),
            Middleware(LastCatch, metrics=parts.metrics),
            Middleware(SameSite),
            Middleware(BodyLimit),
        ],
        exception_handlers={
            HTTPException: errors.answer_http_error,
            errors.ApiError: errors.answer_api_error,
            InvalidText: errors.answer_invalid_text,
            **dict.fromkeys(errors.ANSWERS, errors.answer_core_error),
        },
        lifespan=_lifespan,
    )
    # A redirect from `/healthz/` would name the host that the client has claimed.
    app.router.redirect_slashes = False
    app.state.parts = parts
    return app


def _build_parts(
    settings: Settings,
    store: MessageStore,
    pages: KnowledgePages,
    danger: DangerWatch,
    clock: Clock,
    unkept: UnkeptWatch,
) -> GatewayParts:
    """Build what the routes use."""
    reads = Threads(8)
    return GatewayParts(
        settings=settings,
        store=store,
        pages=pages,
        clock=clock,
        cookies=SessionCookies(secret_key(settings), clock),
        limits=RateLimits(settings.rate_per_minute, monotonic_seconds),
        danger=danger,
        unkept=unkept,
        writes=Threads(8),
        danger_writes=Threads(4),
        reads=reads,
        page_reads=Threads(4),
        outbox=OutboxWatch(store, Threads(1)),
        workers=WorkerWatch(store, Threads(2), clock, monotonic_seconds),
        service=ServiceWatch(store, Threads(2), monotonic_seconds),
        metrics=GatewayMetrics(),
        templates=_templates(settings.city),
    )


def _templates(city: str) -> Jinja2Templates:
    """Return the templates: everything is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["blocks"] = rich_text.blocks
    environment.tests["web_link"] = rich_text.is_web_link
    environment.globals["city"] = city
    return Jinja2Templates(env=environment)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Watch the outbox while the gateway runs."""
    parts: GatewayParts = app.state.parts
    watching = asyncio.create_task(parts.outbox.run())
    yield
    parts.outbox.stop()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
