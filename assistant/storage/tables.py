"""The tables of conversations, as the newest migration leaves them.

Queries are written against these; the tables themselves are made by the numbered
files in `migrations`, and a test keeps the two equal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class UtcMoment(TypeDecorator):  # type: ignore[misc]  # SQLAlchemy 1.4 has no types
    """An aware moment; SQLite keeps it as naive UTC, PostgreSQL with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite makes a growing key only of INTEGER, PostgreSQL should have 64 bits.
GrowingKey = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created_at", UtcMoment, nullable=False),
    Column("tracker", Text),
    Column("held_by", String(64)),
    Column("held_until", UtcMoment),
    Column("held_message_id", String(64)),
)

inbox = Table(
    "inbox",
    metadata,
    Column("sequence", GrowingKey, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("client_message_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("done_at", UtcMoment),
    UniqueConstraint("id", name="inbox_id"),
    UniqueConstraint("conversation_id", "client_message_id", name="inbox_once"),
    Index("inbox_waiting", "done_at", "sequence"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", GrowingKey, primary_key=True, autoincrement=True),
    Column("reply_id", String(64), nullable=False),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String(64), ForeignKey("inbox.id")),
    Column("body", Text, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    UniqueConstraint("reply_id", name="outbox_reply"),
    Index("outbox_of_conversation", "conversation_id", "sequence"),
    Index("outbox_of_message", "message_id", "sequence"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("reply_id", String(64), ForeignKey("outbox.reply_id"), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("useful", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", UtcMoment, nullable=False),
)

duty_alarms = Table(
    "duty_alarms",
    metadata,
    Column("sequence", GrowingKey, primary_key=True, autoincrement=True),
    Column("message_id", String(64), ForeignKey("inbox.id"), nullable=False),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("number", String(16), nullable=False),
    Column("raised_at", UtcMoment, nullable=False),
    UniqueConstraint("message_id", name="duty_alarm_once"),
    sqlite_autoincrement=True,
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker_id", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("edition", String(64), nullable=False),
    Column("seen_at", UtcMoment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcMoment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_of_subject", "subject", "sequence"),
)

metrics = Table(
    "metrics",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

answering_switch = Table(
    "answering_switch",
    metadata,
    Column("sequence", GrowingKey, primary_key=True, autoincrement=True),
    Column("is_on", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", UtcMoment, nullable=False),
    sqlite_autoincrement=True,
)
