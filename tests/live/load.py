"""Citizens who write, and write again until they are told that it was accepted."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

PATIENCE_SECONDS = 120.0
NOT_ACCEPTED = "暂时无法受理，请拨打12345"


class Sent(NamedTuple):
    """A message by its sender's id; all of a round were sent after all of the round before."""

    conversation: str
    key: str
    round: int


@dataclass
class Told:
    """What citizens were told: accepted messages, answers by status, how long they took."""

    accepted: list[Sent] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    # How many have a conversation; nobody writes before `may_write`, so that a fault can come
    # between the two.
    opened: int = 0
    may_write: threading.Event = field(default_factory=threading.Event)

    def note(self, status: str, seconds: float) -> None:
        """Count one answer; a connection that broke is none and has no time."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.slowest = max(self.slowest, seconds)


class _Connections(httpx.AsyncHTTPTransport):
    """Connections to processes that get killed: whatever way one breaks, httpx says so.

    A peer that dies between accepting and the first look at the socket leaves anyio a stream
    without one; it then trips over `None.getpeername()` instead of telling that it broke.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raise httpx.TransportError for every connection that broke."""
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            if "getpeername" not in str(error):
                raise
            raise httpx.ReadError(str(error), request=request) from error


async def citizens(
    urls: list[str], count: int, messages: int, *, copies: int = 1, told: Told | None = None
) -> Told:
    """Let `count` citizens send `messages` each, two at a time, each in `copies` copies at once."""
    if told is None:
        told = Told()
        told.may_write.set()
    await asyncio.gather(
        *(_citizen(urls, number, messages, copies, told) for number in range(count))
    )
    return told


async def _citizen(urls: list[str], number: int, messages: int, copies: int, told: Told) -> None:
    """Open a conversation and say everything."""
    transport = _Connections(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
    async with httpx.AsyncClient(timeout=20, trust_env=False, transport=transport) as client:
        conversation = await _session(client, urls[number % len(urls)])
        told.opened += 1
        while not told.may_write.is_set():
            await asyncio.sleep(0.02)
        for first in range(0, messages, 2):
            pair = range(first, min(first + 2, messages))
            sent = [Sent(conversation, f"k{number}-{n}", first) for n in pair]
            await asyncio.gather(
                *(
                    _say(client, urls[(number + copy) % len(urls)], one, told)
                    for one in sent
                    for copy in range(copies)
                )
            )


async def _session(client: httpx.AsyncClient, url: str) -> str:
    """Return a new conversation's id; its cookie is the client's."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            response = await client.post(f"{url}/api/chat/session")
            if response.status_code == 201:
                return str(response.json()["conversation_id"])
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("no session in time")


async def _say(client: httpx.AsyncClient, url: str, sent: Sent, told: Told) -> None:
    """Send one message until it is accepted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    body = {"client_message_id": sent.key, "text": f"第{sent.key}条"}
    while time.monotonic() < deadline:
        started = time.monotonic()
        try:
            response = await client.post(f"{url}/api/chat/messages", json=body)
        except httpx.TransportError:
            told.note("broken", 0.0)
            await asyncio.sleep(0.1)
            continue
        told.note(str(response.status_code), time.monotonic() - started)
        if _is_accepted(response, told):
            told.accepted.append(sent)
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{sent.key} was not accepted in time")


def _is_accepted(response: httpx.Response, told: Told) -> bool:
    """Return whether an answer says "accepted"; what is no true sentence is noted."""
    if response.status_code == 200:
        return True
    if response.status_code == 202:
        if not (response.json().get("notice") or {}).get("text"):
            told.wrong.append("202 without a word")
        return True
    if response.status_code != 503 or NOT_ACCEPTED not in response.text:
        told.wrong.append(f"{response.status_code} {response.text[:80]}")
    return False
