"""What set-up learned, at work: what words leave, meaning finds, in a command and in a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.clock import utc_now
from assistant.retrieval.embedder import QuestionReader
from assistant.safety.card import DangerWatch
from assistant.safety.labelled import LabelledText, read_labelled
from assistant.services import danger_watch
from assistant.settings import Settings
from assistant.storage.messages import open_message_store
from tests.cli.processes import wenban

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
DEVELOP = read_labelled(ROOT / "data" / "danger")


@pytest.fixture(scope="module")
def first(settings: Settings) -> DangerWatch:
    """What the gateway looks with."""
    return danger_watch(settings)


@pytest.fixture(scope="module")
def second(settings: Settings, embedder: QuestionReader) -> DangerWatch:
    """What the worker looks with."""
    return danger_watch(settings, reader=embedder)


@pytest.fixture(scope="module")
def left(first: DangerWatch) -> list[LabelledText]:
    """Texts of danger that the gateway leaves."""
    found = [item for item in DEVELOP if item.numbers and first.look(item.text) is None]
    assert len(found) > 50
    return found


def test_meaning_finds_much_of_what_words_leave(
    left: list[LabelledText], second: DangerWatch
) -> None:
    """With the right number, though nobody wrote a rule for it."""
    told = [(item, second.look(item.text)) for item in left]
    heard = [(item, alarm) for item, alarm in told if alarm is not None]
    assert len(heard) >= 0.4 * len(left)
    right = sum(alarm.number in item.numbers for item, alarm in heard)
    assert right >= 0.8 * len(heard)


def test_meaning_rings_at_few_quiet_texts(second: DangerWatch) -> None:
    """Both looks together, at every 16th text that must not alarm: each runs the network."""
    quiet = [item.text for item in DEVELOP if not item.numbers][::16]
    rung = [text for text in quiet if second.look(text) is not None]
    assert len(rung) <= 0.02 * len(quiet), rung


@pytest.fixture(scope="module")
def hinted(left: list[LabelledText], second: DangerWatch) -> LabelledText:
    """A text that only the second look understands."""
    for item in left:
        alarm = second.look(item.text)
        if alarm is not None and alarm.number in item.numbers:
            return item
    raise AssertionError("the second look finds nothing")


def test_a_command_looks_twice(hinted: LabelledText) -> None:
    """`wenban ask` does what gateway and worker do together."""
    found = wenban("ask", hinted.text, "--json")
    assert found.returncode == 0, found.stderr
    decision = json.loads(found.stdout)
    assert decision["danger"] in hinted.numbers
    assert decision["danger"] == decision["hotline_number"]
    assert decision["status"].startswith("redirected_")
    assert decision["replies"][0]["kind"] == "danger"


def test_a_worker_looks_before_it_thinks(hinted: LabelledText, tmp_path: Path) -> None:
    """A real worker, with its model: card and duty alarm instead of a turn."""
    url = f"sqlite:///{tmp_path / 'wenban.sqlite3'}"
    store = open_message_store(url, utc_now())
    conversation_id = store.create_conversation(utc_now())
    message = store.accept(conversation_id, "k1", hinted.text, utc_now())
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "worker"],
        cwd=ROOT, env={**os.environ, "WENBAN_DATABASE_URL": url},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while store.replies_for(message.id) is None:
            assert process.poll() is None, "the worker ended"
            assert time.monotonic() < deadline, "no answer in time"
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(timeout=15)
    (card,) = store.replies_for(message.id) or ()
    assert (card.kind, card.hotline_number in hinted.numbers) == ("danger", True)
    (alarm,) = store.duty_alarms()
    assert (alarm.message_id, alarm.number) == (message.id, card.hotline_number)
    assert store.tracker(conversation_id) is None
    store.close()
