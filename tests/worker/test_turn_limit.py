"""A turn that hangs ends in an apology, and the worker that hung makes room."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.clock import utc_now
from assistant.errors import ClaimLost, StorageUnavailable
from assistant.messages.message import UNKEPT_TEXT, InboxMessage
from assistant.storage.messages import SqlMessageStore
from assistant.worker.replies import APOLOGY, APOLOGY_UNKEPT
from assistant.worker.turn_limit import EXIT_STATUS, TurnLimit
from tests.worker.runners import NOW, accepted, said

MESSAGE = InboxMessage("m-1", "c-1", "k-1", "你好", NOW, 1, 1)

HANG = """
import asyncio, sys, time
from assistant.clock import utc_now
from assistant.storage.messages import open_message_store
from assistant.worker.loop import WorkerLoop
class Hanging:
    async def run(self, *_):
        time.sleep(60)
store = open_message_store(sys.argv[1], utc_now())
may_keep = lambda text: "秘密" not in text
loop = WorkerLoop(store, Hanging(), "w-1", utc_now, may_keep=may_keep, turn_seconds=0.5)
asyncio.run(loop.run())
"""


@pytest.mark.parametrize(
    ("text", "apology", "kept"),
    [("私下的话", APOLOGY, "私下的话"), ("秘密的话", APOLOGY_UNKEPT, UNKEPT_TEXT)],
)
def test_a_hanging_turn_is_apologised_for_and_its_process_ends(
    store: SqlMessageStore, tmp_path: Path, repository: Path, text: str, apology: str, kept: str
) -> None:
    """Nothing of the message is printed, nor kept where it may not be."""
    conversation_id, ids = accepted(store, text)
    command = [sys.executable, "-c", HANG, f"sqlite:///{tmp_path / 'wenban.sqlite3'}"]
    found = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, timeout=60, check=False
    )
    assert EXIT_STATUS == found.returncode, found.stderr
    assert [apology] == said(store, conversation_id)
    lines = [item.message.text for item in store.history(conversation_id, 9) if item.message]
    assert [kept] == lines
    assert store.replies_for(ids[0]) is not None
    assert text not in found.stdout + found.stderr


NATIVE = """
import faulthandler, time
from datetime import UTC, datetime
from assistant.messages.message import InboxMessage
from assistant.worker.turn_limit import TurnLimit
now = datetime(2026, 3, 2, tzinfo=UTC)
limit = TurnLimit(lambda message: time.sleep(60), seconds=0.1, hard_seconds=0.6)
with limit.watching(InboxMessage("m-1", "c-1", "k-1", "秘密的话", now, 1, 1)):
    time.sleep(60)
"""


def test_a_process_that_cannot_even_apologise_ends_all_the_same(repository: Path) -> None:
    """The harder limit needs no cooperation; it prints places and no values."""
    found = subprocess.run(
        [sys.executable, "-c", NATIVE],
        cwd=repository, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert 1 == found.returncode
    assert "Timeout" in found.stderr
    assert "秘密" not in found.stderr


@pytest.mark.parametrize(
    ("error", "leaves"),
    [
        pytest.param(None, True, id="apologised"),
        pytest.param(StorageUnavailable("locked"), True, id="the apology cannot be stored"),
        pytest.param(ClaimLost("m-1", "w-1"), False, id="the turn ended in the last moment"),
    ],
)
def test_a_worker_leaves_unless_its_turn_ended_after_all(
    error: Exception | None, leaves: bool
) -> None:
    """Who hangs goes; who was only late stays."""
    told, left = threading.Event(), threading.Event()

    def give_up(_message: InboxMessage) -> None:
        told.set()
        if error is not None:
            raise error

    with TurnLimit(give_up, seconds=0.01, leave=left.set).watching(MESSAGE):
        assert told.wait(5)
        assert leaves == left.wait(0.3)


def test_a_turn_in_time_is_left_alone() -> None:
    """The watch ends with the turn."""
    called = threading.Event()
    with TurnLimit(lambda _: called.set(), seconds=0.2, leave=called.set).watching(MESSAGE):
        started = utc_now()
    assert not called.wait(0.4)
    assert started <= utc_now()
