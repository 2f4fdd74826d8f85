"""Schema 2: alarms for the people on duty."""

from __future__ import annotations

NUMBER = 2

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE duty_alarms (
        sequence {key},
        message_id VARCHAR(64) NOT NULL REFERENCES inbox (id),
        conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
        kind VARCHAR(64) NOT NULL,
        number VARCHAR(16) NOT NULL,
        raised_at {moment} NOT NULL,
        CONSTRAINT duty_alarm_once UNIQUE (message_id)
    )""",
)
