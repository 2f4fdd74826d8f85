"""The citizens of the fault tests: a process that dies under them is a broken connection."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.live.load import _Connections


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param(
            "'NoneType' object has no attribute 'getpeername'", httpx.ReadError, id="gone"
        ),
        pytest.param(
            "'Client' object has no attribute 'sned'", AttributeError, id="our own mistake"
        ),
    ],
)
def test_a_peer_that_is_killed_at_once_broke_the_connection(
    monkeypatch: pytest.MonkeyPatch, said: str, kind: type[Exception]
) -> None:
    """As anyio tells it, by tripping; any other mistake is not hidden."""

    async def trips(*_: Any) -> httpx.Response:
        raise AttributeError(said)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", trips)
    with pytest.raises(kind):
        asyncio.run(_Connections().handle_async_request(httpx.Request("GET", "http://x/")))
