"""Answering is tested with the repository's registers and entries made for the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.registers import Registers, load_registers


@pytest.fixture(scope="session")
def registers(repository: Path) -> Registers:
    """Return the registers of the working tree."""
    loaded, problems = load_registers(repository / "knowledge")
    assert [] == problems
    return loaded
