"""The second step: which version of which entry goes into the new edition.

Approved entries go in as they are. When an entry is not approved (a draft, or
changed since), the version that stands in the current edition is carried on, so
that work in progress never takes an answer away. A version whose rule has ended
retires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assistant.errors import PublishRefused
from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.checks import CONTENT_CHECKS
from assistant.knowledge.editions import Edition
from assistant.knowledge.entry import Entry
from assistant.knowledge.problems import Problem, Severity
from assistant.knowledge.review_state import STATE_NAMES, ReviewState, review_state


@dataclass(frozen=True)
class LeftOut:
    """An entry of the working tree that is not published as it is, and why."""

    id: str
    state: ReviewState
    is_carried: bool

    def __str__(self) -> str:
        """Return a Chinese line for the editor."""
        fate = "沿用上一版的内容" if self.is_carried else "不进入本版"
        return f"{self.id}：{STATE_NAMES[self.state]}，{fate}"


@dataclass(frozen=True)
class ChosenEntry:
    """An entry and the file it comes from."""

    entry: Entry
    file: Path


@dataclass(frozen=True)
class Chosen:
    """Everything that the edition will hold, by id, and what had to stay out."""

    entries: tuple[ChosenEntry, ...]
    left_out: tuple[LeftOut, ...]
    retired: tuple[str, ...]

    @property
    def plain(self) -> tuple[Entry, ...]:
        """The entries alone."""
        return tuple(item.entry for item in self.entries)


def choose_entries(
    entries: Sequence[Entry], context: CheckContext, current: Edition | None
) -> Chosen:
    """Return what is published of the entries of the working tree.

    Raises:
        PublishRefused: nothing is approved, or versions old and new contradict each other.
    """
    chosen: dict[str, ChosenEntry] = {}
    left_out: list[LeftOut] = []
    retired: list[str] = []
    for entry in entries:
        state = review_state(entry, context.signers, context.today)
        version = _version(entry, state, context, current)
        if version is None and _is_over(entry, context.today):
            retired.append(entry.id)
            continue
        if version is not None and _is_over(version.entry, context.today):
            retired.append(entry.id)
            version = None
        if version is not None:
            chosen[entry.id] = version
        if state is not ReviewState.APPROVED:
            left_out.append(LeftOut(entry.id, state, version is not None))
    if not chosen:
        raise PublishRefused(
            "没有任何通过审核的条目可以发布", tuple(str(item) for item in left_out[:20])
        )
    found = Chosen(
        tuple(chosen[key] for key in sorted(chosen)), tuple(left_out), tuple(sorted(retired))
    )
    _refuse_contradictions(found, context)
    return found


def _version(
    entry: Entry, state: ReviewState, context: CheckContext, current: Edition | None
) -> ChosenEntry | None:
    """Return the approved version of an entry: the present one, else the current edition's."""
    if state is ReviewState.APPROVED:
        return ChosenEntry(entry, context.knowledge / entry.path)
    if current is None or entry.id not in current.entries:
        return None
    former = current.entries[entry.id]
    return ChosenEntry(former, current.snapshot_folder / former.path)


def _is_over(entry: Entry, today: date) -> bool:
    """Return whether an entry's rule ended before today."""
    return bool(entry.valid_to) and entry.valid_to < today.isoformat()


def _refuse_contradictions(chosen: Chosen, context: CheckContext) -> None:
    """Judge the mixture of new and carried versions like a working tree of its own.

    An entry of the mixture may supersede one that is left out; that is no contradiction.
    """
    mixture = [replace(entry, checks=()) for entry in chosen.plain]
    problems: list[Problem] = []
    for name, function in CONTENT_CHECKS.items():
        if name not in ("golden", "gaps", "supersedes", "near-duplicates"):
            problems += function(mixture, context)
    errors = [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise PublishRefused("新条目与沿用的上一版内容互相矛盾，请先完成审核", tuple(errors))
