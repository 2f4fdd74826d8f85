"""Counts what happened, a number a day, inside the transaction of what is counted.

So the numbers are those of the committed turns, of all processes together, and
survive restarts; a gateway's own counters do neither.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from assistant.clock import shanghai_date
from assistant.messages.oversight import Count
from assistant.storage.session import Database
from assistant.storage.tables import metrics

_ADD = text(
    "INSERT INTO metrics (day, name, label, value) VALUES (:day, :name, :label, 1) "
    "ON CONFLICT (day, name, label) DO UPDATE SET value = metrics.value + 1"
)


def add_count(connection: Connection, name: str, label: str, now: datetime) -> None:
    """Count one inside the caller's transaction, on the day in Shanghai.

    The caller holds the lock of the audit chain, so that two of them cannot wait for
    each other's rows.
    """
    day = shanghai_date(now).isoformat()
    connection.execute(_ADD, {"day": day, "name": name, "label": label})


class SqlCounts:
    """The counting part of `OversightStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, since_day: str = "") -> tuple[Count, ...]:
        """See `OversightStore`."""
        query = (
            select(metrics)
            .where(metrics.c.day >= since_day)
            .order_by(metrics.c.day, metrics.c.name, metrics.c.label)
        )
        with self._database.reading() as connection:
            return tuple(Count(**row) for row in connection.execute(query).mappings())

    def totals(self) -> dict[tuple[str, str], int]:
        """See `OversightStore`."""
        query = select(metrics.c.name, metrics.c.label, func.sum(metrics.c.value)).group_by(
            metrics.c.name, metrics.c.label
        )
        with self._database.reading() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}
