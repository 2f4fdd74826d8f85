"""`wenban answers`, `wenban audit`, `wenban stats` over a database of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from assistant.cli import main
from assistant.clock import utc_now
from assistant.messages.alarm import DutyAlarm
from assistant.messages.reply import Reply
from assistant.storage.messages import open_message_store

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'wenban.sqlite3'}"


@pytest.fixture
def run(url: str) -> Run:
    return lambda *words: CliRunner().invoke(main, words, env={"WENBAN_DATABASE_URL": url})


def talked(url: str) -> None:
    """Store one answered message of danger."""
    store, now = open_message_store(url, utc_now()), utc_now()
    reply = Reply(id="r-1", status="redirected_emergency", text="请拨打119", created_at=now)
    conversation_id = store.create_conversation(now)
    store.accept_answered(conversation_id, "k", "着火", [reply], DutyAlarm("fire", "119"), now)
    store.close()


def test_the_switch_is_turned_with_a_reason_and_shown(run: Run, url: str) -> None:
    """Off, shown, on; each turn of it is in the trail."""
    assert "智能答复：正常" in run("answers").output
    off = run("answers", "off", "--reason", "核对公积金", "--as", "wang")
    assert off.exit_code == 0
    assert "已暂停" in off.output
    assert "由wang设置，原因：核对公积金" in run("answers").output
    assert "智能答复：正常" in run("answers", "on", "--reason", "已更正").output
    listed = run("audit", "list").output
    assert listed.index("answering_on") < listed.index("answering_off")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("off",), id="no reason"),
        pytest.param(("off", "--reason", "  "), id="an empty reason"),
        pytest.param(("off", "--reason", "长" * 501), id="a long reason"),
        pytest.param(("on", "--reason", "x", "--as", "y" * 65), id="a long name"),
    ],
)
def test_the_switch_is_not_turned_without_a_reason(run: Run, words: tuple[str, ...]) -> None:
    """Wrong use, and nothing changes."""
    assert run("answers", *words).exit_code == 2
    assert "智能答复：正常\n" == run("answers").output


def test_turning_to_the_same_side_changes_nothing(run: Run) -> None:
    """The first reason stays."""
    run("answers", "off", "--reason", "一")
    assert "状态没有变化" in run("answers", "off", "--reason", "二").output
    assert "原因：一" in run("answers").output


def test_an_intact_trail_is_told_with_its_head(run: Run, url: str) -> None:
    """The head can be noted and is found again later."""
    talked(url)
    found = run("audit", "verify")
    assert found.exit_code == 0
    assert "完好，共2条" in found.output
    head = found.output.split()[-1]
    run("answers", "off", "--reason", "x")
    assert run("audit", "verify", "--head", head).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET actor='x' WHERE sequence=1", "第1条处不可信"),
        ("DELETE FROM audit WHERE sequence=2", "末尾的记录被删掉"),
    ],
)
def test_a_changed_trail_is_told_with_exit_status_1(
    run: Run, url: str, statement: str, words: str
) -> None:
    """Where it does not hold any more, in one sentence."""
    talked(url)
    head = run("audit", "verify").output.split()[-1]
    engine = create_engine(url, future=True)
    with engine.begin() as connection:
        connection.execute(text(statement))
    found = run("audit", "verify", "--head", head)
    assert found.exit_code == 1
    assert words in found.output


def test_rows_are_printed_for_programs_too(run: Run, url: str) -> None:
    """One JSON object a line, newest first."""
    talked(url)
    rows = [json.loads(line) for line in run("audit", "list", "--json").output.splitlines()]
    assert ["danger", "turn"] == [row["action"] for row in rows]
    assert {"kind": "fire", "number": "119"} == rows[0]["detail"]
    assert "没有审计记录。\n" == run("audit", "list", "--action", "nothing").output


def test_the_numbers_of_a_day_are_shown(run: Run, url: str) -> None:
    """By result, by duration, and the alarms; an empty time says so."""
    assert "没有处理过消息" in run("stats").output
    talked(url)
    shown = run("stats").output
    assert "按结果  redirected_emergency  1" in shown
    assert "危险警报  fire  1" in shown
    counts = json.loads(run("stats", "--json").output)
    assert {"turns", "turn_seconds", "danger"} == {count["name"] for count in counts}
