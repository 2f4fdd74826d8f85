"""The chat routes as a browser meets them, over HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.clock import utc_now
from assistant.text import MAX_CHARS
from tests.gateway.running import (
    LOST_CARD,
    FakeWorker,
    RunningGateway,
    running_gateway,
)

REPLY_KEYS = {
    "id", "status", "text", "kind", "buttons", "entry_id", "edition", "sources", "ticket",
    "hotline_number", "from", "created_at",
}  # fmt: skip


def say(client: httpx.Client, text: Any, client_message_id: Any = "m1") -> httpx.Response:
    body = {"client_message_id": client_message_id, "text": text}
    return client.post("/api/chat/messages", json=body)


def error_code(response: httpx.Response) -> str:
    body = response.json()
    assert list(body) == ["error"]
    assert set(body["error"]) == {"code", "message", "fields"}
    assert body["error"]["message"]
    return str(body["error"]["code"])


def test_a_question_gets_its_answer_in_the_contracts_shape(
    gateway: RunningGateway, worker: FakeWorker
) -> None:
    """Session, message, reply: the thin line, with every key that others read."""
    response = say(gateway.citizen(), "社保卡丢了")
    assert response.status_code == 200
    body = response.json()
    assert body["pending"] is False
    (found,) = body["replies"]
    assert set(found) >= REPLY_KEYS
    assert found["entry_id"] == LOST_CARD
    assert found["sources"][0]["clause"] == "第十二条"


def test_the_session_cookie_is_out_of_reach_of_scripts(gateway: RunningGateway) -> None:
    """The cookie is HttpOnly and Lax, and the body names the conversation."""
    response = gateway.client().post("/api/chat/session")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert f"max-age={180 * 24 * 3600}" in cookie
    assert response.json()["conversation_id"].startswith("c-")


@pytest.mark.parametrize("path", ["/api/chat/session", "/api/chat/messages", "/api/chat/feedback"])
def test_another_sites_page_cannot_act_for_a_citizen(gateway: RunningGateway, path: str) -> None:
    """Not even a new conversation is forced on them; looking is allowed."""
    client = gateway.citizen()
    response = client.post(path, headers={"sec-fetch-site": "cross-site"})
    assert (response.status_code, error_code(response)) == (403, "cross_site")
    assert "set-cookie" not in response.headers
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("origin", ["same-origin", "same-site", "none"])
def test_the_own_page_and_programs_are_not_refused(gateway: RunningGateway, origin: str) -> None:
    """A page of this site, of its sibling, and what a person typed are no other site."""
    client = gateway.client()
    headers = {"sec-fetch-site": origin}
    assert client.post("/api/chat/session", headers=headers).status_code == 201


@pytest.mark.parametrize("cookie", [None, "", "forged", "ImMtMSI.aaaa.bbbb"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/chat/messages"),
        ("POST", "/api/chat/feedback"),
        ("GET", "/api/chat/events"),
        ("GET", "/api/chat/history"),
    ],
)
def test_without_a_true_cookie_nothing_is_said_or_shown(
    gateway: RunningGateway, method: str, path: str, cookie: str | None
) -> None:
    """A missing or forged session is refused, with how to mend it."""
    headers = {} if cookie is None else {"cookie": f"wenban_session={cookie}"}
    response = gateway.client().request(method, path, headers=headers)
    assert response.status_code == 401
    assert error_code(response) == "session_required"
    assert "/api/chat/session" in response.json()["error"]["message"]


def test_a_cookie_of_a_lost_conversation_asks_for_a_new_session(gateway: RunningGateway) -> None:
    """After the database was replaced a citizen is told to begin anew, not shown a crash."""
    client = gateway.citizen()
    with gateway.store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM conversations")
    assert say(client, "你好").status_code == 401


def test_the_same_message_is_done_once(gateway: RunningGateway, worker: FakeWorker) -> None:
    """A retry gets the stored result; another text under the same id is a conflict."""
    client = gateway.citizen()
    first, again = say(client, "你好"), say(client, "你好")
    assert first.json() == again.json()
    assert worker.answered == ["你好"]
    refused = say(client, "再见")
    assert refused.status_code == 409
    assert error_code(refused) == "message_conflict"


def test_two_people_may_use_the_same_message_id(
    gateway: RunningGateway, worker: FakeWorker
) -> None:
    """Ids are a conversation's own; nobody gets another person's answer."""
    texts = [say(gateway.citizen(), text).json()["replies"][0]["text"] for text in ("甲", "乙")]
    assert texts == ["您说的是：甲", "您说的是：乙"]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 400, "empty"),
        (" \u200b\n　", 400, "empty"),
        ("问" * (MAX_CHARS + 1), 413, "too_long"),
        ("\ud800", 400, "invalid_text"),
        ("a\x00b", 400, "invalid_text"),
        (None, 400, "invalid_field"),
        (5, 400, "invalid_field"),
        (["你好"], 400, "invalid_field"),
    ],
)
def test_text_that_cannot_be_accepted_is_refused_with_words(
    gateway: RunningGateway, text: Any, status: int, code: str
) -> None:
    """Nothing unusable is stored, and the citizen learns why."""
    client = gateway.citizen()
    raw = json.dumps({"client_message_id": "m1", "text": text})
    response = client.post(
        "/api/chat/messages", content=raw, headers={"content-type": "application/json"}
    )
    assert response.status_code == status
    assert error_code(response) == code
    assert client.get("/api/chat/history").json()["items"] == []


@pytest.mark.parametrize("client_message_id", ["", "a" * 65, "a b", "中", None, 7, "a\n"])
def test_a_message_id_must_be_plain(gateway: RunningGateway, client_message_id: Any) -> None:
    """Ids go into URLs and logs, so only plain ones are taken."""
    response = say(gateway.citizen(), "你好", client_message_id)
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["client_message_id"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"text":' + b"9" * 50_000 + b"}", "application/json", 400),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_no_small_json_object_is_refused(
    gateway: RunningGateway, content: bytes, content_type: str, status: int
) -> None:
    """Size is checked before parsing; whatever comes, the answer has the one shape."""
    response = gateway.citizen().post(
        "/api/chat/messages", content=content, headers={"content-type": content_type}
    )
    assert response.status_code == status
    error_code(response)


def test_a_body_without_a_length_is_limited_too(gateway: RunningGateway) -> None:
    """A chunked body cannot pass the limit by not telling its size."""

    def chunks() -> Iterator[bytes]:
        for _ in range(80):
            yield b" " * 1024

    response = gateway.citizen().post(
        "/api/chat/messages", content=chunks(), headers={"content-type": "application/json"}
    )
    assert response.status_code == 413
    error_code(response)


def test_a_flood_is_slowed_and_told_when_to_come_back(tmp_path: Path) -> None:
    """The sixth message in a minute of five is refused with Retry-After; others go on."""
    with running_gateway(tmp_path, rate_per_minute=5) as gateway:
        worker = FakeWorker(gateway.store).start()
        flooder, other = gateway.citizen(), gateway.citizen()
        answers = [say(flooder, "你好", f"m{number}") for number in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
        assert error_code(answers[-1]) == "too_fast"
        assert say(other, "你好").status_code == 200
        worker.stop()


def test_while_no_worker_is_there_the_message_is_kept_and_said_to_be(
    gateway: RunningGateway,
) -> None:
    """202, the truth, the number to call; the answer comes when a worker does."""
    client = gateway.citizen()
    response = say(client, "你好")
    assert response.status_code == 202
    body = response.json()
    assert (body["pending"], body["replies"]) == (True, [])
    assert body["notice"]["from"] == "system"
    assert "12345" in body["notice"]["text"]
    worker = FakeWorker(gateway.store).start()
    assert say(client, "你好").json()["replies"][0]["text"] == "您说的是：你好"
    worker.stop()


@contextmanager
def locked_database(home: Path) -> Iterator[None]:
    lock = sqlite3.connect(home / "wenban.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


def test_what_cannot_be_stored_is_not_said_to_be_accepted(
    tmp_path: Path, gateway: RunningGateway
) -> None:
    """With the database locked the citizen hears the sentence, gets no number, and may retry."""
    client = gateway.citizen()
    with locked_database(tmp_path):
        response = say(client, "你好")
        assert response.status_code == 503
        assert response.json()["error"]["message"] == "暂时无法受理，请拨打12345"
        assert "message_id" not in response.text
        assert gateway.client().get("/healthz").status_code == 200
    assert client.get("/api/chat/history").json()["items"] == []


def test_history_shows_both_sides_in_order(gateway: RunningGateway, worker: FakeWorker) -> None:
    """A page that is loaded again shows what was said and where the stream goes on."""
    client = gateway.citizen()
    say(client, "甲", "m1")
    last = say(client, "乙", "m2").json()["replies"][0]
    client.post("/api/chat/feedback", json={"reply_id": last["id"], "useful": False})
    body = client.get("/api/chat/history").json()
    assert [item["role"] for item in body["items"]] == ["citizen", "service"] * 2
    assert body["items"][0]["client_message_id"] == "m1"
    assert body["items"][3]["reply"] == last
    assert body["items"][3]["useful"] is False
    assert body["last_event_id"] == 2


def test_a_worker_that_dies_in_a_turn_loses_nothing(gateway: RunningGateway) -> None:
    """Another worker takes the message when the lease is over."""
    client = gateway.citizen()
    message_id = say(client, "你好").json()["message_id"]
    assert gateway.store.claim_next("w-dead", utc_now(), 0) is not None
    worker = FakeWorker(gateway.store).start()
    body = say(client, "你好").json()
    assert (body["message_id"], body["pending"]) == (message_id, False)
    worker.stop()
