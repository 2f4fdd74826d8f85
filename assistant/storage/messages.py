"""The message store over SQL, put together from its parts.

`open_message_store` is what the wiring calls: open, check, migrate.
"""

from __future__ import annotations

from datetime import datetime

from assistant.messages.ids import NewId, new_id
from assistant.storage.alarms import SqlAlarms
from assistant.storage.audit import SqlAudit
from assistant.storage.counts import SqlCounts
from assistant.storage.heartbeats import SqlHeartbeats
from assistant.storage.history import SqlHistory
from assistant.storage.inbox import SqlInbox
from assistant.storage.migrate import migrate
from assistant.storage.outbox import SqlOutbox
from assistant.storage.session import Database, open_database
from assistant.storage.switch import SqlSwitch


class SqlMessageStore(
    SqlInbox, SqlOutbox, SqlHistory, SqlHeartbeats, SqlAlarms, SqlAudit, SqlCounts, SqlSwitch
):
    """`MessageStore` on SQLite or PostgreSQL; safe to share between threads."""

    def __init__(self, database: Database, ids: NewId = new_id) -> None:
        self.database = database
        SqlInbox.__init__(self, database, ids)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_message_store(url: str, now: datetime) -> SqlMessageStore:
    """Return the store behind a database URL, brought to the newest schema.

    Raises:
        SettingInvalid: the URL cannot be used.
        StorageUnsafe: the database would not keep what it commits.
        StorageUnavailable: the database cannot be reached or written.
        SchemaTooNew: a newer release has written it.
    """
    database = open_database(url)
    migrate(database, now)
    return SqlMessageStore(database)
