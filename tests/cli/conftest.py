"""`wenban kb …` is tested on a copy of the published small base."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant import services
from assistant.cli import main
from assistant.settings import load_settings
from tests.cli.kb_base import Run
from tests.publishing.conftest import fresh, one_dictionary, release, template  # noqa: F401
from tests.publishing.release import Release


@pytest.fixture
def wenban(
    release: Release,  # noqa: F811
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a function that runs `wenban kb …` on a base with one edition."""
    monkeypatch.chdir(repository)
    monkeypatch.setenv("WENBAN_KNOWLEDGE", str(release.knowledge))
    monkeypatch.setenv("WENBAN_EDITIONS", str(release.editions))
    monkeypatch.setenv("WENBAN_HOME", str(release.order.cache.parent))
    monkeypatch.setattr(services, "process_settings", load_settings)
    monkeypatch.setattr(services, "process_embedder", lambda: release.embedder)

    def run(*arguments: str | Path, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["kb", *map(str, arguments)])
        assert code == result.exit_code, result.stdout + result.stderr
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run
