"""Publish: check → choose → snapshot → index → golden questions → manifest → CURRENT.

Everything happens in a folder of its own beside the editions; only the last step
is seen by anybody. A dry run does all but that step and removes the folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.clock import shanghai_date
from assistant.errors import EditionNotFound, InvalidKnowledge
from assistant.knowledge.checks import CONTENT_CHECKS, CheckReport, check_knowledge
from assistant.knowledge.editions import INDEX, Edition, current_id, load_edition, set_current
from assistant.knowledge.golden import read_gate
from assistant.knowledge.problems import Problem
from assistant.publishing.choose import Chosen, LeftOut, choose_entries
from assistant.publishing.golden_gate import GoldenReport, measure_golden, refuse_if_worse
from assistant.publishing.lock import PARTIAL, publishing_lock, remove_leftovers
from assistant.publishing.seal import put_in_place, sealed_manifest
from assistant.publishing.snapshot import fingerprint, write_snapshot
from assistant.publishing.vector_cache import RememberingEmbedder
from assistant.retrieval.documents import document_of
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex, Say, build_hybrid

# In order; `after` of `publish` is told each of them when it is done.
STEPS = ("check", "choose", "snapshot", "index", "golden", "manifest", "place", "current")


@dataclass(frozen=True)
class PublishOrder:
    """What to publish and with what; `weights` fuse the search's features, `cache` may be lost."""

    knowledge: Path
    editions: Path
    cache: Path
    weights: dict[str, float]
    words: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class PublishReport:
    """What a publish did, or would do when it was a dry run."""

    edition: str
    parent: str
    is_committed: bool
    entries: int
    left_out: tuple[LeftOut, ...]
    retired: tuple[str, ...]
    warnings: tuple[Problem, ...]
    golden: GoldenReport


def _ignore(_step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class _Run:
    """One publish under way: what is wanted, with what, when, and whom to tell."""

    order: PublishOrder
    embedder: Embedder
    now: datetime
    commit: bool
    say: Say | None
    after: Callable[[str], None]


@dataclass(frozen=True)
class _Built:
    """A folder that has passed the golden questions, and what it was made of."""

    checked: CheckReport
    parent: str
    chosen: Chosen
    golden: GoldenReport


def publish(
    order: PublishOrder,
    embedder: Embedder,
    now: datetime,
    *,
    commit: bool = False,
    say: Say | None = None,
    after: Callable[[str], None] = _ignore,
) -> PublishReport:
    """Make an edition of everything approved and, with `commit`, let it answer.

    Args:
        order: folders and search weights.
        embedder: the model that the edition's index belongs to.
        now: aware; its day in Shanghai is what days are judged by.
        commit: whether CURRENT moves; otherwise nothing stays.
        say: is told the stage of indexing, what is done and what there is to do.
        after: is told each of STEPS when it is done.

    Raises:
        InvalidKnowledge: the files have errors.
        PublishRefused: a step said no, or somebody else is publishing.
    """
    run = _Run(order, embedder, now, commit, say, after)
    with publishing_lock(order.editions):
        remove_leftovers(order.editions)
        folder = order.editions / f"{PARTIAL}{now.strftime('%Y%m%d-%H%M%S')}"
        folder.mkdir()
        try:
            return _released(run, folder, _built(run, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _built(run: _Run, folder: Path) -> _Built:
    """Take the steps that may say no, up to the golden questions."""
    order = run.order
    known = fingerprint(order.knowledge)
    checked = checked_knowledge(order.knowledge, run.now)
    gate, _ = read_gate(order.knowledge)
    run.after("check")
    parent = parent_edition(order.editions)
    chosen = choose_entries(checked.entries, checked.context, parent)
    run.after("choose")
    write_snapshot(folder, order.knowledge, chosen, known)
    run.after("snapshot")
    remembering = RememberingEmbedder(run.embedder, order.cache)
    gaps = tuple(gap.text for gap in checked.context.gaps)
    index = write_index(folder, chosen, remembering, order.words, gaps, run.say)
    run.after("index")
    golden = measure_golden(
        checked.context.golden, chosen.plain, index, remembering, order.weights, parent
    )
    refuse_if_worse(golden, gate)
    golden.save(folder)
    remembering.save()
    run.after("golden")
    return _Built(checked, parent.id if parent else "", chosen, golden)


def _released(run: _Run, folder: Path, built: _Built) -> PublishReport:
    """Seal the folder and, when asked to, let it answer."""
    editions, chosen = run.order.editions, built.chosen
    manifest = sealed_manifest(
        folder,
        editions,
        now=run.now,
        parent=built.parent,
        note=run.order.note,
        entries=len(chosen.entries),
        embedder=run.embedder.name,
    )
    run.after("manifest")
    if run.commit:
        put_in_place(folder, editions, manifest.id)
        run.after("place")
        set_current(editions, manifest.id)
        run.after("current")
    return PublishReport(
        edition=manifest.id,
        parent=built.parent,
        is_committed=run.commit,
        entries=len(chosen.entries),
        left_out=chosen.left_out,
        retired=chosen.retired,
        warnings=built.checked.warnings,
        golden=built.golden,
    )


def checked_knowledge(knowledge: Path, now: datetime) -> CheckReport:
    """Return the checked files; reviews are judged entry by entry when choosing.

    Raises:
        InvalidKnowledge: there are errors; its `problems` lists them.
    """
    report = check_knowledge(knowledge, shanghai_date(now), checks=CONTENT_CHECKS)
    if report.errors:
        raise InvalidKnowledge(f"知识库有 {len(report.errors)} 处错误，不能发布", report.errors)
    return report


def parent_edition(editions: Path) -> Edition | None:
    """Return the edition that answers now; none before the first publish.

    Raises:
        EditionDamaged: its files were changed; roll back to a whole one first.
    """
    try:
        return load_edition(editions, current_id(editions))
    except EditionNotFound:
        return None


def write_index(
    folder: Path,
    chosen: Chosen,
    embedder: Embedder,
    words: tuple[str, ...],
    gaps: tuple[str, ...],
    say: Say | None,
) -> HybridIndex:
    """Build both indexes of the chosen entries and write them into the edition's folder."""
    documents = [document_of(entry) for entry in chosen.plain]
    index = build_hybrid(documents, embedder, words=words, gaps=gaps, say=say)
    (folder / INDEX).mkdir()
    index.save(folder / INDEX)
    return index
