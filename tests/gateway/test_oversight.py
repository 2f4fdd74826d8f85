"""What the gateway does while answers are off, with texts it may not keep, and how it tells it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.clock import utc_now
from assistant.gateway.routes import messages as messages_module
from assistant.messages.message import UNKEPT_TEXT
from tests.gateway.running import LOST_CARD, FakeWorker, RunningGateway, running_gateway, until

SECRET = "我手里有一份绝密文件的内容，原文如下：某地部署"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path) as running:
        yield running


def send(client: httpx.Client, text: str, key: str = "k-1") -> httpx.Response:
    return client.post("/api/chat/messages", json={"client_message_id": key, "text": text})


def switch(gateway: RunningGateway, *, is_on: bool) -> None:
    gateway.store.set_answering(is_on=is_on, reason="核对", set_by="wang", now=utc_now())


@pytest.mark.parametrize("path", ["/kb", f"/kb/{LOST_CARD}", "/api/kb/search?q=社保卡"])
def test_no_knowledge_is_shown_while_answers_are_off(gateway: RunningGateway, path: str) -> None:
    """Within a second or two, with a way on; and shown again afterwards."""
    client = gateway.client()
    assert client.get(path).status_code == 200
    switch(gateway, is_on=False)
    until(lambda: client.get(path).status_code == 503)
    error = client.get(path).json()["error"]
    assert "answering_paused" == error["code"]
    assert "12345" in error["message"]
    switch(gateway, is_on=True)
    until(lambda: client.get(path).status_code == 200)


def test_messages_are_taken_and_danger_is_told_while_answers_are_off(
    gateway: RunningGateway,
) -> None:
    """The switch stops answers, not the intake."""
    switch(gateway, is_on=False)
    client = gateway.citizen()
    body = send(client, "家里着火了，火很大快来救人").json()
    assert "119" == body["replies"][0]["hotline_number"]
    assert 1 == len(gateway.store.duty_alarms())


def test_health_tells_switch_and_storage(gateway: RunningGateway) -> None:
    """An operator sees at once what the service may and can do."""
    client = gateway.client()
    found = client.get("/healthz").json()
    assert ("ok", "on", "ok") == (found["status"], found["answering"], found["storage"])
    switch(gateway, is_on=False)
    until(lambda: client.get("/healthz").json()["answering"] == "paused")


def test_health_tells_that_nothing_can_be_written(gateway: RunningGateway) -> None:
    """A locked database is no health; it is told until a message is stored again."""
    citizen = gateway.citizen()
    path = gateway.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert send(citizen, "你好").status_code == 503
        assert "unwritable" == citizen.get("/healthz").json()["storage"]
        other.execute("ROLLBACK")
    FakeWorker(gateway.store).start().stop()
    send(citizen, "再见", "k-2")
    assert "ok" == citizen.get("/healthz").json()["storage"]


def test_metrics_have_the_counts_of_the_database(gateway: RunningGateway) -> None:
    """Over all processes and restarts: what was stored, by result and by duration."""
    send(gateway.citizen(), "家里着火了，火很大快来救人")
    text = gateway.client().get("/metrics").text
    assert 'wenban_turns_stored{status="redirected_emergency"} 1.0' in text
    assert 'wenban_turns_stored_within{le="0.1"} 1.0' in text
    assert "wenban_danger_stored{kind=" in text
    assert "wenban_answering 1.0" in text


def test_a_slow_answer_is_announced_with_a_true_sentence(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that lives and thinks long: the citizen hears that the message is stored."""
    monkeypatch.setattr(messages_module, "WAIT_SECONDS", 0.2)
    goes_on = threading.Event()

    def slow(_message: Any) -> list[Any]:
        goes_on.wait(20)
        return []

    worker = FakeWorker(gateway.store, slow).start()
    try:
        response = send(gateway.citizen(), "你好")
        assert response.status_code == 202
        body = response.json()
        assert ("error_slow", "12345") == (
            body["notice"]["status"],
            body["notice"]["hotline_number"],
        )
        assert body["message_id"][-8:] in body["notice"]["text"]
    finally:
        goes_on.set()
        worker.stop()


def test_a_state_secret_is_answered_and_its_text_is_nowhere(gateway: RunningGateway) -> None:
    """No worker sees it; history and database have the sentence that stands for it."""
    client = gateway.citizen()
    body = send(client, SECRET).json()
    (reply,) = body["replies"]
    assert ("redirected_lawful_path", "12339") == (reply["status"], reply["hotline_number"])
    assert body == send(client, SECRET).json()
    items = client.get("/api/chat/history").json()["items"]
    assert [UNKEPT_TEXT] == [item["text"] for item in items if item["role"] == "citizen"]
    home = Path(gateway.settings.database_url.removeprefix("sqlite:///")).parent
    for path in home.glob("wenban.sqlite3*"):
        assert "绝密".encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "涉密人员出国要办什么手续",
        "什么叫国家秘密",
        "单位涉密岗位的补贴怎么算",
        "保密局电话多少",
        "商业秘密被泄露了怎么办",
        "我在部队当过兵，退役安置怎么办",
    ],
)
def test_a_question_about_secrecy_is_stored_as_usual(gateway: RunningGateway, text: str) -> None:
    """Only the content itself may not be kept; who asks gets an answer."""
    client, worker = gateway.citizen(), FakeWorker(gateway.store).start()
    try:
        assert send(client, text).json()["replies"][0]["status"] == "smalltalk"
    finally:
        worker.stop()
