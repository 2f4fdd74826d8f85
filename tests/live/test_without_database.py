"""`wenban gateway` without a database: it tells of danger, and goes on when there is one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.live.city import free_port
from tests.live.load import NOT_ACCEPTED

pytestmark = pytest.mark.live

GAS = "屋里好大煤气味头晕"


@contextmanager
def gateway(repository: Path, home: Path, database_url: str) -> Iterator[httpx.Client]:
    """Run the gateway alone, as `wenban gateway` does; yield a client of it."""
    port = free_port()
    environment = os.environ | {
        "WENBAN_HOME": str(home),
        "WENBAN_DATABASE_URL": database_url,
        "WENBAN_SECRET_KEY": "k" * 40,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "gateway", "--port", str(port)],
        env=environment, cwd=repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
            until_listening(client)
            yield client
    finally:
        process.terminate()
        # uvicorn ends in order and then passes the signal on.
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def until_listening(client: httpx.Client) -> None:
    """Wait until the gateway answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            client.get("/healthz")
            return
        time.sleep(0.1)
    raise AssertionError("no gateway came up")


def say(client: httpx.Client, text: str) -> httpx.Response:
    body = {"client_message_id": "k-1", "text": text}
    return client.post("/api/chat/messages", json=body)


def test_danger_is_told_by_a_gateway_that_started_without_its_database(
    repository: Path, tmp_path: Path
) -> None:
    """The server is away, the model is away: 119 stands in the first line all the same."""
    nowhere = f"postgresql://wenban@127.0.0.1:{free_port()}/wenban"
    with gateway(repository, tmp_path, nowhere) as client:
        response = say(client, GAS)
        (card,) = response.json()["replies"]
        assert "119" == card["hotline_number"]
        assert "119" in card["text"].splitlines()[0]
        health = client.get("/healthz").json()
        assert ("ok", "down", "unreadable") == (
            health["status"],
            health["worker"],
            health["storage"],
        )
        refused = client.post("/api/chat/session")
        assert 503 == refused.status_code
        assert NOT_ACCEPTED in refused.text


def test_a_gateway_goes_on_when_its_database_comes(repository: Path, tmp_path: Path) -> None:
    """The folder of the data is missing at the start and is mounted later; no restart."""
    data = tmp_path / "data"
    data.write_text("a file where the folder should be")
    with gateway(repository, tmp_path, f"sqlite:///{data / 'wenban.sqlite3'}") as client:
        assert 503 == client.post("/api/chat/session").status_code
        data.unlink()
        deadline = time.monotonic() + 20
        while client.post("/api/chat/session").status_code != 201:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        reply = say(client, GAS).json()["replies"][0]
        assert "也可以继续" in reply["text"]
