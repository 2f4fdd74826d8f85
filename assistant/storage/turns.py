"""Records a finished turn in the audit chain and in the counts, inside its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from assistant.messages.alarm import DutyAlarm
from assistant.messages.audit import AuditEvent
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply
from assistant.storage.alarms import insert_alarm
from assistant.storage.audit import append_audit
from assistant.storage.counts import add_count
from assistant.storage.outbox import insert_replies

# Upper bounds in seconds from acceptance to the commit of the answer.
WAIT_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)
LONGER = "inf"


def store_turn(
    connection: Connection,
    actor: str,
    message: InboxMessage,
    replies: Sequence[Reply],
    alarm: DutyAlarm | None,
    now: datetime,
) -> None:
    """Store the replies and the alarm of a turn, and record it.

    The caller holds the lock on the conversation's row.
    """
    insert_replies(connection, message.conversation_id, message.id, replies)
    statuses = [reply.status for reply in replies]
    detail = {
        "conversation": message.conversation_id,
        "statuses": statuses,
        "entries": [reply.entry_id for reply in replies if reply.entry_id],
        "edition": next((reply.edition for reply in replies if reply.edition), None),
        "attempts": message.attempts,
    }
    append_audit(connection, AuditEvent(actor, "turn", message.id, detail), now)
    add_count(connection, "turns", statuses[0] if statuses else "none", now)
    add_count(connection, "turn_seconds", bucket((now - message.received_at).total_seconds()), now)
    if alarm is not None:
        insert_alarm(connection, message.conversation_id, message.id, alarm, now)
        told = {"kind": alarm.kind, "number": alarm.number}
        append_audit(connection, AuditEvent(actor, "danger", message.id, told), now)
        add_count(connection, "danger", alarm.kind, now)


def bucket(seconds: float) -> str:
    """Return the upper bound that a wait falls under; a clock step back counts as no wait."""
    return next((f"{bound:g}" for bound in WAIT_BOUNDS if seconds <= bound), LONGER)
