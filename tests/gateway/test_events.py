"""The stream of replies, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.clock import utc_now
from tests.gateway.running import EDITION, FakeWorker, RunningGateway, running_gateway


def events(
    client: httpx.Client, count: int, after: str | None = None, path: str = "/api/chat/events"
) -> list[tuple[str, dict[str, Any]]]:
    """Read `count` events as (id, data); an event without an id has an empty one."""
    found: list[tuple[str, dict[str, Any]]] = []
    headers = {} if after is None else {"Last-Event-ID": after}
    with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        for fields in _blocks(response.iter_lines()):
            if "data" in fields:
                assert fields["event"] == "reply"
                found.append((fields.get("id", ""), json.loads(fields["data"])))
            if len(found) == count:
                return found
    return found


def _blocks(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            yield fields
            fields = {}


def say(client: httpx.Client, text: str) -> httpx.Response:
    body = {"client_message_id": f"m-{abs(hash(text))}", "text": text}
    return client.post("/api/chat/messages", json=body)


def test_a_late_answer_comes_on_the_stream(gateway: RunningGateway, worker: FakeWorker) -> None:
    """After 202 the answer follows, with the message it belongs to and a number."""
    client = gateway.citizen()
    worker.paused.set()
    pending = say(client, "你好").json()
    assert pending["pending"] is True
    worker.paused.clear()
    ((number, data),) = events(client, 1)
    assert int(number) > 0
    assert (data["text"], data["message_id"]) == ("您说的是：你好", pending["message_id"])


@pytest.mark.parametrize(
    ("after", "texts"),
    [
        pytest.param(None, ["甲", "乙", "丙"], id="no place: from the beginning"),
        pytest.param("0", ["甲", "乙", "丙"], id="from the beginning"),
        pytest.param("1", ["乙", "丙"], id="after the first"),
        pytest.param("2", ["丙"], id="after the second"),
        pytest.param("nonsense", ["甲", "乙", "丙"], id="nonsense is no place"),
        pytest.param("-5", ["甲", "乙", "丙"], id="a negative number is no place"),
        pytest.param("9" * 40, ["甲", "乙", "丙"], id="a number that no database has"),
    ],
)
def test_the_stream_resumes_where_the_browser_was(
    gateway: RunningGateway, worker: FakeWorker, after: str | None, texts: list[str]
) -> None:
    """Nothing is lost and nothing is told twice over a reconnect."""
    client = gateway.citizen()
    for text in ("甲", "乙", "丙"):
        say(client, text)
    found = events(client, len(texts), after)
    assert [data["text"] for _, data in found] == [f"您说的是：{text}" for text in texts]
    numbers = [int(number) for number, _ in found]
    assert numbers == sorted(set(numbers))


def test_nobody_hears_anothers_replies(gateway: RunningGateway, worker: FakeWorker) -> None:
    """A stream has only its own conversation."""
    other, mine = gateway.citizen(), gateway.citizen()
    say(other, "秘密")
    say(mine, "你好")
    ((_, data),) = events(mine, 1)
    assert data["text"] == "您说的是：你好"


def test_a_long_conversation_is_told_whole(gateway: RunningGateway, worker: FakeWorker) -> None:
    """More replies than one read of the database takes still all come, in order."""
    client = gateway.citizen()
    conversation_id = client.get("/api/chat/history").json()["conversation_id"]
    for number in range(230):
        gateway.store.accept(conversation_id, f"m{number}", str(number), utc_now())
    found = events(client, 230)
    assert [data["text"] for _, data in found] == [f"您说的是：{n}" for n in range(230)]


def test_silence_is_broken_by_the_truth(tmp_path: Path) -> None:
    """A message that waits 15 s without a worker is answered by a sentence, once, unstored."""
    late = [timedelta(0)]
    with running_gateway(tmp_path, clock=lambda: utc_now() + late[0]) as gateway:
        client = gateway.citizen()
        message_id = say(client, "你好").json()["message_id"]
        late[0] = timedelta(seconds=16)
        ((number, data),) = events(client, 1)
        assert (number, data["from"], data["message_id"]) == ("", "system", message_id)
        assert "12345" in data["text"]
        assert gateway.store.events_after(_conversation(client), 0) == ()


def test_a_slow_worker_is_no_outage(tmp_path: Path) -> None:
    """While a worker is ready nobody is told that none is."""
    late = [timedelta(0)]
    with running_gateway(tmp_path, clock=lambda: utc_now() + late[0]) as gateway:
        client = gateway.citizen()
        conversation_id = _conversation(client)
        gateway.store.accept(conversation_id, "m1", "你好", utc_now())
        late[0] = timedelta(seconds=16)
        gateway.store.beat("w", "ready", EDITION, utc_now() + late[0])
        timer = threading.Timer(1.5, lambda: FakeWorker(gateway.store).start())
        timer.start()
        ((_, data),) = events(client, 1)
        assert data["from"] == "bot"


def _conversation(client: httpx.Client) -> str:
    return str(client.get("/api/chat/history").json()["conversation_id"])


def test_streams_end_when_the_gateway_stops(tmp_path: Path) -> None:
    """An open page does not hold a restart up, and its stream ends without an error."""
    with running_gateway(tmp_path) as gateway:
        client = gateway.citizen()
        with client.stream("GET", "/api/chat/events") as response:
            lines = response.iter_lines()
            assert next(lines).startswith("retry:")
            gateway.server.should_exit = True
            assert [line for line in lines if line.startswith("data")] == []


def test_one_person_cannot_hold_every_stream(gateway: RunningGateway) -> None:
    """The ninth open stream of one conversation is refused."""
    client = gateway.citizen()
    request = client.build_request("GET", "/api/chat/events")
    held = [client.send(request, stream=True) for _ in range(8)]
    streams = [response.iter_raw() for response in held]  # kept: a dropped one closes its stream
    for stream in streams:
        assert next(stream)
    refused = client.get("/api/chat/events", timeout=5)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_many_streams"
    for response in held:
        response.close()
