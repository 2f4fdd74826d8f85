"""Schema 1: conversations, their inbox and outbox, feedback, heartbeats of workers."""

from __future__ import annotations

NUMBER = 1

# `{key}` is a growing 64-bit key, `{moment}` a moment in UTC, in the dialect's words.
STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE conversations (
        id VARCHAR(64) PRIMARY KEY,
        created_at {moment} NOT NULL,
        tracker TEXT,
        held_by VARCHAR(64),
        held_until {moment},
        held_message_id VARCHAR(64)
    )""",
    """CREATE TABLE inbox (
        sequence {key},
        id VARCHAR(64) NOT NULL,
        conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
        client_message_id VARCHAR(64) NOT NULL,
        text TEXT NOT NULL,
        received_at {moment} NOT NULL,
        attempts INTEGER NOT NULL,
        done_at {moment},
        CONSTRAINT inbox_id UNIQUE (id),
        CONSTRAINT inbox_once UNIQUE (conversation_id, client_message_id)
    )""",
    "CREATE INDEX inbox_waiting ON inbox (done_at, sequence)",
    """CREATE TABLE outbox (
        sequence {key},
        reply_id VARCHAR(64) NOT NULL,
        conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
        message_id VARCHAR(64) REFERENCES inbox (id),
        body TEXT NOT NULL,
        created_at {moment} NOT NULL,
        CONSTRAINT outbox_reply UNIQUE (reply_id)
    )""",
    "CREATE INDEX outbox_of_conversation ON outbox (conversation_id, sequence)",
    "CREATE INDEX outbox_of_message ON outbox (message_id, sequence)",
    """CREATE TABLE feedback (
        reply_id VARCHAR(64) PRIMARY KEY REFERENCES outbox (reply_id),
        conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
        useful BOOLEAN NOT NULL,
        comment TEXT NOT NULL,
        given_at {moment} NOT NULL
    )""",
    """CREATE TABLE heartbeats (
        worker_id VARCHAR(64) PRIMARY KEY,
        state VARCHAR(16) NOT NULL,
        edition VARCHAR(64) NOT NULL,
        seen_at {moment} NOT NULL
    )""",
)
