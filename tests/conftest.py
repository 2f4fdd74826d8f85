"""What all tests share: the repository, the real embedder, the edition that set-up published."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answering.conversation import KnowledgeView
from assistant.retrieval.embedder import Embedder, load_embedder
from assistant.retrieval.live_index import LoadedEdition
from assistant.services import named_or_current_edition, view_of
from assistant.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Return the settings that `make run` has; read only, the data folder is the developer's."""
    return load_settings(root=ROOT)


@pytest.fixture(scope="session")
def embedder(settings: Settings) -> Embedder:
    """Return the embedding model that set-up built."""
    return load_embedder(settings.embedding_model, settings.embedding_folder)


@pytest.fixture(scope="session")
def loaded(settings: Settings) -> LoadedEdition:
    """Return the current edition of the demo city with its search."""
    return named_or_current_edition(settings, "")


@pytest.fixture(scope="session")
def view(loaded: LoadedEdition) -> KnowledgeView:
    """Return the current edition as answering sees it."""
    return view_of(loaded)
