"""The database keeps what it commits, or nothing starts on it; the schema only grows."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from assistant.errors import SchemaTooNew, SettingInvalid, StorageUnavailable, StorageUnsafe
from assistant.storage import session
from assistant.storage.messages import open_message_store
from assistant.storage.migrate import STEPS, Step, migrate
from assistant.storage.session import open_database
from assistant.storage.tables import metadata

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_postgresql_is_tried_too(postgres_url: str) -> None:
    """Start-up accepts the server that the contract is tested on."""
    open_database(postgres_url).close()


def test_sqlite_runs_with_the_pragmas_that_keep_commits(tmp_path: Path) -> None:
    """WAL, full synchronisation, foreign keys and a bounded wait, on every connection."""
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    found = {}
    with database.reading() as connection:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            found[name] = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
    database.close()
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 3000}
    assert found == expected


def test_a_database_that_forgets_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where WAL does not hold, start-up says so instead of serving on."""
    monkeypatch.setattr(session, "_prepare_sqlite", lambda connection, record: None)
    with pytest.raises(StorageUnsafe, match="journal_mode"):
        open_database(f"sqlite:///{tmp_path / 'a.db'}")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "not a url", "oracle://x"]
)
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    """Only what is tested is supported; memory keeps nothing."""
    with pytest.raises(SettingInvalid, match="WENBAN_DATABASE_URL"):
        open_database(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Damage is told as unusable storage, not as a crash."""
    path = tmp_path / "a.db"
    path.write_bytes(b"this is no database, it is a letter" * 100)
    with pytest.raises(StorageUnavailable):
        open_message_store(f"sqlite:///{path}", NOW)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    """A refused connection is told in our words."""
    with pytest.raises(StorageUnavailable):
        open_database("postgresql://nobody@127.0.0.1:1/none")


def test_a_locked_database_is_unavailable_and_tells_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal never carries what the citizen wrote."""
    monkeypatch.setattr(session, "BUSY_TIMEOUT_MS", 50)
    path = tmp_path / "a.db"
    store = open_message_store(f"sqlite:///{path}", NOW)
    conversation_id = store.create_conversation(NOW)
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable) as caught:
        store.accept(conversation_id, "k", "我的电话13800138000", NOW)
    assert "138" not in str(caught.value)
    assert caught.value.__cause__ is None
    lock.execute("ROLLBACK")
    lock.close()
    assert store.accept(conversation_id, "k", "你好", NOW).text == "你好"
    store.close()


def test_migrations_are_numbered_without_a_gap() -> None:
    """Step n is number n, so the order is never a question."""
    assert [step.number for step in STEPS] == list(range(1, len(STEPS) + 1))


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    """A second start finds the work done."""
    database = open_database(database_url)
    assert migrate(database, NOW) == tuple(step.number for step in STEPS)
    assert migrate(database, NOW) == ()
    database.close()


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    """Gateway and workers may start on an empty database at the same moment."""
    done: list[tuple[int, ...]] = []

    def start() -> None:
        database = open_database(database_url)
        done.append(migrate(database, NOW))
        database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [(), (), (), tuple(step.number for step in STEPS)]


def test_a_step_that_fails_leaves_the_old_schema(database_url: str) -> None:
    """All missing steps are one transaction."""
    database = open_database(database_url)
    migrate(database, NOW)
    more = Step(STEPS[-1].number + 1, ("CREATE TABLE extra (id INTEGER)", "CREATE NONSENSE"))
    with pytest.raises(Exception, match=r"(?i)nonsense"):
        migrate(database, NOW, (*STEPS, more))
    with database.reading() as connection:
        assert "extra" not in inspect(connection).get_table_names()
    assert migrate(database, NOW) == ()
    database.close()


def test_a_database_of_a_newer_release_is_left_alone(database_url: str) -> None:
    """An old program does not write into a schema that it does not know."""
    database = open_database(database_url)
    newer = Step(STEPS[-1].number + 1, ("CREATE TABLE extra (id INTEGER)",))
    migrate(database, NOW, (*STEPS, newer))
    with pytest.raises(SchemaTooNew):
        migrate(database, NOW)
    database.close()


def test_the_migrations_make_the_tables_that_the_queries_use(
    database_url: str, tmp_path: Path
) -> None:
    """`tables.py` and the numbered files describe one schema."""
    database = open_database(database_url)
    migrate(database, NOW)
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}", future=True)
    metadata.create_all(engine)
    declared, made = inspect(engine), None
    with database.reading() as connection:
        made = inspect(connection)
        for table in metadata.tables:
            assert _columns(made, table) == _columns(declared, table)
            assert _names(made.get_indexes(table)) >= _names(declared.get_indexes(table))
            assert _uniques(made, table) == _uniques(declared, table)
        own = set(made.get_table_names()) - {"sqlite_sequence"}  # SQLite's own book-keeping
        assert own == {*metadata.tables, "schema_version"}
    engine.dispose()
    database.close()


def _columns(inspector: object, table: str) -> set[tuple[str, bool]]:
    found = inspector.get_columns(table)  # type: ignore[attr-defined]
    keys = inspector.get_pk_constraint(table)["constrained_columns"]  # type: ignore[attr-defined]
    return {(c["name"], c["nullable"] and c["name"] not in keys) for c in found}


def _names(indexes: list[dict[str, object]]) -> set[object]:
    return {index["name"] for index in indexes if not index["unique"]}


def _uniques(inspector: object, table: str) -> set[tuple[str, ...]]:
    found = inspector.get_unique_constraints(table)  # type: ignore[attr-defined]
    return {tuple(constraint["column_names"]) for constraint in found}
