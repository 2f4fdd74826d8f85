"""The city's former hotline numbers: merged into 12345, or kept beside it.

Reads legacy_numbers.yml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Unique, read_register, was_read

_NUMBER = re.compile(r"1\d{4}|9\d{4}")


class LineState(StrEnum):
    """Merged: a call to it is taken by 12345. Parallel: it is answered on its own as well."""

    MERGED = "merged"
    PARALLEL = "parallel"


@dataclass(frozen=True)
class LegacyNumber:
    """A five-digit line, what a citizen who asks about it is told, and where that stands."""

    number: str
    name: str
    state: LineState
    answer: str
    source: str


def load_legacy_numbers(path: Path) -> tuple[dict[str, LegacyNumber], list[Problem]]:
    """Return the lines by number, in file order, and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return {}, register.problems
    register.allow("source", "numbers")
    source = register.text("source")
    numbers = Unique("号码")
    found: dict[str, LegacyNumber] = {}
    for record in register.records("numbers"):
        record.allow("number", "name", "state", "answer")
        number = record.text("number")
        if number and not _NUMBER.fullmatch(number):
            record.report("number", "phone", f"“{number}”不是五位热线号码")
        if numbers.add(record, "number", number):
            state = LineState(record.choice("state", LineState))
            name, answer = record.text("name"), record.text("answer")
            found[number] = LegacyNumber(number, name, state, answer, source)
    return found, register.problems
