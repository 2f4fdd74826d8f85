"""Replies in the contract's shape, ids that are safe everywhere, and who is alive."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from assistant.messages.heartbeat import Heartbeat, WorkerStatus, worker_status
from assistant.messages.ids import new_id
from assistant.messages.reply import Button, Reply, Section, Source, TicketReference

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
CONTRACT_KEYS = {
    "id", "status", "text", "kind", "buttons", "entry_id", "edition", "sources", "ticket",
    "hotline_number", "from", "created_at",
}  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply("r-1", "smalltalk", "您好", NOW), id="the least"),
        pytest.param(
            Reply(
                "r-2",
                "answered_guide",
                "答",
                NOW,
                kind="card",
                buttons=(Button("a", "b"),),
                entry_id="x/y",
                edition="e",
                sources=(Source("t", "n", "c", "2024-01-01"),),
                ticket=TicketReference("n", "c"),
                hotline_number="12345",
                sender="agent",
                sections=(Section("h", "t"),),
                department="d",
                last_checked_on="2026-01-01",
            ),
            id="everything",
        ),
    ],
)
def test_a_reply_survives_json_with_the_contracts_keys(reply: Reply) -> None:
    """What is written is read back, and no key that others read is missing."""
    body = reply.to_dict()
    assert set(body) >= CONTRACT_KEYS
    assert "sender" not in body
    assert Reply.from_dict(json.loads(json.dumps(body))) == reply


def test_a_reply_stored_by_an_older_release_can_be_read() -> None:
    """Keys that came later may be missing."""
    body = Reply("r-1", "smalltalk", "您好", NOW).to_dict()
    for key in ("sections", "department", "last_checked_on"):
        del body[key]
    assert Reply.from_dict(body).text == "您好"


@pytest.mark.parametrize("key", sorted(CONTRACT_KEYS - {"ticket"}))
def test_a_reply_without_a_contract_key_is_refused(key: str) -> None:
    """A row that is no reply is not shown as one."""
    body = Reply("r-1", "smalltalk", "您好", NOW).to_dict()
    del body[key]
    with pytest.raises(KeyError):
        Reply.from_dict(body)


def test_ids_are_fresh_and_safe() -> None:
    """An id can stand in a URL, in a log and in Rasa, and is never made twice."""
    ids = {new_id("c") for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in ids)


def beat(name: str, state: str, seconds_ago: float, edition: str = "") -> Heartbeat:
    return Heartbeat(name, state, edition, NOW - timedelta(seconds=seconds_ago))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("beats", "status"),
    [
        pytest.param([], ("down", ""), id="nobody ever"),
        pytest.param([beat("a", "ready", 9.9, "e")], ("ready", "e"), id="just alive"),
        pytest.param([beat("a", "ready", 10, "e")], ("down", ""), id="silent for ten seconds"),
        pytest.param([beat("a", "starting", 1)], ("starting", ""), id="one starts"),
        pytest.param(
            [beat("a", "starting", 0), beat("b", "ready", 5, "e")],
            ("ready", "e"),
            id="one is enough",
        ),
        pytest.param(
            [beat("a", "ready", 20, "old"), beat("b", "starting", 1)],
            ("starting", ""),
            id="the ready one is gone",
        ),
        pytest.param(
            [beat("a", "ready", 1, "new"), beat("b", "ready", 4, "old")],
            ("ready", "new"),
            id="the edition of the last seen",
        ),
        pytest.param([beat("a", "ready", -60, "e")], ("ready", "e"), id="the clock stepped back"),
    ],
)
def test_the_workers_state_follows_their_beats(
    beats: list[Heartbeat], status: tuple[str, str]
) -> None:
    """Ready, starting or down, with the edition that answers."""
    assert worker_status(beats, NOW) == WorkerStatus(*status)  # type: ignore[arg-type]
