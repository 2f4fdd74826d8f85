"""The published small base as `wenban kb …` finds it, and how the command is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.publishing.release import Release

CARD, PENSION = "social-insurance/lost-card", "social-insurance/pension-start"

Run = Callable[..., Result]


def card(release: Release) -> Path:
    """Return the file of an entry."""
    return release.knowledge / "faq" / f"{CARD}.md"


def whole(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
