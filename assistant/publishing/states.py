"""States of the knowledge base by name: an edition, the current one, or the working tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.editions import Edition, Manifest, current_id, load_edition
from assistant.knowledge.entry import Entry
from assistant.retrieval.calibrate import Calibration
from assistant.retrieval.documents import document_of
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import Say, build_hybrid
from assistant.retrieval.live_index import LoadedEdition
from assistant.retrieval.search import HybridSearch
from assistant.retrieval.word_match import WordMatch

CURRENT_NAME = "CURRENT"
WORKING_NAME = "WORKING"
DRAFT_ID = "draft"


@dataclass(frozen=True)
class KnowledgeState:
    """Entries by id under the name that people call the state by."""

    name: str
    entries: dict[str, Entry]


def state_named(name: str, knowledge: Path, editions: Path, today: date) -> KnowledgeState:
    """Return the state that `CURRENT`, `WORKING` or an edition's id names.

    Raises:
        EditionNotFound: there is no such edition.
        EditionDamaged: its files were changed.
    """
    if name.upper() == WORKING_NAME:
        report = check_knowledge(knowledge, today, checks={})
        return KnowledgeState("工作区", {entry.id: entry for entry in report.entries})
    edition_id = current_id(editions) if name.upper() == CURRENT_NAME else name
    return KnowledgeState(edition_id, load_edition(editions, edition_id).entries)


def draft_edition(
    knowledge: Path,
    today: date,
    embedder: Embedder,
    calibration: Calibration,
    *,
    words: tuple[str, ...] = (),
    say: Say | None = None,
) -> LoadedEdition:
    """Return the working tree, reviewed or not, as something that can be searched.

    Nothing is written; files that cannot be read are left out.
    """
    report = check_knowledge(knowledge, today, checks={})
    entries = {entry.id: entry for entry in report.entries}
    documents = [document_of(entry) for entry in entries.values()]
    gaps = tuple(gap.text for gap in report.context.gaps)
    index = build_hybrid(documents, embedder, words=words, gaps=gaps, say=say)
    manifest = Manifest(
        id=DRAFT_ID,
        created_at="",
        parent="",
        note="",
        entries=len(entries),
        embedder=embedder.name,
        files={},
    )
    search = HybridSearch(index, embedder, calibration.weights)
    edition = Edition(DRAFT_ID, knowledge, manifest, entries)
    match = WordMatch(entries, embedder)
    return LoadedEdition(edition, report.registers, search, calibration, match)
