"""All checks of the knowledge base, in one table; every problem is listed at once.

Before: `files` (form of single files). After: `publishing` (refuses on errors) and
`wenban kb check` (prints them). Reads the entry files, the registers, the golden
questions and link_hosts.yml below the knowledge folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.knowledge.check_context import CheckContext, Stage
from assistant.knowledge.checks_content import (
    check_aspects,
    check_length,
    check_links,
    check_materials,
    check_sections_stand_alone,
    check_signs,
)
from assistant.knowledge.checks_golden import check_gaps, check_golden
from assistant.knowledge.checks_identity import (
    check_ids,
    check_near_duplicates,
    check_questions,
    check_similar,
    check_supersedes,
    check_unlike,
)
from assistant.knowledge.checks_policy import (
    check_day_order,
    check_days,
    check_overdue,
    check_owner,
    check_sources,
    check_texts,
    check_values,
)
from assistant.knowledge.checks_review import check_reviews
from assistant.knowledge.entry import CITY_AREA, Entry
from assistant.knowledge.files import entry_paths, read_entry, stray_files
from assistant.knowledge.golden import GAPS, read_gate, read_golden
from assistant.knowledge.link_hosts import read_link_hosts
from assistant.knowledge.problems import Problem, Severity
from assistant.knowledge.registers import Registers, load_registers

CheckFunction = Callable[[Sequence[Entry], CheckContext], Iterable[Problem]]

# What entries must be, whatever their review says.
CONTENT_CHECKS: dict[str, CheckFunction] = {
    "ids": check_ids,
    "texts": check_texts,
    "questions": check_questions,
    "similar": check_similar,
    "near-duplicates": check_near_duplicates,
    "unlike": check_unlike,
    "supersedes": check_supersedes,
    "sources": check_sources,
    "owner": check_owner,
    "values": check_values,
    "days": check_days,
    "day-order": check_day_order,
    "overdue": check_overdue,
    "aspects": check_aspects,
    "materials": check_materials,
    "links": check_links,
    "signs": check_signs,
    "length": check_length,
    "sections-stand-alone": check_sections_stand_alone,
    "golden": check_golden,
    "gaps": check_gaps,
}
CHECKS: dict[str, CheckFunction] = {**CONTENT_CHECKS, "reviews": check_reviews}


@dataclass(frozen=True)
class CheckReport:
    """What was read and what is wrong with it; `problems` sorted by file, line and rule.

    `registers` and `context` are what the entries were judged by.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    registers: Registers
    context: CheckContext

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that forbid publishing."""
        return tuple(found for found in self.problems if found.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that want a look."""
        return tuple(found for found in self.problems if found.severity is Severity.WARNING)


def check_knowledge(
    knowledge: Path,
    today: date,
    paths: Sequence[Path] | None = None,
    *,
    stage: Stage = Stage.DRAFT,
    checks: dict[str, CheckFunction] = CHECKS,
) -> CheckReport:
    """Return all entries that can be read and every problem of the knowledge base.

    Args:
        knowledge: the knowledge folder.
        today: the day in Shanghai that days are compared with.
        paths: files or folders; only their problems are reported, but they are judged
            against everything.
        stage: see `Stage`.
        checks: the table to run; publishing leaves the reviews out and judges them itself.
    """
    reads = [read_entry(path, knowledge) for path in entry_paths(knowledge)]
    problems = [problem for read in reads for problem in read.problems] + stray_files(knowledge)
    entries = tuple(read.entry for read in reads if read.entry is not None)
    context, registers, context_problems = read_context(knowledge, today, stage)
    problems += context_problems
    for function in checks.values():
        problems += function(entries, context)
    if paths:
        wanted = [path.resolve() for path in paths]
        problems = [found for found in problems if _is_below(found.path, wanted)]
    return CheckReport(entries, tuple(sorted(set(problems))), registers, context)


def read_context(
    knowledge: Path, today: date, stage: Stage = Stage.DRAFT
) -> tuple[CheckContext, Registers, list[Problem]]:
    """Return what entries are judged by, and the problems in those files themselves."""
    registers, problems = load_registers(knowledge)
    golden, golden_problems = read_golden(knowledge)
    gaps, gap_problems = read_golden(knowledge, GAPS)
    _, gate_problems = read_gate(knowledge)
    hosts, host_problems = read_link_hosts(knowledge)
    context = CheckContext(
        knowledge=knowledge,
        today=today,
        departments=frozenset(registers.departments),
        areas=frozenset({CITY_AREA, *(place.id for place in registers.gazetteer.districts)}),
        signers=registers.reviewers,
        link_hosts=hosts,
        golden=tuple(golden),
        gaps=tuple(gaps),
        stage=stage,
    )
    return (
        context,
        registers,
        [*problems, *golden_problems, *gap_problems, *gate_problems, *host_problems],
    )


def _is_below(path: str, wanted: Sequence[Path]) -> bool:
    """Return whether a file is one of the wanted ones or lies below one."""
    found = Path(path).resolve()
    return any(found == place or place in found.parents for place in wanted)
