"""Reads a conversation back as the citizen saw it, for a page that is loaded again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from assistant.messages.message import HistoryItem
from assistant.storage.inbox import message_of
from assistant.storage.outbox import event_of
from assistant.storage.session import Database
from assistant.storage.tables import feedback, inbox, outbox


class SqlHistory:
    """The history part of `MessageStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def history(self, conversation_id: str, limit: int) -> tuple[HistoryItem, ...]:
        """See `MessageStore`."""
        said = (
            select(inbox)
            .where(inbox.c.conversation_id == conversation_id)
            .order_by(inbox.c.sequence.desc())
            .limit(limit)
        )
        replied = (
            select(outbox, feedback.c.useful)
            .join(feedback, feedback.c.reply_id == outbox.c.reply_id, isouter=True)
            .where(outbox.c.conversation_id == conversation_id)
            .order_by(outbox.c.sequence.desc())
            .limit(limit)
        )
        lines: list[tuple[datetime, int, int, HistoryItem]] = []
        with self._database.reading() as connection:
            for row in connection.execute(said).mappings():
                item = HistoryItem(message=message_of(row), is_pending=row["done_at"] is None)
                lines.append((row["received_at"], 0, row["sequence"], item))
            for row in connection.execute(replied).mappings():
                item = HistoryItem(event=event_of(row), useful=row["useful"])
                lines.append((row["created_at"], 1, row["sequence"], item))
        lines.sort(key=lambda line: line[:3])
        return tuple(line[3] for line in lines[-limit:])
