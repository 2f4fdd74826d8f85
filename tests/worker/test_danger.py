"""The second look at danger, before a turn: the card in its place, whatever else is going on."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.safety.card import Alarm
from assistant.settings import Settings
from assistant.storage.messages import SqlMessageStore
from assistant.worker import process
from assistant.worker.loop import WorkerLoop
from tests.worker.runners import NOW, Echo, accepted, said, work_until

FALL = Alarm(
    kind="fall",
    title="摔伤",
    number="120",
    also="",
    status="redirected_emergency",
    text="请立即拨打120（急救）。",
    text_not_stored="",
    evidence=("动不了",),
)


def look(text: str) -> Alarm | None:
    """Alarm at falls, and break at what is broken."""
    if "坏" in text:
        raise ValueError(text)
    return FALL if "起不来" in text else None


def worked(store: SqlMessageStore, runner: object, *ids: str) -> None:
    """Let a worker with a second look answer messages."""
    loop = WorkerLoop(store, runner, "w1", lambda: NOW, danger=look)  # type: ignore[arg-type]
    work_until(loop, lambda: all(store.replies_for(one) is not None for one in ids))


def test_danger_is_told_in_place_of_a_turn(store: SqlMessageStore) -> None:
    """Card and alarm are stored together; the form that was open is as it was."""
    conversation_id, ids = accepted(store, "社保卡", "我妈摔了起不来", "在吗")
    runner = Echo()
    worked(store, runner, *ids)
    assert ["re 社保卡", FALL.text, "re 在吗"] == said(store, conversation_id)
    assert [None, "seen 社保卡"] == [tracker for _, _, tracker in runner.turns]
    (card,) = store.replies_for(ids[1]) or ()
    assert ("danger", "120", None) == (card.kind, card.hotline_number, card.also_number)
    (alarm,) = store.duty_alarms()
    assert ("fall", "120", ids[1]) == (alarm.kind, alarm.number, alarm.message_id)


def test_danger_is_told_while_answers_are_switched_off(store: SqlMessageStore) -> None:
    """The switch stops answers, not help."""
    conversation_id, ids = accepted(store, "我妈摔了起不来")
    store.set_answering(is_on=False, reason="停", set_by="wang", now=NOW)
    worked(store, Echo(), *ids)
    assert [FALL.text] == said(store, conversation_id)
    assert len(store.duty_alarms()) == 1


def test_a_look_that_breaks_stops_no_turn(
    store: SqlMessageStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The turn goes on; the log names the conversation and not the text."""
    conversation_id, ids = accepted(store, "坏 13800000000")
    with caplog.at_level(logging.DEBUG, "assistant"):
        worked(store, Echo(), *ids)
    assert ["re 坏 13800000000"] == said(store, conversation_id)
    (line,) = [row for row in caplog.records if row.message == "danger_look_failed"]
    assert "13800000000" not in str(line.__dict__)
    assert store.duty_alarms() == ()


def test_a_quiet_message_raises_no_alarm(store: SqlMessageStore) -> None:
    """What the look finds harmless is answered as ever."""
    conversation_id, ids = accepted(store, "一", "二")
    worked(store, Echo(), *ids)
    assert ["re 一", "re 二"] == said(store, conversation_id)
    assert store.duty_alarms() == ()


def test_a_worker_knows_what_may_not_be_kept() -> None:
    """By the register that ships."""
    may_keep = process.may_keep()
    assert (True, False) == (may_keep("路灯坏了"), may_keep("举报某局长受贿"))


@pytest.mark.parametrize(
    ("name", "built", "event"),
    [
        ("emergencies.yml", "second_look", "danger_without_second_look"),
        ("out_of_scope.yml", "may_keep", "unanswered_are_kept"),
    ],
)
def test_a_broken_register_stops_no_worker(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, name: str, built: str, event: str,
) -> None:  # fmt: skip
    """An editor's mistake in a file costs what it is for, not the answers; the log says so."""
    (tmp_path / name).write_text("kinds: [\n", "utf-8")
    broken = replace(settings, knowledge=tmp_path)
    monkeypatch.setattr(process, "process_settings", lambda: broken)
    monkeypatch.setattr(process, "process_embedder", lambda: None)
    with caplog.at_level(logging.ERROR, "assistant"):
        found = getattr(process, built)()
    assert [event] == [row.message for row in caplog.records]
    assert found is None or found("举报某局长受贿")
