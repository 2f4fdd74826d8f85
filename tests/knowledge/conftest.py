"""The small base: with its reviews for import and export, without them for review."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.review import ReviewDesk
from tests.knowledge.review_desk import desk_of
from tests.knowledge.small_base import MATTERS, make_entry, write_base


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return the small base with its reviews."""
    return write_base(tmp_path / "knowledge")


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return a desk over the small base, of which nothing is submitted."""
    write_base(tmp_path, [make_entry(entry_id) for entry_id in MATTERS])
    return desk_of(tmp_path)
