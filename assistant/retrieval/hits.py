"""Hits with their reasons, for editors who ask why an entry was found."""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.retrieval.documents import document_of
from assistant.retrieval.live_index import LoadedEdition
from assistant.retrieval.search import FEATURES, Candidate


@dataclass(frozen=True)
class Hit:
    """One entry found: `score` is a probability, `passage` the text that matched best.

    `reasons` holds the features of the search by name (see retrieval.search.FEATURES).
    """

    entry_id: str
    title: str
    score: float
    passage: str
    reasons: dict[str, float]


@dataclass(frozen=True)
class Found:
    """All hits of one question, best first, and whether the first would be told."""

    hits: tuple[Hit, ...]
    would_answer: bool


def find_hits(loaded: LoadedEdition, question: str, top: int = 10) -> Found:
    """Search an edition.

    The first hit's score is the calibrated probability that it answers; each other
    one's is that probability, less by the odds of their fused scores.
    """
    candidates, probability = loaded.ranked(question, top)
    hits = tuple(
        _hit(loaded, candidate, probability * math.exp(candidate.score - candidates[0].score))
        for candidate in candidates
    )
    return Found(hits, bool(hits) and probability >= loaded.calibration.answer_at)


def _hit(loaded: LoadedEdition, candidate: Candidate, score: float) -> Hit:
    """Return a candidate with what an editor wants to see."""
    entry = loaded.edition.entries[candidate.doc_id]
    index = loaded.search.index
    document = document_of(entry)
    passages = (*document.questions, *document.chunks, *document.unlike)
    row = candidate.best_row - int(index.starts[index.doc_ids.index(entry.id)])
    return Hit(
        entry_id=entry.id,
        title=entry.title,
        score=round(score, 6),
        passage=passages[row] if 0 <= row < len(passages) else "",
        reasons={
            name: round(value, 4) for name, value in zip(FEATURES, candidate.features, strict=True)
        },
    )
