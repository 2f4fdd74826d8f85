"""Brings a database to the newest schema, one numbered step after the other.

Several processes may start at once: the first takes the lock, the others find
the work done. All missing steps are one transaction; there is no way back but a
backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from assistant.errors import SchemaTooNew
from assistant.storage.migrations import (
    m0001_conversations,
    m0002_duty_alarms,
    m0003_oversight,
)
from assistant.storage.session import Database

# Any number that nobody else uses for an advisory lock in our database.
POSTGRES_LOCK = 12345_001

_SQLITE_WORDS = {"key": "INTEGER PRIMARY KEY AUTOINCREMENT", "moment": "DATETIME"}
_POSTGRES_WORDS = {"key": "BIGSERIAL PRIMARY KEY", "moment": "TIMESTAMP WITH TIME ZONE"}


@dataclass(frozen=True)
class Step:
    """One change of the schema; `{key}` and `{moment}` stand for the dialect's types."""

    number: int
    statements: tuple[str, ...]


STEPS: tuple[Step, ...] = tuple(
    Step(module.NUMBER, module.STATEMENTS)
    for module in (m0001_conversations, m0002_duty_alarms, m0003_oversight)
)


def migrate(database: Database, now: datetime, steps: tuple[Step, ...] = STEPS) -> tuple[int, ...]:
    """Apply the steps that are missing and return their numbers, in order.

    Raises:
        SchemaTooNew: the database has a step that this release does not know.
        StorageUnavailable: the database cannot be written; nothing is changed.
    """
    known = max(step.number for step in steps)
    if _applied(database) == known:
        return ()  # the usual case, which must not wait for the lock of a writer
    words = _SQLITE_WORDS if database.is_sqlite else _POSTGRES_WORDS
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
        found = _version(connection)
        if found > known:
            raise SchemaTooNew(found, known)
        missing = tuple(step for step in steps if step.number > found)
        for step in missing:
            for statement in step.statements:
                connection.execute(text(statement.format(**words)))
            connection.execute(
                text("INSERT INTO schema_version (version, applied_at) VALUES (:version, :now)"),
                {"version": step.number, "now": now.isoformat()},
            )
    return tuple(step.number for step in missing)


def _applied(database: Database) -> int:
    """Return the greatest applied number without writing, 0 where there is none yet."""
    with database.reading() as connection:
        is_there = inspect(connection).has_table("schema_version")
        return _greatest(connection) if is_there else 0


def _version(connection: Connection) -> int:
    """Return the greatest applied number, 0 for a new database."""
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS schema_version "
            "(version INTEGER PRIMARY KEY, applied_at VARCHAR(40) NOT NULL)"
        )
    )
    return _greatest(connection)


def _greatest(connection: Connection) -> int:
    """Return the greatest number in the table."""
    return int(connection.execute(text("SELECT MAX(version) FROM schema_version")).scalar() or 0)
