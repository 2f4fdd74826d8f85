"""A danger that the people on duty must see, whatever the bot has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DutyAlarm:
    """What was recognised: the kind's id and the number that was told."""

    kind: str
    number: str


@dataclass(frozen=True)
class StoredAlarm:
    """An alarm with the message that raised it; `sequence` grows, `text` is what was written."""

    sequence: int
    kind: str
    number: str
    conversation_id: str
    message_id: str
    raised_at: datetime
    text: str
