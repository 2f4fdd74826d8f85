from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.storage.messages import SqlMessageStore, open_message_store
from tests.postgres import fresh_schema


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind; PostgreSQL gets a schema a test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wenban.sqlite3'}"
        return
    with fresh_schema(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlMessageStore]:
    """A message store over a fresh database of each kind."""
    opened = open_message_store(database_url, datetime(2026, 3, 2, 1, 30, tzinfo=UTC))
    yield opened
    opened.close()
