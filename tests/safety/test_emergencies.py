"""emergencies.yml: every fault is told with its line, and the repository's file has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import InvalidKnowledge
from assistant.safety.emergencies import EMERGENCIES, load_emergencies, read_emergencies
from tests.knowledge.registers_folder import FILES, write_registers

FAULTS = {
    "an unknown list": ("楼 ~4 <smoke>", "楼 ~4 <smog>", "sign"),
    "a foreign number": ('number: "119"\n    instr', 'number: "911"\n    instr', "choice"),
    "points that are none": ('points: "1"', 'points: "much"', "points"),
    "an unknown reach": ('reach: "near"', 'reach: "far"', "choice"),
    "an unknown cue": ('despite: ["past"]', 'despite: ["future"]', "cue-unknown"),
    "a number is missing": ('- {number: "122"', '- {number: "110"', "number-missing"),
    "no title": ('title: "火灾"', 'title: ""', "field-missing"),
    "a mask is a word": ('masks: ["火爆"]', 'masks: ["火 ~4 爆"]', "sign"),
    "an id with capitals": ('id: "fire"', 'id: "Fire"', "id"),
    "an unknown field": ('likely: ["着火"]', 'lively: ["着火"]', "field-unknown"),
    "a list with more": ('name: "smoke"', 'name: "smoke", more: "x"', "field-unknown"),
}


@pytest.mark.parametrize(("old", "new", "rule"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_rule(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """And nothing is built from a file with faults."""
    write_registers(tmp_path, EMERGENCIES, old, new)
    found, problems = load_emergencies(tmp_path / EMERGENCIES)
    assert found is None
    assert rule in {problem.rule for problem in problems}
    with pytest.raises(InvalidKnowledge):
        read_emergencies(tmp_path / EMERGENCIES)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A gateway does not start blind."""
    with pytest.raises(InvalidKnowledge):
        read_emergencies(tmp_path / EMERGENCIES)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    """Kinds, cues and numbers are there in file order."""
    write_registers(tmp_path)
    found = read_emergencies(tmp_path / EMERGENCIES)
    assert ["fire", "despair"] == [kind.id for kind in found.kinds]
    assert "emergencies.yml" in FILES
