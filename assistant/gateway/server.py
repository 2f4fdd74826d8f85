"""Starts the gateway: opens the store, builds the application, listens.

`assistant.services` is imported only here and only when it is needed, so that
tests can serve an application of their own with `serve`.
"""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from assistant.clock import utc_now
from assistant.gateway.app import create_app
from assistant.settings import Settings
from assistant.storage.late import LateStore
from assistant.storage.messages import open_message_store

# Open requests get this long to end after the streams were ended.
GRACE_SECONDS = 6


class GatewayServer(uvicorn.Server):
    """A uvicorn server that ends its event streams first when it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See parent class; an open stream would otherwise hold the server for ever."""
        application = self.config.app
        if isinstance(application, Starlette):
            application.state.parts.outbox.stop()
        await super().shutdown(sockets)


def gateway_server(app: Starlette, host: str, port: int) -> GatewayServer:
    """Return a server for an application; nothing listens before `run`."""
    return GatewayServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            # h11 has a limit for the head of a request, httptools has none.
            http="h11",
            ws="none",
            access_log=False,
            server_header=False,
            # A malformed request is a warning to uvicorn; strangers must not fill the log.
            log_level="error",
            log_config=None,  # uvicorn's lines go where ours go, in the same form
            timeout_graceful_shutdown=GRACE_SECONDS,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )


def run_gateway(settings: Settings) -> None:
    """Serve the gateway until the process is told to stop.

    A database that cannot be reached or written is waited for while the gateway serves:
    danger is told without it.

    Raises:
        HotlineError: the store or a setting can never be used; nothing listens then.
    """
    from assistant.services import danger_watch, knowledge_pages, unkept_watch

    danger, unkept = danger_watch(settings), unkept_watch(settings)
    late = LateStore(lambda: open_message_store(settings.database_url, utc_now()))
    store, pages = late.opened_late(), knowledge_pages(settings)
    try:
        app = create_app(settings, store, pages, danger, utc_now, unkept)
        gateway_server(app, settings.host, settings.port).run()
    finally:
        late.close()
