"""Opens the database so that a commit is a promise, and hands out transactions.

SQLite: WAL, `synchronous=FULL`, foreign keys, and a writer that takes the lock at
BEGIN (so that it waits its turn instead of failing in the middle). Whatever the
driver reports about a database that cannot be used leaves here as
`StorageUnavailable`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from assistant.errors import SettingInvalid, StorageUnavailable, StorageUnsafe

# A citizen hears within 5 s that nothing was accepted, so a writer waits 3 s at most.
BUSY_TIMEOUT_MS = 3000
POOL_SIZE = 16
# Tries for the one-time switch of a new file to WAL, which ignores busy_timeout.
WAL_TRIES = 20

_UNUSABLE = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)


class Database:
    """One engine with two kinds of transaction; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(wenban_writes=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite file."""
        return bool(self._engine.dialect.name == "sqlite")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection whose reads see one state of the database."""
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that commits at the end and rolls back on any exception."""
        with _translated(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all pooled connections."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Return the database behind a URL after it showed that it keeps what it commits.

    Raises:
        SettingInvalid: the URL names neither SQLite nor PostgreSQL.
        StorageUnsafe: SQLite does not hold WAL or `synchronous=FULL`.
        StorageUnavailable: the database cannot be reached or opened.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError as err:
        raise SettingInvalid("WENBAN_DATABASE_URL", "is not a database URL") from err
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return Database(_open_sqlite(parsed.database or "", url))
    if kind == "postgresql":
        return Database(_open_postgres(url))
    raise SettingInvalid("WENBAN_DATABASE_URL", "only sqlite:// and postgresql:// are supported")


def _open_sqlite(path: str, url: str) -> Engine:
    """Make the engine of an SQLite file and check its promises."""
    if path in ("", ":memory:"):
        raise SettingInvalid("WENBAN_DATABASE_URL", "a database in memory keeps nothing")
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise StorageUnavailable(f"{path}: the folder cannot be made: {err}") from err
    engine = create_engine(
        url,
        future=True,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    with _translated(), engine.begin() as connection:
        for pragma, expected in (("journal_mode", "wal"), ("synchronous", "2")):
            found = str(connection.exec_driver_sql(f"PRAGMA {pragma}").scalar())
            if found != expected:
                raise StorageUnsafe(f"SQLite {pragma} of {path}", expected, found)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Give a new SQLite connection its pragmas; the check comes in `_open_sqlite`."""
    connection.isolation_level = None  # the driver must not begin transactions by itself
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    for left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except connection.OperationalError:
            if not left:
                raise
            threading.Event().wait(0.05)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What may not be kept is overwritten where it stood, not only unlinked.
    connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    """Begin; a writer takes the lock now."""
    writes = connection.get_execution_options().get("wenban_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgres(url: str) -> Engine:
    """Make the engine of a PostgreSQL server and reach it once."""
    # Options of the URL (a schema, say) must not be lost under ours.
    given = make_url(url).query.get("options", "")
    ours = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c timezone=UTC"
    engine = create_engine(
        url,
        future=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 3, "options": f"{given} {ours}".strip()},
    )
    with _translated(), engine.begin() as connection:
        found = str(connection.exec_driver_sql("SHOW synchronous_commit").scalar())
        if found == "off":
            raise StorageUnsafe("PostgreSQL synchronous_commit", "on", found)
    return engine


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the driver says about an unusable database into our own error.

    The statement and its values stay out of the text: they hold what citizens wrote.
    """
    try:
        yield
    except _UNUSABLE as err:
        raise StorageUnavailable(f"the database cannot be used: {_reason(err)}") from None
    except exc.DatabaseError as err:
        if type(err) is not exc.DatabaseError:
            raise
        raise StorageUnavailable(f"the database is damaged: {_reason(err)}") from None


def _reason(err: exc.SQLAlchemyError) -> str:
    """Return the driver's own words on one line, without statement and values."""
    return " ".join(str(getattr(err, "orig", None) or type(err).__name__).split())
