"""Everything a route may use, built once by `create_app`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.templating import Jinja2Templates

from assistant.clock import Clock
from assistant.gateway.cookies import SessionCookies
from assistant.gateway.outbox_watch import OutboxWatch
from assistant.gateway.rate_limit import RateLimits
from assistant.gateway.service_watch import ServiceWatch
from assistant.gateway.threads import Threads
from assistant.gateway.worker_watch import WorkerWatch
from assistant.messages.knowledge_pages import KnowledgePages
from assistant.messages.store import MessageStore
from assistant.metrics import GatewayMetrics
from assistant.safety.card import DangerWatch
from assistant.safety.scope import UnkeptWatch
from assistant.settings import Settings


@dataclass(frozen=True)
class GatewayParts:
    """The parts of one gateway."""

    settings: Settings
    store: MessageStore
    pages: KnowledgePages
    clock: Clock
    cookies: SessionCookies
    limits: RateLimits
    danger: DangerWatch
    unkept: UnkeptWatch
    writes: Threads
    danger_writes: Threads
    reads: Threads
    page_reads: Threads
    outbox: OutboxWatch
    workers: WorkerWatch
    service: ServiceWatch
    metrics: GatewayMetrics
    templates: Jinja2Templates


def parts_of(request: Request) -> GatewayParts:
    """Return the parts of the gateway that serves a request."""
    parts: GatewayParts = request.app.state.parts
    return parts


def address_of(request: Request) -> str:
    """Return the sender's address, as the server knows it."""
    return request.client.host if request.client else "unknown"
