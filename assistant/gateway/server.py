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
            log_level="warning",
            log_config=None,  # uvicorn's lines go where ours go, in the same form
            timeout_graceful_shutdown=GRACE_SECONDS,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )


def run_gateway(settings: Settings) -> None:
    """Serve the gateway until the process is told to stop.

    Raises:
        HotlineError: the store or a setting cannot be used; nothing listens then.
    """
    from assistant.services import danger_watch, knowledge_pages, unkept_watch

    danger, unkept = danger_watch(settings), unkept_watch(settings)
    store = open_message_store(settings.database_url, utc_now())
    try:
        app = create_app(settings, store, knowledge_pages(settings), danger, utc_now, unkept)
        gateway_server(app, settings.host, settings.port).run()
    finally:
        store.close()
