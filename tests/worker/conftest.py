from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.storage.messages import SqlMessageStore, open_message_store
from assistant.worker.model_file import rasa_model
from assistant.worker.turn import TurnRunner
from tests.worker.runners import NOW


@pytest.fixture(scope="package")
def runner(settings: Settings, repository: Path) -> Iterator[TurnRunner]:
    """The agent with the model that set-up trained, as a worker loads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        yield TurnRunner(rasa_model(settings))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlMessageStore]:
    """A fresh SQLite store on disk."""
    opened = open_message_store(f"sqlite:///{tmp_path / 'wenban.sqlite3'}", NOW)
    yield opened
    opened.close()
