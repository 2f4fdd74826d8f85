"""The fifth step: an edition that answers the golden questions worse is not published.

Measured is retrieval alone: whether the right entry is among the first three. What
passed is kept in the edition (`golden.json`), so that the next one can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import PublishRefused
from assistant.knowledge.editions import Edition
from assistant.knowledge.entry import Entry
from assistant.knowledge.golden import GoldenGate, GoldenQuestion
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex
from assistant.retrieval.search import HybridSearch

GOLDEN = "golden.json"
TOP = 3


@dataclass(frozen=True)
class GoldenMiss:
    """A question whose right entry was not among the first three; `found` are those that were."""

    question: str
    entry_id: str
    found: tuple[str, ...]
    is_worse: bool = False

    def __str__(self) -> str:
        """Return a Chinese line for the editor."""
        mark = "（上一版答对）" if self.is_worse else ""
        return f"{self.question} → 应为 {self.entry_id}，前三是 {'、'.join(self.found)}{mark}"


@dataclass(frozen=True)
class GoldenReport:
    """What the golden questions say of an edition; questions of unpublished entries are skipped."""

    asked: int
    right: tuple[str, ...]
    misses: tuple[GoldenMiss, ...]
    skipped: int

    @property
    def share_right(self) -> float:
        """Share of the questions asked whose entry was among the first three; 1 for none."""
        return len(self.right) / self.asked if self.asked else 1.0

    @property
    def worse(self) -> tuple[GoldenMiss, ...]:
        """Misses that were right in the parent edition and whose entry did not change."""
        return tuple(miss for miss in self.misses if miss.is_worse)

    def save(self, folder: Path) -> None:
        """Write the report into an edition's folder."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / GOLDEN).write_text(text, encoding="utf-8")


def measure_golden(
    questions: Sequence[GoldenQuestion],
    entries: Sequence[Entry],
    index: HybridIndex,
    embedder: Embedder,
    weights: dict[str, float],
    parent: Edition | None,
) -> GoldenReport:
    """Ask an index every golden question whose entry it holds."""
    held = {entry.id for entry in entries}
    labelled = [question for question in questions if question.entry_id]
    asked = [question for question in labelled if question.entry_id in held]
    before = _before(parent, entries)
    search = HybridSearch(index, embedder, weights)
    vectors = embedder.embed_questions([question.text for question in asked]) if asked else ()
    right: list[str] = []
    misses: list[GoldenMiss] = []
    for question, vector in zip(asked, vectors, strict=True):
        candidates = search.search(question.text, TOP, vector=vector)
        found = tuple(candidate.doc_id for candidate in candidates)
        if question.entry_id in found:
            right.append(question.text)
        else:
            is_worse = before.was_right(question)
            misses.append(GoldenMiss(question.text, question.entry_id, found, is_worse))
    return GoldenReport(len(asked), tuple(right), tuple(misses), len(labelled) - len(asked))


def refuse_if_worse(report: GoldenReport, gate: GoldenGate) -> None:
    """Let an edition pass the gate.

    Raises:
        PublishRefused: too few questions are right, or too many became wrong.
    """
    if report.share_right < gate.right_in_top3:
        raise PublishRefused(
            f"标准测试问题只有 {report.share_right:.1%} 的正确条目在前三名，"
            f"低于 {gate.right_in_top3:.1%}（knowledge/golden.yml），不能发布",
            tuple(str(miss) for miss in report.misses),
        )
    if len(report.worse) > gate.max_worse * report.asked:
        raise PublishRefused(
            f"有 {len(report.worse)} 个标准测试问题上一版答对、条目没有改动、现在答错，"
            f"超过 {gate.max_worse:.1%}（knowledge/golden.yml），不能发布",
            tuple(str(miss) for miss in report.worse),
        )


@dataclass(frozen=True)
class _Before:
    """What the parent got right, and the entries that are the same in both editions."""

    right: frozenset[str]
    unchanged: frozenset[str]

    def was_right(self, question: GoldenQuestion) -> bool:
        """Return whether a miss now is a step back."""
        return question.text in self.right and question.entry_id in self.unchanged


def _before(parent: Edition | None, entries: Sequence[Entry]) -> _Before:
    """Return what the parent edition knew; nothing for the first edition."""
    if parent is None or not (parent.folder / GOLDEN).is_file():
        return _Before(frozenset(), frozenset())
    unchanged = frozenset(
        entry.id
        for entry in entries
        if entry.id in parent.entries
        and parent.entries[entry.id].content_hash() == entry.content_hash()
    )
    stored = json.loads((parent.folder / GOLDEN).read_text("utf-8"))
    return _Before(frozenset(stored["right"]), unchanged)
