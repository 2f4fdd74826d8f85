"""Accepts messages and hands them to workers: one worker a conversation, in order.

A hold lives on the conversation, not on the message: what is not done waits, and
a worker that died is no special case, its lease just ends. Writers lock the
conversation's row first, so that a conversation's outbox numbers are committed in
their order on PostgreSQL too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exc, insert, or_, select, update
from sqlalchemy.engine import Connection

from assistant.errors import ClaimLost, ConversationUnknown, MessageConflict
from assistant.messages.alarm import DutyAlarm
from assistant.messages.ids import NewId
from assistant.messages.message import UNKEPT_TEXT, InboxMessage
from assistant.messages.reply import Reply
from assistant.storage.session import Database
from assistant.storage.tables import conversations, inbox
from assistant.storage.turns import store_turn

# How many conversations one claim looks at before it says that nothing waits.
CLAIM_TRIES = 8
# Clocks of several machines differ by seconds; a hold this far ahead is no such difference.
LEAST_STEP_SECONDS = 60.0
# Who answered, in the audit trail, where no worker did.
GATEWAY = "gateway"


class SqlInbox:
    """The inbox half of `MessageStore`; see there."""

    def __init__(self, database: Database, new_id: NewId) -> None:
        self._database, self._new_id = database, new_id

    def create_conversation(self, now: datetime) -> str:
        """See `MessageStore`."""
        conversation_id = self._new_id("c")
        with self._database.writing() as connection:
            connection.execute(insert(conversations).values(id=conversation_id, created_at=now))
        return conversation_id

    def accept(
        self, conversation_id: str, client_message_id: str, text: str, now: datetime
    ) -> InboxMessage:
        """See `MessageStore`."""
        try:
            with self._database.writing() as connection:
                # On PostgreSQL a number is given at the insert and seen at the commit: without
                # the lock a later number could be answered before an earlier one is there.
                connection.execute(_locked(conversation_id))
                connection.execute(
                    insert(inbox).values(
                        id=self._new_id("m"),
                        conversation_id=conversation_id,
                        client_message_id=client_message_id,
                        text=text,
                        received_at=now,
                        attempts=0,
                    )
                )
        except exc.IntegrityError:
            pass  # stored before, or no such conversation: the read below tells
        return self._stored_once(conversation_id, client_message_id, text)

    def accept_answered(
        self,
        conversation_id: str,
        client_message_id: str,
        text: str,
        replies: Sequence[Reply],
        alarm: DutyAlarm | None,
        now: datetime,
        *,
        is_text_kept: bool = True,
    ) -> InboxMessage:
        """See `MessageStore`."""
        message_id = self._new_id("m")
        kept = text if is_text_kept else UNKEPT_TEXT
        try:
            with self._database.writing() as connection:
                connection.execute(_locked(conversation_id))
                connection.execute(
                    insert(inbox).values(
                        id=message_id,
                        conversation_id=conversation_id,
                        client_message_id=client_message_id,
                        text=kept,
                        received_at=now,
                        attempts=0,
                        done_at=now,
                    )
                )
                message = InboxMessage(
                    message_id, conversation_id, client_message_id, kept, now, sequence=0
                )
                store_turn(connection, GATEWAY, message, replies, alarm, now)
        except exc.IntegrityError:
            pass  # stored before, or no such conversation: the read below tells
        return self._stored_once(conversation_id, client_message_id, text)

    def claim_next(
        self, worker_id: str, now: datetime, lease_seconds: float
    ) -> InboxMessage | None:
        """See `MessageStore`."""
        with self._database.reading() as connection:
            if connection.execute(_free_conversation(now, lease_seconds)).first() is None:
                return None  # an idle worker must not take the write lock
        for _ in range(CLAIM_TRIES):
            with self._database.writing() as connection:
                free = _free_conversation(now, lease_seconds).with_for_update(
                    of=conversations, skip_locked=True, key_share=True
                )
                conversation_id = connection.execute(free).scalar()
                if conversation_id is None:
                    return None
                # A second look after the lock: on PostgreSQL the first one may
                # still see a message that another worker has just done.
                row = connection.execute(_oldest_waiting(conversation_id)).mappings().first()
                if row is None:
                    continue
                until = now + timedelta(seconds=lease_seconds)
                _hold(connection, conversation_id, worker_id, until, row["id"])
                return message_of({**row, "attempts": row["attempts"] + 1})
        return None

    def complete(
        self,
        message_id: str,
        worker_id: str,
        replies: Sequence[Reply],
        now: datetime,
        tracker_json: str | None = None,
        *,
        alarm: DutyAlarm | None = None,
        is_text_kept: bool = True,
    ) -> None:
        """See `MessageStore`."""
        done: dict[str, Any] = {"done_at": now} | ({} if is_text_kept else {"text": UNKEPT_TEXT})
        freed: dict[str, Any] = dict(_FREE)
        if tracker_json is not None and is_text_kept:
            freed["tracker"] = tracker_json
        with self._database.writing() as connection:
            conversation_id = connection.execute(_held(message_id, worker_id)).scalar()
            if conversation_id is None:
                raise ClaimLost(message_id, worker_id)
            mine = inbox.c.id == message_id
            row = connection.execute(select(inbox).where(mine)).mappings().one()
            connection.execute(update(inbox).where(mine).values(**done))
            store_turn(connection, worker_id, message_of(row), replies, alarm, now)
            connection.execute(
                update(conversations).where(conversations.c.id == conversation_id).values(**freed)
            )

    def release(self, message_id: str, worker_id: str) -> None:
        """See `MessageStore`."""
        with self._database.writing() as connection:
            connection.execute(
                update(conversations)
                .where(
                    conversations.c.held_message_id == message_id,
                    conversations.c.held_by == worker_id,
                )
                .values(**_FREE)
            )

    def tracker(self, conversation_id: str) -> str | None:
        """See `MessageStore`."""
        query = select(conversations.c.tracker).where(conversations.c.id == conversation_id)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found)

    def waiting(self, conversation_id: str) -> tuple[InboxMessage, ...]:
        """See `MessageStore`."""
        query = (
            select(inbox)
            .where(inbox.c.conversation_id == conversation_id, inbox.c.done_at.is_(None))
            .order_by(inbox.c.sequence)
        )
        with self._database.reading() as connection:
            return tuple(message_of(row) for row in connection.execute(query).mappings())

    def _stored_once(self, conversation_id: str, client_message_id: str, text: str) -> InboxMessage:
        """Return what is stored under the sender's id, or tell why it is not this text."""
        stored = self._accepted(conversation_id, client_message_id)
        if stored is None:
            raise ConversationUnknown(f"there is no conversation {conversation_id}")
        if stored.text not in (text, UNKEPT_TEXT):
            raise MessageConflict(f"{client_message_id} was used before for another text")
        return stored

    def _accepted(self, conversation_id: str, client_message_id: str) -> InboxMessage | None:
        """Return the stored message with the sender's id."""
        query = select(inbox).where(
            inbox.c.conversation_id == conversation_id,
            inbox.c.client_message_id == client_message_id,
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else message_of(row)


_FREE: dict[str, Any] = {"held_by": None, "held_until": None, "held_message_id": None}


def message_of(row: Any) -> InboxMessage:
    """Return the message in a row of the inbox."""
    return InboxMessage(
        id=row["id"],
        conversation_id=row["conversation_id"],
        client_message_id=row["client_message_id"],
        text=row["text"],
        received_at=row["received_at"],
        sequence=row["sequence"],
        attempts=row["attempts"],
    )


def _free_conversation(now: datetime, lease_seconds: float) -> Any:
    """Build the query for the conversation of the oldest message that nobody holds.

    A hold that reaches further than two leases was made before the clock stepped back;
    it must not last for as long as the step.
    """
    furthest = max(2 * lease_seconds, LEAST_STEP_SECONDS)
    free = or_(
        conversations.c.held_until.is_(None),
        conversations.c.held_until <= now,
        conversations.c.held_until > now + timedelta(seconds=furthest),
    )
    return (
        select(conversations.c.id)
        .join(inbox, inbox.c.conversation_id == conversations.c.id)
        .where(inbox.c.done_at.is_(None), free)
        .order_by(inbox.c.sequence)
        .limit(1)
    )


def _locked(conversation_id: str) -> Any:
    """Build the query that locks a conversation's row until the commit."""
    mine = conversations.c.id == conversation_id
    return select(conversations.c.id).where(mine).with_for_update(key_share=True)


def _oldest_waiting(conversation_id: str) -> Any:
    """Build the query for the oldest message of a conversation that is not done."""
    return (
        select(inbox)
        .where(inbox.c.conversation_id == conversation_id, inbox.c.done_at.is_(None))
        .order_by(inbox.c.sequence)
        .limit(1)
    )


def _held(message_id: str, worker_id: str) -> Any:
    """Build the query for the conversation that a worker holds for a message."""
    return (
        select(conversations.c.id)
        .where(conversations.c.held_message_id == message_id, conversations.c.held_by == worker_id)
        .with_for_update(key_share=True)
    )


def _hold(
    connection: Connection, conversation_id: str, worker_id: str, until: datetime, message_id: str
) -> None:
    """Give a conversation to a worker and count the attempt."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(held_by=worker_id, held_until=until, held_message_id=message_id)
    )
    connection.execute(
        update(inbox).where(inbox.c.id == message_id).values(attempts=inbox.c.attempts + 1)
    )
