"""Labelled messages for learning and measuring: `*-danger.yml` and `*-safe.yml` of one folder.

A danger file lists texts with the numbers that are right as the first one told, best
first; a safe file lists texts that must not alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import InvalidKnowledge
from assistant.safety.emergencies import NUMBERS


@dataclass(frozen=True)
class LabelledText:
    """One message; `numbers` is empty when it tells of no danger. `set_name` is its file's."""

    text: str
    numbers: tuple[str, ...]
    set_name: str


def read_labelled(folder: Path) -> tuple[LabelledText, ...]:
    """Return all labelled texts of a folder, by file and in file order.

    Raises:
        InvalidKnowledge: there is none, or a row is not of its file's shape.
    """
    found: list[LabelledText] = []
    for path in sorted(folder.glob("*.yml")):
        name, _, kind = path.stem.rpartition("-")
        for number, row in enumerate(yaml.safe_load(path.read_text("utf-8")), start=1):
            numbers = tuple(row.get("numbers", ()))
            is_whole = isinstance(row.get("text"), str) and all(n in NUMBERS for n in numbers)
            if not is_whole or (kind == "danger") != bool(numbers):
                raise InvalidKnowledge(f"{path}: row {number} is not whole")
            found.append(LabelledText(row["text"], numbers, name))
    if not found:
        raise InvalidKnowledge(f"{folder}: there are no labelled texts")
    return tuple(found)


def sentences_of_intents(folder: Path) -> tuple[str, ...]:
    """Return the example sentences of a folder of Rasa's NLU files, without annotations."""
    found: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines: Sequence[str] = block.get("examples", "").splitlines()
            found += [line[2:].strip() for line in lines if line.startswith("- ")]
    return tuple(found)
