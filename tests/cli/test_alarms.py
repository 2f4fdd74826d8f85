"""`wenban alarms`: what the people on duty see, masked, and as it comes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from assistant.clock import utc_now
from assistant.messages.alarm import DutyAlarm
from assistant.messages.reply import Reply
from assistant.storage.messages import open_message_store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'wenban.sqlite3'}"


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["alarms", *arguments], env={"WENBAN_DATABASE_URL": url})


def raised(url: str, number: int, text: str, alarm: DutyAlarm) -> None:
    """Store one message of danger."""
    store, now = open_message_store(url, utc_now()), utc_now()
    reply = Reply(id=f"r-{number}", status="redirected_emergency", text="请拨打", created_at=now)
    conversation_id = store.create_conversation(now)
    store.accept_answered(conversation_id, f"k{number}", text, [reply], alarm, now)
    store.close()


def test_nothing_yet_is_said(url: str) -> None:
    """An empty list is a sentence; for programs it is no line."""
    assert run(url).output == "没有危险提醒。\n"
    assert run(url, "--json").output == ""


def test_alarms_are_listed_with_the_newest_last(url: str) -> None:
    """Number, kind in words, what was written in one line without personal data."""
    raised(url, 1, "厨房着火了\n电话13812345678", DutyAlarm("fire", "119"))
    raised(url, 2, "有个人躺着", DutyAlarm("unclear", "120"))
    first, second = run(url).output.splitlines()
    assert "  119  " in first
    assert "火灾" in first
    assert "13812345678" not in first
    assert "  120  未分类  " in second
    assert [second] == run(url, "--limit", "1").output.splitlines()


def test_json_lines_are_for_programs(url: str) -> None:
    """The same, masked as well."""
    raised(url, 1, "厨房着火了，电话13812345678", DutyAlarm("fire", "119"))
    (line,) = run(url, "--json").output.splitlines()
    row = json.loads(line)
    assert ("119", "fire") == (row["number"], row["kind"])
    assert row["title"]
    assert "13812345678" not in row["text"]


def _heeding_ctrl_c() -> None:
    """Undo what a shell does to what it runs in the background, these tests perhaps among it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_watch_shows_what_comes(url: str) -> None:
    """A terminal left open tells of a new danger; Ctrl-C ends it without a traceback."""
    raised(url, 1, "厨房着火了", DutyAlarm("fire", "119"))
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "assistant.cli", "alarms", "--watch"],
        cwd=ROOT, env={**os.environ, "WENBAN_DATABASE_URL": url}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_heeding_ctrl_c,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert "厨房着火了" in process.stdout.readline()
        raised(url, 2, "有人落水", DutyAlarm("water", "119"))
        assert "有人落水" in process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=15)
    assert "Traceback" not in err
