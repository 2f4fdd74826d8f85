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
    "question_cosine",  # best similar question, projected space
    "question_cosine_raw",  # best similar question, model's space
    "question_cosine_mean",  # mean over the three best similar questions, projected
    "chunk_cosine",  # best chunk of the text
    "question_match",  # best similar question, BM25 over what a full match is worth
    "document_match",  # whole document, BM25 over what a full match is worth
    "coverage",  # share of the question's idf that occurs in the document
    "unlike_gap",  # how much nearer a counter-question is than the best question
)
_DENSE_PASSAGES = 120
_LEXICAL_PASSAGES = 80
_LEXICAL_DOCUMENTS = 30
MAX_CANDIDATES = 40


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
        spans = [np.arange(index.starts[n], index.starts[n + 1]) for n in numbers]
        rows = np.concatenate(spans)
        stored = index.vectors.vectors(rows)
        raw = stored @ vector
        projected = _cosines(
            (stored - index.mean) @ index.projection, (vector - index.mean) @ index.projection
        )
        worth = max(index.passages.weight_of(terms), 1e-6)
        coverage = self._coverage(terms, numbers)
        features = np.zeros((len(numbers), len(FEATURES)), dtype=np.float32)
        best_rows = np.zeros(len(numbers), dtype=np.int64)
        start = 0
        for i, (number, span) in enumerate(zip(numbers, spans, strict=True)):
            part = slice(start, start + len(span))
            start += len(span)
            features[i], best_rows[i] = _measure(
                kinds=index.kinds[span],
                raw=raw[part],
                projected=projected[part],
                matches=passage_scores[span] / worth,
                rows=span,
            )
            features[i, FEATURES.index("document_match")] = document_scores[number] / worth
            features[i, FEATURES.index("coverage")] = coverage[i]
        return QueryEvidence(numbers, features, best_rows)

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

    def _coverage(self, terms: list[str], numbers: IntArray) -> FloatArray:
        """Return, for each document, the share of the question's idf that occurs in it."""
        documents = self.index.documents
        found = np.zeros(len(numbers), dtype=np.float32)
        whole = 0.0
        for term in sorted(set(terms)):
            worth = documents.idf_of(term)
            whole += worth
            number = documents.term_ids.get(term)
            if number is None:
                continue
            units = documents.units[documents.starts[number] : documents.starts[number + 1]]
            places = np.searchsorted(units, numbers).clip(max=len(units) - 1)
            found += np.where(units[places] == numbers, np.float32(worth), np.float32(0))
        return found / max(whole, 1e-6)


def _best(scores: FloatArray, top: int) -> IntArray:
    """Return the numbers of the highest positive scores, best first."""
    positive = int(np.count_nonzero(scores > 0))
    top = min(top, positive)
    if top == 0:
        return np.zeros(0, dtype=np.int64)
    part = np.argpartition(-scores, top - 1)[:top]
    ordered: IntArray = part[np.argsort(-scores[part], kind="stable")].astype(np.int64)
    return ordered


def _cosines(rows: FloatArray, vector: FloatArray) -> FloatArray:
    """Return the cosine of each row with a vector."""
    lengths = np.linalg.norm(rows, axis=1) * max(float(np.linalg.norm(vector)), 1e-9)
    found: FloatArray = rows @ vector / np.maximum(lengths, 1e-9)
    return found


def _measure(
    *,
    kinds: npt.NDArray[np.uint8],
    raw: FloatArray,
    projected: FloatArray,
    matches: FloatArray,
    rows: IntArray,
) -> tuple[FloatArray, int]:
    """Return the features of one document and its best passage row."""
    features = np.zeros(len(FEATURES), dtype=np.float32)
    is_question, is_chunk, is_unlike = kinds == QUESTION, kinds == CHUNK, kinds == UNLIKE
    best_row = int(rows[0])
    if is_question.any():
        own = np.sort(projected[is_question])[::-1]
        features[0] = own[0]
        features[1] = raw[is_question].max()
        features[2] = own[:3].mean()
        features[4] = matches[is_question].max()
        best_row = int(rows[is_question][int(np.argmax(projected[is_question]))])
        if is_unlike.any():
            features[7] = max(0.0, float(projected[is_unlike].max() - own[0]))
    if is_chunk.any():
        features[3] = raw[is_chunk].max()
        if not is_question.any():
            best_row = int(rows[is_chunk][int(np.argmax(raw[is_chunk]))])
            features[4] = matches[is_chunk].max()
    return features, best_row
