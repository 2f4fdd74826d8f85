"""Worker processes: silent, stopped in good order, and replaced when they are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.clock import utc_now
from assistant.storage.messages import SqlMessageStore
from assistant.worker.loop import WorkerLoop
from tests.worker.runners import Echo, accepted, said, work_until

TALK = """
import asyncio, sys
from assistant.worker.quiet import quiet_environment
quiet_environment()
from assistant.services import process_settings
from assistant.worker.model_file import rasa_model
from assistant.worker.turn import TurnRunner
if sys.argv[2:]:
    from actions.answer_question import AnswerQuestion
    def broken(self, dispatcher, tracker, domain):
        raise ValueError(tracker.latest_message["text"])
    AnswerQuestion.run = broken
runner = TurnRunner(rasa_model(process_settings()))
result = asyncio.run(runner.run("c-1", sys.argv[1], None))
sys.exit(0 if result.payloads else 7)
"""


@pytest.fixture
def slow_worker(
    store: SqlMessageStore, tmp_path: Path, repository: Path
) -> Iterator[subprocess.Popen[str]]:
    """A worker process over the store, in the middle of a long first turn."""
    command = [sys.executable, "-m", "tests.worker.slow_worker"]
    command += [f"sqlite:///{tmp_path / 'wenban.sqlite3'}", "1.5", "2.0"]
    process = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()


def thinking(process: subprocess.Popen[str]) -> None:
    """Wait until the process has begun a turn."""
    assert process.stdout is not None
    assert "thinking\n" == process.stdout.readline()


def test_a_killed_workers_message_is_answered_by_the_next(
    store: SqlMessageStore, slow_worker: subprocess.Popen[str]
) -> None:
    """kill -9 in the middle of a turn: after the lease another worker answers, once."""
    conversation_id, (message_id,) = accepted(store, "你好")
    thinking(slow_worker)
    slow_worker.send_signal(signal.SIGKILL)
    slow_worker.wait(timeout=5)
    assert store.replies_for(message_id) is None
    assert store.claim_next("w2", utc_now(), 0.0) is None, "the dead worker's lease still holds"
    runner = Echo()
    loop = WorkerLoop(store, runner, "w2", utc_now)
    work_until(loop, lambda: store.replies_for(message_id) is not None)
    assert ["re 你好"] == said(store, conversation_id)
    assert 1 == len(runner.turns)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_worker_after_its_turn(
    store: SqlMessageStore, slow_worker: subprocess.Popen[str], number: signal.Signals
) -> None:
    """The running answer is stored, no other message is begun, and the exit is clean."""
    conversation_id, _ids = accepted(store, "一", "二")
    thinking(slow_worker)
    slow_worker.send_signal(number)
    assert 0 == slow_worker.wait(timeout=10)
    assert ["slow 一"] == said(store, conversation_id)
    assert ["二"] == [message.text for message in store.waiting(conversation_id)]


@pytest.mark.model
@pytest.mark.parametrize("how", ["whole", "failing"])
def test_a_turn_prints_nothing_of_the_message(repository: Path, how: str) -> None:
    """Citizens' words stand in the database and nowhere else; a good turn prints nothing at all."""
    text = "我叫王小明电话13812345678社保卡丢了怎么补"
    command = [sys.executable, "-c", TALK, text, *(["fail"] if how == "failing" else [])]
    found = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, timeout=120, check=False
    )
    said_outside = found.stdout + found.stderr
    for part in ("王小明", "13812345678", "社保卡"):
        assert part not in said_outside
    if how == "whole":
        assert (0, "", "") == (found.returncode, found.stdout, found.stderr)
    else:
        assert 7 == found.returncode, found.stderr
        assert "action_failed" in found.stderr
