"""Keeps the switch that stops answers: every turn of it is a row, the newest holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from assistant.messages.audit import AuditEvent
from assistant.messages.oversight import SWITCH_SUBJECT, Answering
from assistant.storage.audit import append_audit
from assistant.storage.session import Database
from assistant.storage.tables import answering_switch


class SqlSwitch:
    """The switch part of `OversightStore`; see there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answering(self) -> Answering:
        """See `OversightStore`."""
        query = (
            select(
                answering_switch.c.is_on,
                answering_switch.c.reason,
                answering_switch.c.set_by,
                answering_switch.c.set_at,
            )
            .order_by(answering_switch.c.sequence.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).mappings().first()
        return Answering(**found) if found else Answering()

    def set_answering(self, *, is_on: bool, reason: str, set_by: str, now: datetime) -> None:
        """See `OversightStore`."""
        values = {"is_on": is_on, "reason": reason, "set_by": set_by, "set_at": now}
        action = "answering_on" if is_on else "answering_off"
        with self._database.writing() as connection:
            event = AuditEvent(set_by, action, SWITCH_SUBJECT, {"reason": reason})
            append_audit(connection, event, now)
            connection.execute(insert(answering_switch).values(**values))
