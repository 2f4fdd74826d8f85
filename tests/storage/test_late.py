"""A gateway lives without its database, and goes on with it once it is there."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import SettingInvalid, StorageUnavailable
from assistant.messages.store import MessageStore
from assistant.storage.late import RETRY_SECONDS, LateStore
from assistant.storage.messages import open_message_store

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Opening:
    """Opens a store once it is allowed to, and counts the tries; its clock is set by the test."""

    def __init__(self, path: Path) -> None:
        self.path, self.tries, self.is_allowed, self.now = path, 0, False, 0.0

    def open(self) -> MessageStore:
        self.tries += 1
        if not self.is_allowed:
            raise StorageUnavailable("connection refused")
        return open_message_store(f"sqlite:///{self.path}", NOW)

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    return Opening(tmp_path / "wenban.sqlite3")


def test_a_store_that_cannot_be_opened_yet_says_so_at_every_call(opening: Opening) -> None:
    """The reason is the database's own, and it is not asked more than once a second."""
    store = LateStore(opening.open, opening.seconds).opened_late()
    for _ in range(5):
        with pytest.raises(StorageUnavailable, match="connection refused"):
            store.create_conversation(NOW)
    assert 1 == opening.tries


def test_it_goes_on_as_soon_as_the_database_is_there(opening: Opening) -> None:
    """Without a restart; from then on it is opened once and for all."""
    late = LateStore(opening.open, opening.seconds)
    opening.is_allowed, opening.now = True, RETRY_SECONDS
    store = late.opened_late()
    conversation_id = store.create_conversation(NOW)
    assert () == store.waiting(conversation_id)
    assert 2 == opening.tries
    late.close()


def test_what_no_waiting_would_mend_is_raised_at_the_start() -> None:
    """A wrong address must not look like an outage."""
    with pytest.raises(SettingInvalid):
        LateStore(lambda: open_message_store("mysql://x/y", NOW))


def test_nobody_waits_for_another_threads_try(opening: Opening) -> None:
    """A server that does not answer takes seconds; the next citizen hears at once."""
    tried, goes_on = threading.Event(), threading.Event()

    def hanging() -> MessageStore:
        if opening.tries:
            tried.set()
            goes_on.wait(20)
        return opening.open()

    store = LateStore(hanging, opening.seconds).opened_late()
    opening.now = RETRY_SECONDS

    def ask() -> None:
        with suppress(StorageUnavailable):
            store.beats()

    thread = threading.Thread(target=ask)
    thread.start()
    assert tried.wait(10)
    with pytest.raises(StorageUnavailable):
        store.beats()
    goes_on.set()
    thread.join(10)


def test_a_store_that_was_never_opened_can_be_closed(opening: Opening) -> None:
    """A gateway that is stopped while the database is away ends in order."""
    LateStore(opening.open, opening.seconds).close()


def test_a_locked_database_of_this_release_is_opened(tmp_path: Path) -> None:
    """Nothing is to be migrated, so a start does not wait for the writer's lock."""
    url = f"sqlite:///{tmp_path / 'wenban.sqlite3'}"
    open_message_store(url, NOW).close()
    with closing(sqlite3.connect(tmp_path / "wenban.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        open_message_store(url, NOW).close()
