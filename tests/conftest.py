"""What all tests share: the repository, the real embedder, the edition that set-up published."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.answering.conversation import KnowledgeView
from assistant.retrieval.embedder import Embedder, load_embedder
from assistant.retrieval.live_index import LoadedEdition
from assistant.services import named_or_current_edition, view_of
from assistant.settings import Settings, load_settings
from tests.postgres import GivenPostgresUnusable, PostgresMissing, given_or_private

ROOT = Path(__file__).resolve().parents[1]
# What the summary says about PostgreSQL; nothing where no test asked for it.
POSTGRES_LINE = pytest.StashKey[str]()
NOT_TESTED = "PostgreSQL WAS NOT TESTED"


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


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Yield WENBAN_TEST_POSTGRES_URL, else a private cluster; skip loudly where neither is."""
    stash = pytestconfig.stash
    stash[POSTGRES_LINE] = f"!!! {NOT_TESTED}: it failed to start, see the errors"
    with ExitStack() as stack:
        try:
            given = os.environ.get("WENBAN_TEST_POSTGRES_URL", "")
            server = stack.enter_context(given_or_private(given))
        except PostgresMissing as missing:
            stash[POSTGRES_LINE] = f"!!! {NOT_TESTED}: {missing}"
            pytest.skip(f"{NOT_TESTED}; the reason stands above the counts")  # once, not per test
        except GivenPostgresUnusable as err:
            stash[POSTGRES_LINE] = f"!!! {NOT_TESTED}: {err}"
            pytest.fail(f"{NOT_TESTED}: {err}", pytrace=False)
        stash[POSTGRES_LINE] = f"Tested on {server.description}"
        yield server.url


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Say just above the counts which PostgreSQL was tested, or loudly that none was."""
    yield
    line = config.stash.get(POSTGRES_LINE, "")
    if line:
        terminalreporter.write_line(line, red=line.startswith("!!!"), bold=line.startswith("!!!"))
