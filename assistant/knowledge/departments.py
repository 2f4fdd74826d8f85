"""The departments of the city and what each is responsible for.

Reads departments.yml. An entry's owner is a department; the duties are what
routing will compare a request with, each with the clause that assigns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read


@dataclass(frozen=True)
class Duty:
    """One duty: the clause of the city's list that assigns it, and the matters it covers."""

    clause: str
    text: str


@dataclass(frozen=True)
class Department:
    """A department or public service company; `short` is what staff call it."""

    id: str
    name: str
    short: str
    phone: str
    address: str
    duties: tuple[Duty, ...]


def load_departments(path: Path) -> tuple[dict[str, Department], list[Problem]]:
    """Return the departments by id, in file order, and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return {}, register.problems
    register.allow("source", "departments")
    register.text("source")
    ids, names = Unique("部门编号"), Unique("部门名称")
    found: dict[str, Department] = {}
    for record in register.records("departments"):
        department = _department(record)
        names.add(record, "name", department.name)
        if ids.add(record, "id", department.id):
            found[department.id] = department
    return found, register.problems


def _department(record: Record) -> Department:
    """Read one department."""
    record.allow("id", "name", "short", "phone", "address", "duties")
    return Department(
        id=record.id(),
        name=record.text("name"),
        short=record.text("short"),
        phone=record.phone(),
        address=record.text("address"),
        duties=tuple(_duty(item) for item in record.records("duties")),
    )


def _duty(record: Record) -> Duty:
    """Read one duty."""
    record.allow("clause", "text")
    return Duty(record.text("clause"), record.text("text"))
