"""HTTP by hand: what no client library would send, and what comes back."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

from assistant.gateway.edge import SECURITY_HEADERS

# What the HTTP server itself says to bytes that are no request; no route sees them.
NO_REQUEST = b"Invalid HTTP request received."
# Long enough for an answer that must come, short enough for one that need not.
MUST_SECONDS, MAY_SECONDS = 20.0, 0.05
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True)
class Answer:
    """One answer; of an event stream only the first line is read."""

    status: int
    headers: dict[str, str]
    body: bytes


Header = tuple[bytes, bytes]


def request_bytes(
    method: bytes, target: bytes, headers: Sequence[Header] = (), body: bytes | None = None
) -> bytes:
    """Return a request as it goes over the wire, with the right length of its body."""
    lines = [b"%b %b HTTP/1.1" % (method, target), b"Host: 127.0.0.1"]
    lines += [b"%b: %b" % header for header in headers]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body or b""])


def connected(url: str, seconds: float) -> socket.socket:
    """Return a connection to a server."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), MUST_SECONDS)
    connection.settimeout(seconds)
    return connection


def ask(url: str, method: bytes, request: bytes) -> Answer:
    """Send one whole request and return its answer, which must come."""
    with connected(url, MUST_SECONDS) as connection:
        with suppress(ConnectionError):  # refused before it was read to the end
            connection.sendall(request)
        with HTTPResponse(connection, method=method.decode("latin-1")) as response:
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            is_stream = headers.get("content-type", "").startswith("text/event-stream")
            body = response.readline() if is_stream else response.read()
            return Answer(response.status, headers, body)


def new_session(url: str) -> str:
    """Return the cookie of a new conversation, as a browser sends it."""
    answer = ask(url, b"POST", request_bytes(b"POST", b"/api/chat/session", (), b""))
    assert answer.status == 201, answer
    return answer.headers["set-cookie"].partition(";")[0]


def statuses_after(url: str, data: bytes) -> list[int]:
    """Send any bytes, go away soon, and return the statuses that came back."""
    came = b""
    with connected(url, MAY_SECONDS) as connection, suppress(ConnectionError, TimeoutError):
        connection.sendall(data)
        while chunk := connection.recv(65536):
            came += chunk
    return [int(status) for status in _STATUS.findall(came)]


def assert_promised(method: bytes, answer: Answer) -> None:
    """Check what holds for every answer: no crash, safe headers, one shape of errors."""
    assert answer.status < 500 or answer.status == 503, answer
    is_plain = answer.headers.get("content-type") == "text/plain; charset=utf-8"
    if answer.status == 400 and is_plain and answer.body in (NO_REQUEST, b""):
        return
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name.lower()) == value, answer
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if answer.status >= 400 and not is_page and method != b"HEAD":
        assert_error_shape(answer.body)


def assert_error_shape(body: bytes) -> None:
    """Check that a body is an error of the contract; beside it may stand replies."""
    told = json.loads(body)
    assert set(told) - {"replies"} == {"error"}, told
    error = told["error"]
    assert set(error) == {"code", "message", "fields"}, told
    assert all(isinstance(error[name], str) and error[name] for name in ("code", "message")), told
    assert all(isinstance(text, str) for text in error["fields"].values()), told
