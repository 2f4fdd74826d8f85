"""Memory under attack: the gateway as it is started, in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from assistant.clock import utc_now
from assistant.gateway.cookies import COOKIE
from assistant.storage.messages import open_message_store
from tests.gateway.raw_http import (
    MUST_SECONDS,
    ask,
    assert_promised,
    connected,
    new_session,
    request_bytes,
)
from tests.gateway.running import ROOT, FakeWorker, until
from tests.hostile import PATIENCE, PIECES, TIMES
from tests.live.city import free_port

pytestmark = [
    PATIENCE,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc"),
]

WARM_UP, REQUESTS, MOST_GROWTH_MB = 400, 2000, 20


def hostile_requests(count: int, cookie: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield methods and requests: bodies, addresses and headers that are new every time."""
    chance = Random(12345)
    for number in range(count):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 9)))
        known = [(b"Cookie", cookie.encode())]
        if number % 10 == 0:
            body = json.dumps({"client_message_id": f"h{number}", "text": text}).encode()
            headers = [*known, (b"Content-Type", b"application/json")]
            yield b"POST", request_bytes(b"POST", b"/api/chat/messages", headers, body)
        elif number % 3 == 0:
            body = chance.choice([b"[" * 60_000, b"a" * 70_000, text.encode("utf-8", "replace")])
            headers = [*known, (b"Content-Type", b"application/json")]
            yield b"POST", request_bytes(b"POST", b"/api/chat/feedback", headers, body)
        elif number % 3 == 1:
            path = f"/kb/{number}/{chance.getrandbits(256)}?q={number}".encode()
            yield b"GET", request_bytes(b"GET", path, [(b"X-%d" % number, b"y" * 5000)])
        else:
            forged = f"{COOKIE}={chance.getrandbits(400)}".encode()
            yield b"GET", request_bytes(b"GET", b"/api/chat/history", [(b"Cookie", forged)])


def resident_mb(pid: int) -> float:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def listens(port: int) -> bool:
    """Return whether a process listens already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def own_process(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The real command in a process of its own, with a worker beside it; yields url and pid."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("WENBAN_")}
    env |= {
        "WENBAN_HOME": str(tmp_path),
        "WENBAN_EDITIONS": str(tmp_path / "editions"),
        "WENBAN_RATE_PER_MINUTE": "100000",
        "WENBAN_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "assistant.cli", "gateway", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or listens(port))
        store = open_message_store(f"sqlite:///{tmp_path / 'wenban.sqlite3'}", utc_now())
        worker = FakeWorker(store).start()
        yield url, process.pid
        worker.stop()
        store.close()
        assert process.poll() is None, "the gateway died"
    finally:
        process.terminate()
        process.wait(20)


def test_memory_stays_flat_under_attack(own_process: tuple[str, int]) -> None:
    """Thousands of hostile requests leave nothing behind in the gateway."""
    url, pid = own_process
    requests = list(hostile_requests(WARM_UP + REQUESTS * TIMES, new_session(url)))
    with ThreadPoolExecutor(4) as attackers:
        for part in (requests[:WARM_UP], requests[WARM_UP:]):
            before = resident_mb(pid)
            for method, answer in attackers.map(lambda r: (r[0], ask(url, *r)), part):
                assert_promised(method, answer)
    grown = resident_mb(pid) - before
    assert grown < MOST_GROWTH_MB, f"{grown:.1f} MB more after {REQUESTS * TIMES} requests"


@pytest.mark.parametrize(
    ("start", "more"),
    [
        pytest.param(b"GET / HTTP/1.1\r\n", b"X-A: " + b"b" * 1000 + b"\r\n", id="headers"),
        pytest.param(b"GET / HTTP/1.1\r\nX-A: ", b"b" * 1000, id="one header"),
        pytest.param(b"GET /", b"a" * 1000, id="address"),
    ],
)
def test_the_head_of_a_request_has_a_limit(
    own_process: tuple[str, int], start: bytes, more: bytes
) -> None:
    """Nobody fills the memory with a head that never ends."""
    url, pid = own_process
    before = resident_mb(pid)
    with suppress(ConnectionError), connected(url, MUST_SECONDS) as connection:
        connection.sendall(start)
        for _ in range(35):
            connection.sendall(more * 1000)
        assert resident_mb(pid) - before < MOST_GROWTH_MB
