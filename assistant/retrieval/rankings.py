"""Rankings of the golden questions: our search, and the two halves of it alone, as baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from assistant.retrieval.evaluate import Outcome
from assistant.retrieval.hybrid_index import UNLIKE
from assistant.retrieval.live_index import LoadedEdition
from assistant.retrieval.questions import LabelledQuestion

FloatArray = npt.NDArray[np.float32]
# A question to document ids, best first, and how sure the ranking is of the first.
Rank = Callable[[str], tuple[list[str], float]]


def outcome_of(question: LabelledQuestion, ids: Sequence[str], probability: float) -> Outcome:
    """Return what a ranking made of one labelled question."""
    return Outcome(
        question,
        is_right=bool(ids) and ids[0] == question.entry_id,
        probability=probability,
        in_top3=bool(question.entry_id) and question.entry_id in ids[:3],
    )


def hybrid_rank(loaded: LoadedEdition) -> Rank:
    """Return our own ranking with its calibrated probability."""

    def rank(text: str) -> tuple[list[str], float]:
        candidates, probability = loaded.ranked(text)
        return [candidate.doc_id for candidate in candidates], probability

    return rank


def lexical_rank(loaded: LoadedEdition) -> Rank:
    """Return BM25 alone over the whole entry; it is as sure as its score is high."""
    index, segmenter = loaded.search.index, loaded.search.segmenter

    def rank(text: str) -> tuple[list[str], float]:
        terms = segmenter.terms(text)
        scores = index.documents.scores(terms) / max(index.documents.weight_of(terms), 1e-6)
        return _best(scores, index.doc_ids)

    return rank


def dense_rank(loaded: LoadedEdition) -> Rank:
    """Return the best cosine of any question or chunk alone; it is as sure as the cosine."""
    index, embedder = loaded.search.index, loaded.search.embedder
    rows = np.flatnonzero(index.kinds != UNLIKE).astype(np.int64)
    vectors, owners = index.vectors.vectors(rows), index.document_of_passage(rows)

    def rank(text: str) -> tuple[list[str], float]:
        scores = np.full(len(index.doc_ids), -1.0, dtype=np.float32)
        np.maximum.at(scores, owners, vectors @ embedder.embed_questions([text])[0])
        return _best(scores, index.doc_ids)

    return rank


def _best(scores: FloatArray, doc_ids: Sequence[str]) -> tuple[list[str], float]:
    """Return the ids of the ten highest scores, and the highest score."""
    order = np.argsort(-scores, kind="stable")[:10]
    return [doc_ids[int(row)] for row in order], float(scores[order[0]])
