"""Keeps the alarms of recognised dangers for the people on duty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from assistant.messages.alarm import DutyAlarm, StoredAlarm
from assistant.storage.session import Database
from assistant.storage.tables import duty_alarms, inbox


def insert_alarm(
    connection: Connection,
    conversation_id: str,
    message_id: str,
    alarm: DutyAlarm,
    now: datetime,
) -> None:
    """Add an alarm inside the caller's transaction."""
    connection.execute(
        insert(duty_alarms).values(
            message_id=message_id,
            conversation_id=conversation_id,
            kind=alarm.kind,
            number=alarm.number,
            raised_at=now,
        )
    )


class SqlAlarms:
    """The alarm part of `MessageStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def duty_alarms(self, limit: int = 100) -> tuple[StoredAlarm, ...]:
        """See `MessageStore`."""
        query = (
            select(duty_alarms, inbox.c.text)
            .join(inbox, inbox.c.id == duty_alarms.c.message_id)
            .order_by(duty_alarms.c.sequence.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(StoredAlarm(**row) for row in connection.execute(query).mappings())
