"""Bugs that the fault tests must catch, each put into a process before it starts.

Each is one that real services have had: an answer before the commit, an error that a
"fail-safe" wrapper swallows, check-then-set instead of a unique key, a turn in two
transactions, a queue that is a stack, a hold that nobody looks at.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from assistant import clock
from assistant.errors import ClaimLost, StorageUnavailable
from assistant.gateway.routes import messages as route
from assistant.messages.ids import new_id
from assistant.messages.message import InboxMessage
from assistant.storage import inbox as inbox_module
from assistant.storage.inbox import SqlInbox
from assistant.storage.outbox import insert_replies
from assistant.storage.tables import conversations, inbox

DELAY_SECONDS = 0.5
# So long that one of a few kills falls between the two steps of a turn.
GAP_SECONDS = 0.3


def plant(bug: str) -> None:
    """Put one bug into this process; `-` plants none, `clock:FILE` lets its clock be stepped.

    `clock:FILE:BUG` does both.
    """
    if bug.startswith("clock:"):
        _word, offset, *more = bug.split(":")
        _stepped_clock(Path(offset))
        bug = next(iter(more), "-")
    if bug != "-":
        BUGS[bug]()


def _answers_before_its_commit() -> None:
    """The gateway says "accepted" and stores half a second later."""
    real = SqlInbox.accept

    def accept(self: Any, conversation: str, key: str, text: str, now: datetime) -> InboxMessage:
        def later() -> None:
            time.sleep(DELAY_SECONDS)
            real(self, conversation, key, text, now)

        threading.Thread(target=later, daemon=True).start()
        return InboxMessage(new_id("m"), conversation, key, text, now, 0)

    SqlInbox.accept = accept  # type: ignore[method-assign]
    route.WAIT_SECONDS = 0.0


def _swallows_what_cannot_be_stored() -> None:
    """The gateway catches the database's error and carries on."""
    real = SqlInbox.accept

    def accept(self: Any, conversation: str, key: str, text: str, now: datetime) -> InboxMessage:
        try:
            return real(self, conversation, key, text, now)
        except StorageUnavailable:
            return InboxMessage(new_id("m"), conversation, key, text, now, 0)

    SqlInbox.accept = accept  # type: ignore[method-assign]
    route.WAIT_SECONDS = 0.0


def _forgets_the_senders_id() -> None:
    """The gateway takes every try for a new message."""
    real = SqlInbox.accept

    def accept(self: Any, conversation: str, _key: str, text: str, now: datetime) -> InboxMessage:
        return real(self, conversation, new_id("k"), text, now)

    SqlInbox.accept = accept  # type: ignore[method-assign]


def _stores_a_turn_in_two_steps() -> None:
    """The worker stores the replies, and only then that the message is done."""

    def complete(
        self: Any,
        message_id: str,
        worker_id: str,
        replies: Any,
        now: datetime,
        tracker_json: str | None = None,
        **_more: Any,
    ) -> None:
        with self._database.writing() as connection:
            held = connection.execute(inbox_module._held(message_id, worker_id)).scalar()
            if held is None:
                raise ClaimLost(message_id, worker_id)
            insert_replies(connection, held, message_id, replies)
        time.sleep(GAP_SECONDS)
        with self._database.writing() as connection:
            done = update(inbox).where(inbox.c.id == message_id).values(done_at=now)
            connection.execute(done)
            mine = update(conversations).where(conversations.c.id == held)
            connection.execute(mine.values(tracker=tracker_json, **inbox_module._FREE))

    SqlInbox.complete = complete  # type: ignore[method-assign]


def _takes_the_newest_first() -> None:
    """The worker takes a conversation's messages from the wrong end."""
    real = inbox_module._oldest_waiting

    def newest(conversation_id: str) -> Any:
        return real(conversation_id).order_by(None).order_by(inbox.c.sequence.desc())

    inbox_module._oldest_waiting = newest


def _does_not_hold_the_conversation() -> None:
    """The worker takes what another is thinking about, and stores what it thought all the same."""
    real = inbox_module._hold

    def hold(
        connection: Any, conversation: str, worker: str, until: datetime, message: str
    ) -> None:
        real(connection, conversation, worker, until - timedelta(days=1), message)

    def held(message_id: str, _worker_id: str) -> Any:
        return select(inbox.c.conversation_id).where(inbox.c.id == message_id)

    inbox_module._hold = hold
    inbox_module._held = held


def _holds_last_as_long_as_a_step() -> None:
    """A worker takes a hold from before the clock stepped back for one that is still valid."""
    real = inbox_module._free_conversation

    def free(now: datetime, _lease_seconds: float) -> Any:
        return real(now, timedelta(days=1).total_seconds())

    inbox_module._free_conversation = free


def _stepped_clock(offset: Path) -> None:
    """Let this process's clock be off by the seconds that a file holds."""
    real = clock.utc_now

    def stepped() -> datetime:
        try:
            seconds = float(offset.read_text() or 0)
        except (FileNotFoundError, ValueError):
            seconds = 0.0
        return real() + timedelta(seconds=seconds)

    clock.utc_now = stepped
    _replace_everywhere(real, stepped)


def _replace_everywhere(real: Any, stepped: Any) -> None:
    """Replace the clock in modules that have taken its name already."""
    import sys

    for name, module in list(sys.modules.items()):
        is_ours = name.startswith(("assistant", "tests.live")) or name == "__main__"
        if is_ours and getattr(module, "utc_now", None) is real:
            module.utc_now = stepped  # type: ignore[attr-defined]


BUGS = {
    "answers-before-its-commit": _answers_before_its_commit,
    "swallows-what-cannot-be-stored": _swallows_what_cannot_be_stored,
    "forgets-the-senders-id": _forgets_the_senders_id,
    "stores-a-turn-in-two-steps": _stores_a_turn_in_two_steps,
    "takes-the-newest-first": _takes_the_newest_first,
    "does-not-hold-the-conversation": _does_not_hold_the_conversation,
    "holds-last-as-long-as-a-step": _holds_last_as_long_as_a_step,
}
