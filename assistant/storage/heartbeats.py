"""Keeps the last sign of life of every worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from assistant.messages.heartbeat import BeatState, Heartbeat
from assistant.storage.session import Database
from assistant.storage.tables import heartbeats

# A killed worker retires nobody; who was silent this long is cleared away by the next start.
FORGOTTEN = timedelta(hours=1)


class SqlHeartbeats:
    """The heartbeat part of `MessageStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker_id: str, state: BeatState, edition: str, now: datetime) -> None:
        """See `MessageStore`. A worker beats from one thread, so update-then-insert is safe."""
        values = {"state": state, "edition": edition, "seen_at": now}
        mine = heartbeats.c.worker_id == worker_id
        with self._database.writing() as connection:
            changed = connection.execute(update(heartbeats).where(mine).values(**values)).rowcount
            if not changed:
                forgotten = heartbeats.c.seen_at < now - FORGOTTEN
                connection.execute(delete(heartbeats).where(forgotten))
                connection.execute(insert(heartbeats).values(worker_id=worker_id, **values))

    def retire(self, worker_id: str) -> None:
        """See `MessageStore`."""
        with self._database.writing() as connection:
            connection.execute(delete(heartbeats).where(heartbeats.c.worker_id == worker_id))

    def beats(self) -> tuple[Heartbeat, ...]:
        """See `MessageStore`."""
        query = select(heartbeats).order_by(heartbeats.c.worker_id)
        with self._database.reading() as connection:
            return tuple(Heartbeat(**row) for row in connection.execute(query).mappings())
