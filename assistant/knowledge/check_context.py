"""What the checks are given beside the entries: the day, the registers, the golden questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from assistant.knowledge.entry import Entry
from assistant.knowledge.golden import GoldenQuestion
from assistant.knowledge.problems import Problem, Severity
from assistant.knowledge.signers import Signer


class Stage(StrEnum):
    """How strict the review rules are: a draft may lack a review, a release may not."""

    DRAFT = "draft"
    PUBLISH = "publish"


@dataclass(frozen=True)
class CheckContext:
    """Everything that a check may look at; `departments` and `areas` are the known ids.

    `link_hosts` are host names; a link may also lead to any host below one of them.
    """

    knowledge: Path
    today: date
    departments: frozenset[str]
    areas: frozenset[str]
    signers: Mapping[str, Signer]
    link_hosts: tuple[str, ...]
    golden: tuple[GoldenQuestion, ...] = field(default=())
    gaps: tuple[GoldenQuestion, ...] = field(default=())
    stage: Stage = Stage.DRAFT

    def problem(
        self,
        entry: Entry,
        place: str,
        rule: str,
        message: str,
        severity: Severity = Severity.ERROR,
        *,
        below: int = 0,
    ) -> Problem:
        """Return a problem at a field of an entry, `below` lines under where the field starts.

        `place` is a key of `Entry.lines`; when that one is not known its parent's line is
        taken, and the first line of the file when there is none at all.
        """
        line = 0
        while place and not line:
            line = entry.lines.get(place, 0)
            place = place.rpartition(".")[0]
        return Problem(
            str(self.knowledge / entry.path), (line or 1) + below, rule, message, severity
        )

    def warning(
        self, entry: Entry, place: str, rule: str, message: str, *, below: int = 0
    ) -> Problem:
        """Return a problem that does not forbid publishing; see `problem`."""
        return self.problem(entry, place, rule, message, Severity.WARNING, below=below)
