"""Who may sign a review: the shape that reviewers.yml and staff accounts share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from assistant.knowledge.reviewers import Role

ROLE_NAMES: dict[str, str] = {
    Role.EDITOR: "编辑",
    Role.DEPARTMENT: "部门审核员",
    Role.HOTLINE: "热线审核员",
}


class Signer(Protocol):
    """A person who submits or approves; `departments` are the ids they speak for."""

    @property
    def id(self) -> str:
        """Account name, e.g. `reviewer-chen`."""

    @property
    def name(self) -> str:
        """Name as people read it."""

    @property
    def role(self) -> str:
        """One of `Role`."""

    @property
    def departments(self) -> Collection[str]:
        """Department ids; empty unless the role is `department`."""
