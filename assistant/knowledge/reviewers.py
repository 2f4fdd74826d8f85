"""The people who write and approve knowledge, and for which departments.

Reads reviewers.yml. Every department has somebody who checks for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read


class Role(StrEnum):
    """What a person does: write, check for departments, or check for the hotline."""

    EDITOR = "editor"
    DEPARTMENT = "department"
    HOTLINE = "hotline"


@dataclass(frozen=True)
class Reviewer:
    """A person; `departments` are those that a department's reviewer speaks for."""

    id: str
    name: str
    role: Role
    departments: tuple[str, ...]


def load_reviewers(
    path: Path, *, departments: Collection[str]
) -> tuple[dict[str, Reviewer], list[Problem]]:
    """Return the people by id, in file order, and every problem of the file.

    Args:
        path: reviewers.yml.
        departments: ids of departments.yml; each must have a reviewer.
    """
    register = read_register(path)
    if not was_read(register):
        return {}, register.problems
    register.allow("reviewers")
    ids = Unique("人员编号")
    found: dict[str, Reviewer] = {}
    for record in register.records("reviewers"):
        reviewer = _reviewer(record, departments)
        if ids.add(record, "id", reviewer.id):
            found[reviewer.id] = reviewer
    covered = {name for reviewer in found.values() for name in reviewer.departments}
    for department in sorted(set(departments) - covered):
        register.report("reviewers", "department-uncovered", f"部门 {department} 没有审核人")
    for role in Role:
        if not any(reviewer.role is role for reviewer in found.values()):
            register.report("reviewers", "role-missing", f"没有角色为 {role} 的人员")
    return found, register.problems


def _reviewer(record: Record, departments: Collection[str]) -> Reviewer:
    """Read one person."""
    record.allow("id", "name", "role", "departments")
    role = Role(record.choice("role", Role))
    own = record.texts("departments", is_optional=role is not Role.DEPARTMENT)
    if own and role is not Role.DEPARTMENT:
        record.report("departments", "role", "只有 department 角色才写 departments")
    for department in own:
        if department not in departments:
            record.report(
                "departments", "department-unknown", f"departments.yml 里没有部门 {department}"
            )
    return Reviewer(record.id(), record.text("name"), role, own)
