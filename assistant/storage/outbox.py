"""Stores replies and reads them back: for a message, for a stream, for a reload."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from assistant.errors import ReplyUnknown
from assistant.messages.message import OutboxEvent
from assistant.messages.reply import Reply
from assistant.storage.session import Database
from assistant.storage.tables import feedback, inbox, outbox


def insert_replies(
    connection: Connection, conversation_id: str, message_id: str | None, replies: Sequence[Reply]
) -> None:
    """Append replies to the outbox inside the caller's transaction, in order.

    The caller holds the lock on the conversation's row.
    """
    for reply in replies:
        connection.execute(
            insert(outbox).values(
                reply_id=reply.id,
                conversation_id=conversation_id,
                message_id=message_id,
                body=json.dumps(reply.to_dict(), ensure_ascii=False),
                created_at=reply.created_at,
            )
        )


def event_of(row: Any) -> OutboxEvent:
    """Return the event in a row of the outbox."""
    return OutboxEvent(row["sequence"], row["message_id"], Reply.from_dict(json.loads(row["body"])))


class SqlOutbox:
    """The outbox half of `MessageStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replies_for(self, message_id: str) -> tuple[Reply, ...] | None:
        """See `MessageStore`."""
        done = select(inbox.c.done_at).where(inbox.c.id == message_id)
        query = select(outbox).where(outbox.c.message_id == message_id).order_by(outbox.c.sequence)
        with self._database.reading() as connection:
            if connection.execute(done).scalar() is None:
                return None
            rows = connection.execute(query).mappings().all()
        return tuple(event_of(row).reply for row in rows)

    def events_after(
        self, conversation_id: str, sequence: int, limit: int = 100
    ) -> tuple[OutboxEvent, ...]:
        """See `MessageStore`."""
        query = (
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.sequence > sequence)
            .order_by(outbox.c.sequence)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(event_of(row) for row in connection.execute(query).mappings())

    def newest_sequence(self) -> int:
        """See `MessageStore`."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.max(outbox.c.sequence))).scalar() or 0)

    def conversations_after(self, sequence: int) -> tuple[int, frozenset[str]]:
        """See `MessageStore`."""
        query = select(outbox.c.sequence, outbox.c.conversation_id).where(
            outbox.c.sequence > sequence
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        newest = max((row[0] for row in rows), default=sequence)
        return int(newest), frozenset(row[1] for row in rows)

    def add_feedback(
        self, reply_id: str, conversation_id: str, useful: bool, comment: str, now: datetime
    ) -> None:
        """See `MessageStore`."""
        owned = (
            select(outbox.c.reply_id)
            .where(outbox.c.reply_id == reply_id, outbox.c.conversation_id == conversation_id)
            .with_for_update(key_share=True)
        )
        with self._database.writing() as connection:
            if connection.execute(owned).first() is None:
                raise ReplyUnknown(f"conversation {conversation_id} has no reply {reply_id}")
            connection.execute(delete(feedback).where(feedback.c.reply_id == reply_id))
            connection.execute(
                insert(feedback).values(
                    reply_id=reply_id,
                    conversation_id=conversation_id,
                    useful=useful,
                    comment=comment,
                    given_at=now,
                )
            )
