"""Our components ask the process for its settings: the tests run where the project is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.worker.model_file import rasa_model
from assistant.worker.turn import TurnRunner
from tests.nlu.small_project import Bench, Upstream


@pytest.fixture(scope="package", autouse=True)
def in_the_project(repository: Path) -> Iterator[None]:
    """Work in the root of the repository, as `rasa` and `wenban` do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        yield


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Upstream:
    """Return what runs before the intent classifier, trained once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        return Upstream(Bench(tmp_path_factory.mktemp("upstream")))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return an empty model storage."""
    return Bench(tmp_path / "storage")


@pytest.fixture(scope="package")
def runner(settings: Settings, in_the_project: None) -> TurnRunner:
    """Return the agent with the model that set-up trained, as a worker loads it."""
    return TurnRunner(rasa_model(settings))
