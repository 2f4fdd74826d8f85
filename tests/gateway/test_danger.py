"""Danger at the gateway: the number in every case, also where everything else is refused."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway.running import FakeWorker, RunningGateway, running_gateway

GAS = "屋里好大煤气味头晕"


def say(client: httpx.Client, text: Any, client_message_id: Any = "m1") -> httpx.Response:
    body = {"client_message_id": client_message_id, "text": text}
    return client.post("/api/chat/messages", json=body)


def card_of(response: httpx.Response) -> dict[str, Any]:
    """Return the one reply of a response, which is a card."""
    (reply,) = response.json()["replies"]
    assert reply["kind"] == "danger"
    assert reply["text"].startswith("请立即拨打")
    return dict(reply)


def test_danger_is_answered_without_a_worker(gateway: RunningGateway) -> None:
    """No model, no worker: the number stands in the first line, and a duty alarm is stored."""
    client = gateway.citizen()
    response = say(client, GAS)
    assert response.status_code == 200
    card = card_of(response)
    assert ("redirected_emergency", "119") == (card["status"], card["hotline_number"])
    assert card["text"].splitlines()[0].startswith("请立即拨打119")
    (alarm,) = gateway.store.duty_alarms()
    assert ("119", response.json()["message_id"]) == (alarm.number, alarm.message_id)


def test_despair_is_sent_to_those_who_listen(gateway: RunningGateway) -> None:
    """With a status and words of its own."""
    (card,) = say(gateway.citizen(), "我不想活了").json()["replies"]
    assert ("redirected_crisis", "12356") == (card["status"], card["hotline_number"])
    assert "12345" in card["text"]


def test_two_numbers_are_both_in_the_reply(gateway: RunningGateway) -> None:
    """The page makes a link of each."""
    card = card_of(say(gateway.citizen(), "撞车了，司机满头是血叫不醒"))
    assert {"122", "120"} == {card["hotline_number"], card["also_number"]}


def test_no_worker_gets_a_message_of_danger(gateway: RunningGateway, worker: FakeWorker) -> None:
    """What was asked before it stays as it was."""
    client = gateway.citizen()
    say(client, GAS, "m1")
    say(client, "你好", "m2")
    assert ["你好"] == worker.answered


def test_the_card_is_in_the_history_and_on_the_stream(gateway: RunningGateway) -> None:
    """A page that was loaded again still shows it."""
    client = gateway.citizen()
    card = card_of(say(client, GAS))
    items = client.get("/api/chat/history").json()["items"]
    assert [item["role"] for item in items] == ["citizen", "service"]
    assert items[0]["pending"] is False
    assert card["id"] == items[1]["reply"]["id"]


def test_the_same_message_sent_again_has_the_same_card(gateway: RunningGateway) -> None:
    """And one alarm for the people on duty."""
    client = gateway.citizen()
    assert card_of(say(client, GAS))["id"] == card_of(say(client, GAS))["id"]
    assert len(gateway.store.duty_alarms()) == 1


def test_danger_meets_no_limit(tmp_path: Path) -> None:
    """Who writes too fast is still told the number, and it costs no allowance."""
    with running_gateway(tmp_path, rate_per_minute=2) as gateway:
        client = gateway.citizen()
        for number in range(30):
            assert say(client, GAS, f"m{number}").status_code == 200
        assert say(client, "你好", "other").status_code != 429


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"client_message_id": "m1", "text": GAS + "。" * 2000}, 413, id="too long"),
        pytest.param({"client_message_id": "///", "text": GAS}, 400, id="a broken id"),
        pytest.param({"text": GAS}, 400, id="no id"),
        pytest.param({"client_message_id": "m1", "text": GAS + "\x00"}, 400, id="a NUL"),
    ],
)
def test_a_refused_message_of_danger_carries_the_card(
    gateway: RunningGateway, body: dict[str, Any], status: int
) -> None:
    """The refusal is right and the number is told; the card says that nothing was stored."""
    response = gateway.citizen().post("/api/chat/messages", json=body)
    assert status == response.status_code
    card = card_of(response)
    assert "119" == card["hotline_number"]
    assert "没有登记" in card["text"]
    assert gateway.store.duty_alarms() == ()


def test_without_a_session_the_number_is_told(gateway: RunningGateway) -> None:
    """A first message may come before the cookie."""
    response = say(gateway.client(), GAS)
    assert response.status_code == 401
    assert "119" == card_of(response)["hotline_number"]


def test_an_id_used_for_another_text_carries_the_card(
    gateway: RunningGateway, worker: FakeWorker
) -> None:
    """409, and the number."""
    client = gateway.citizen()
    say(client, "你好", "m1")
    response = say(client, GAS, "m1")
    assert response.status_code == 409
    assert "119" == card_of(response)["hotline_number"]


def test_with_a_locked_database_the_number_is_told(gateway: RunningGateway) -> None:
    """503, nothing accepted, and the number within 5 s."""
    client = gateway.citizen()
    lock = sqlite3.connect(gateway.settings.home / "wenban.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        response = client.post(
            "/api/chat/messages", json={"client_message_id": "m1", "text": GAS}, timeout=5
        )
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert response.status_code == 503
    assert "119" == card_of(response)["hotline_number"]
    assert "没有登记" in card_of(response)["text"]


def test_with_a_lost_database_the_number_is_told(gateway: RunningGateway) -> None:
    """Also when its whole folder is gone."""
    client = gateway.citizen()
    gateway.store.close()
    shutil.rmtree(gateway.settings.home)
    response = say(client, GAS)
    assert response.status_code in (200, 503)
    assert "119" == card_of(response)["hotline_number"]


def test_alarms_are_counted_by_kind(gateway: RunningGateway) -> None:
    """For whoever watches the service; no text is in it."""
    say(gateway.citizen(), GAS)
    text = gateway.client().get("/metrics").text
    assert 'wenban_danger_alarms_total{kind="gas"} 1.0' in text
