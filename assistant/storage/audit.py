"""Appends to the audit chain inside the transaction of what it records.

The chain has one end, so writers take turns: SQLite has one writer anyway, on
PostgreSQL an advisory lock is held from the append to the commit. It is taken after
the conversation's row is locked, by everybody in that order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection

from assistant.messages.audit import AuditEvent, AuditRow, next_row
from assistant.storage.session import Database
from assistant.storage.tables import audit

# Any number that nobody else uses for an advisory lock in our database; see migrate.py.
POSTGRES_LOCK = 12345_002


def append_audit(connection: Connection, event: AuditEvent, now: datetime) -> None:
    """Append an event inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
    last = connection.execute(select(audit).order_by(audit.c.sequence.desc()).limit(1))
    found = last.mappings().first()
    row = next_row(event, AuditRow(**found) if found else None, now)
    connection.execute(insert(audit).values(**row.__dict__))


class SqlAudit:
    """The audit part of `OversightStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def audit_rows(self, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """See `OversightStore`."""
        query = select(audit).where(audit.c.sequence > after).order_by(audit.c.sequence)
        return self._audit_rows(query.limit(limit))

    def newest_audit_rows(self, limit: int, action: str = "") -> tuple[AuditRow, ...]:
        """See `OversightStore`."""
        query = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
        return self._audit_rows(query.where(audit.c.action == action) if action else query)

    def _audit_rows(self, query: Any) -> tuple[AuditRow, ...]:
        """Return the rows of a query."""
        with self._database.reading() as connection:
            return tuple(AuditRow(**row) for row in connection.execute(query).mappings())
