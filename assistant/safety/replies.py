"""Turns an alarm into a reply and into a row for the people on duty."""

from __future__ import annotations

from datetime import datetime

from assistant.messages.alarm import DutyAlarm
from assistant.messages.ids import new_id
from assistant.messages.reply import Reply
from assistant.safety.card import Alarm


def card(alarm: Alarm, now: datetime, *, is_stored: bool) -> Reply:
    """Return the danger card; one that could not be stored says so."""
    return Reply(
        id=new_id("r"),
        status=alarm.status,
        text=alarm.text if is_stored else alarm.text_not_stored,
        created_at=now,
        kind="danger",
        hotline_number=alarm.number,
        also_number=alarm.also or None,
        sender="bot" if is_stored else "system",
    )


def duty_alarm(alarm: Alarm) -> DutyAlarm:
    """Return what the people on duty are told."""
    return DutyAlarm(alarm.kind, alarm.number)
