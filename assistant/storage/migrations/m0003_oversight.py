"""Schema 3: the audit chain, daily counts, and the switch that stops answers."""

from __future__ import annotations

NUMBER = 3

STATEMENTS: tuple[str, ...] = (
    # The number is given by us under a lock: a sequence of the database may leave gaps,
    # and a gap must mean that a row is missing.
    """CREATE TABLE audit (
        sequence BIGINT PRIMARY KEY,
        at {moment} NOT NULL,
        actor VARCHAR(64) NOT NULL,
        action VARCHAR(64) NOT NULL,
        subject VARCHAR(64) NOT NULL,
        detail TEXT NOT NULL,
        previous VARCHAR(64) NOT NULL,
        hash VARCHAR(64) NOT NULL
    )""",
    "CREATE INDEX audit_of_subject ON audit (subject, sequence)",
    """CREATE TABLE metrics (
        day VARCHAR(10) NOT NULL,
        name VARCHAR(64) NOT NULL,
        label VARCHAR(64) NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (day, name, label)
    )""",
    """CREATE TABLE answering_switch (
        sequence {key},
        is_on BOOLEAN NOT NULL,
        reason TEXT NOT NULL,
        set_by VARCHAR(64) NOT NULL,
        set_at {moment} NOT NULL
    )""",
)
