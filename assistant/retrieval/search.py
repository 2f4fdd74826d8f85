"""A question to ranked candidates: dense and lexical evidence, fused by learned weights.

Candidates come from both indexes; for each, `FEATURES` are measured and summed
with the weights of data/calibration/retrieval.json. What the score means as a
probability is told by `calibrate`; whether to answer is decided in
`answering.decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import CHUNK, QUESTION, UNLIKE, HybridIndex
from assistant.retrieval.segmentation import Segmenter

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

FEATURES = (
    "question_cosine",  # best similar question, less what all questions share
    "question_cosine_raw",  # best similar question, model's space
    "question_cosine_mean",  # mean over the three best similar questions, the same way
    "chunk_cosine",  # best chunk of the text
    "question_match",  # best similar question, BM25 over what a full match is worth
    "document_match",  # whole document, BM25 over what a full match is worth
    "coverage",  # share of the question's idf that occurs in the document
    "unlike_gap",  # how much nearer a counter-question is than the best question
    "gap",  # the most telling word of the question that the document lacks, 0 to 1
    "unseen",  # share of the question's idf in terms of no document; equal for all candidates
)
# Fills up the lines of `_rows`; no passage has it.
NONE = 255
_DENSE_PASSAGES = 120
_LEXICAL_PASSAGES = 80
_LEXICAL_DOCUMENTS = 30


@dataclass(frozen=True)
class Candidate:
    """One document with its fused score, its features (order of FEATURES) and its best passage."""

    doc_id: str
    score: float
    features: tuple[float, ...] = field(repr=False)
    best_row: int = -1

    def feature(self, name: str) -> float:
        """Return one feature by name."""
        return self.features[FEATURES.index(name)]


@dataclass(frozen=True)
class QueryEvidence:
    """Features of all candidates of one question, before fusion."""

    numbers: IntArray
    features: FloatArray
    best_rows: IntArray


class HybridSearch:
    """Searches one index; holds no state between questions."""

    def __init__(
        self, index: HybridIndex, embedder: Embedder, weights: Mapping[str, float]
    ) -> None:
        self.index, self.embedder = index, embedder
        self.segmenter = Segmenter(index.words)
        self.weights = np.array([weights.get(name, 0.0) for name in FEATURES], dtype=np.float32)

    def search(
        self, question: str, top: int = 10, *, vector: FloatArray | None = None
    ) -> list[Candidate]:
        """Return up to `top` candidates, best first; equal scores by id.

        `vector` is the question's own vector when the caller has it already.
        """
        if vector is None:
            vector = self.embedder.embed_questions([question])[0]
        evidence = self.evidence(question, vector)
        scores = evidence.features @ self.weights
        order = sorted(
            range(len(scores)),
            key=lambda i: (-float(scores[i]), self.index.doc_ids[int(evidence.numbers[i])]),
        )
        return [
            Candidate(
                doc_id=self.index.doc_ids[int(evidence.numbers[i])],
                score=float(scores[i]),
                features=tuple(float(value) for value in evidence.features[i]),
                best_row=int(evidence.best_rows[i]),
            )
            for i in order[:top]
        ]

    def gap_signals(self, vector: FloatArray, without: str = "") -> tuple[float, float]:
        """Return the cosine to the nearest known gap and the mean of the nearest three.

        `without` leaves one question out: learning must not meet the question itself.
        """
        index = self.index
        centred = vector - index.mean
        cosines = index.gap_vectors @ (centred / max(float(np.linalg.norm(centred)), 1e-6))
        if without:
            cosines = cosines[[gap != without for gap in index.gaps]]
        nearest = np.sort(cosines)[::-1][:3]
        return (float(nearest[0]), float(nearest.mean())) if len(nearest) else (0.0, 0.0)

    def evidence(self, question: str, vector: FloatArray) -> QueryEvidence:
        """Return the features of every candidate of one question."""
        index = self.index
        terms = self.segmenter.terms(question)
        passage_scores = index.passages.scores(terms)
        document_scores = index.documents.scores(terms)
        numbers = self._candidates(vector, passage_scores, document_scores)
        if not len(numbers):
            empty = np.zeros(0, dtype=np.int64)
            return QueryEvidence(empty, np.zeros((0, len(FEATURES)), dtype=np.float32), empty)
        rows, kinds = self._rows(numbers)
        stored = index.vectors.vectors(rows.ravel())
        raw = (stored @ vector).reshape(rows.shape)
        worth = max(index.passages.weight_of(terms), 1e-6)
        features, best = _measure(
            kinds=kinds,
            raw=raw,
            centred=self._centred_cosines(stored, rows, vector),
            matches=passage_scores[rows] / worth,
        )
        features[:, FEATURES.index("document_match")] = document_scores[numbers] / worth
        for name, column in self._coverage(terms, numbers).items():
            features[:, FEATURES.index(name)] = column
        return QueryEvidence(numbers, features, rows[np.arange(len(numbers)), best])

    def _rows(self, numbers: IntArray) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        """Return passage rows of documents, one document a line, and their kinds.

        Lines are filled up with the document's first passage under kind NONE.
        """
        starts, ends = self.index.starts[numbers], self.index.starts[numbers + 1]
        places = np.arange(int((ends - starts).max()))
        rows = starts[:, None] + places
        inside = rows < ends[:, None]
        rows = np.where(inside, rows, starts[:, None])
        return rows, np.where(inside, self.index.kinds[rows], NONE).astype(np.uint8)

    def _centred_cosines(
        self, stored: FloatArray, rows: IntArray, vector: FloatArray
    ) -> FloatArray:
        """Return cosines less what all questions share, in the shape of `rows`."""
        index = self.index
        centred = vector - index.mean
        length = max(float(np.linalg.norm(centred)), 1e-6)
        products = stored @ centred - float(index.mean @ centred)
        # Rounded, because equal rows at different places differ in their last bits.
        cosines: FloatArray = np.round(
            products.reshape(rows.shape) / (index.lengths[rows] * length), 5
        )
        return cosines

    def _candidates(
        self, vector: FloatArray, passage_scores: FloatArray, document_scores: FloatArray
    ) -> IntArray:
        """Return document numbers worth measuring, from both indexes, sorted."""
        index = self.index
        near, _ = index.vectors.nearest(vector, _DENSE_PASSAGES)
        near = near[index.kinds[near] != UNLIKE]
        ranked: list[int] = []
        lists = (
            index.document_of_passage(near),
            index.document_of_passage(_best(passage_scores, _LEXICAL_PASSAGES)),
            _best(document_scores, _LEXICAL_DOCUMENTS),
        )
        for found, share in zip(lists, (20, 15, 10), strict=True):
            ranked += list(dict.fromkeys(found.tolist()))[:share]
        return np.array(sorted(set(ranked)), dtype=np.int64)

    def _coverage(self, terms: list[str], numbers: IntArray) -> dict[str, FloatArray]:
        """Return coverage, gap and unseen (see FEATURES) of each document."""
        documents = self.index.documents
        covered = np.zeros(len(numbers), dtype=np.float32)
        gap = np.zeros(len(numbers), dtype=np.float32)
        whole = unseen = 0.0
        for term in sorted(set(terms)):
            worth = documents.idf_of(term)
            whole += worth
            has = self._has(term, numbers)
            if has is None:
                unseen += worth
                continue
            covered += np.where(has, np.float32(worth), np.float32(0))
            if not term.startswith("_"):
                missing = np.float32(worth / documents.unseen_idf)
                gap = np.maximum(gap, np.where(has, np.float32(0), missing))
        share = np.float32(unseen / max(whole, 1e-6))
        return {
            "coverage": covered / max(whole, 1e-6),
            "gap": gap,
            "unseen": np.full(len(numbers), share, dtype=np.float32),
        }

    def _has(self, term: str, numbers: IntArray) -> npt.NDArray[np.bool_] | None:
        """Return which documents hold a term; None when no document of the index does."""
        documents = self.index.documents
        number = documents.term_ids.get(term)
        if number is None:
            return None
        units = documents.units[documents.starts[number] : documents.starts[number + 1]]
        places = np.searchsorted(units, numbers).clip(max=len(units) - 1)
        found: npt.NDArray[np.bool_] = units[places] == numbers
        return found


def _best(scores: FloatArray, top: int) -> IntArray:
    """Return the numbers of the highest positive scores, best first."""
    positive = int(np.count_nonzero(scores > 0))
    top = min(top, positive)
    if top == 0:
        return np.zeros(0, dtype=np.int64)
    part = np.argpartition(-scores, top - 1)[:top]
    ordered: IntArray = part[np.argsort(-scores[part], kind="stable")].astype(np.int64)
    return ordered


def _measure(
    *,
    kinds: npt.NDArray[np.uint8],
    raw: FloatArray,
    centred: FloatArray,
    matches: FloatArray,
) -> tuple[FloatArray, IntArray]:
    """Return the features of documents and the place of their best passage in their line.

    All arrays have one line a document, shape (n_documents, most_passages).
    """
    features = np.zeros((len(kinds), len(FEATURES)), dtype=np.float32)
    is_question, is_chunk, is_unlike = kinds == QUESTION, kinds == CHUNK, kinds == UNLIKE
    has_questions = is_question.any(axis=1)
    own = np.sort(np.where(is_question, centred, -1.0), axis=1)[:, ::-1]
    counted = np.minimum(is_question.sum(axis=1), 3).clip(min=1)
    first_three = np.where(np.arange(own.shape[1]) < counted[:, None], own, 0.0)
    features[:, 0] = np.where(has_questions, own[:, 0], 0.0)
    features[:, 1] = np.where(is_question, raw, 0.0).max(axis=1)
    features[:, 2] = np.where(has_questions, first_three.sum(axis=1) / counted, 0.0)
    features[:, 3] = np.where(is_chunk, raw, 0.0).max(axis=1)
    matched = np.where(has_questions[:, None], is_question, is_chunk)
    features[:, 4] = np.where(matched, matches, 0.0).max(axis=1)
    nearest_unlike = np.where(is_unlike, centred, -1.0).max(axis=1)
    features[:, 7] = np.where(
        has_questions & is_unlike.any(axis=1), (nearest_unlike - own[:, 0]).clip(min=0.0), 0.0
    )
    best = np.where(matched, np.where(has_questions[:, None], centred, raw), -2.0).argmax(axis=1)
    return features, best.astype(np.int64)
