"""The product's retrieval over any corpus of plain texts (`wenban retrieve`).

Free texts have no similar questions, so the learned weights do not apply. Two
figures are added: how much of a full match of the question's words the document's
BM25 score is worth, and the standardised cosine of its best chunk. Measured as a
share of a full match, words speak loudly where a text says what the question says
and softly where it says it in other words; standardised BM25, which has a few
huge values in any case, outvoted every cosine (docs/evaluation.md, "Any corpus").
Every document gets a score, so that nothing is lost to a candidate limit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assistant.retrieval.documents import Document
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex, Say, build_hybrid
from assistant.retrieval.segmentation import Segmenter

FloatArray = npt.NDArray[np.float32]

# A full match of words against one standard deviation of the cosines.
WORDS_WEIGHT = 6.0
_CHUNKS_SCORED = 3000


class CorpusSearch:
    """Ranks the documents of one corpus."""

    def __init__(
        self, documents: Sequence[Document], embedder: Embedder, say: Say | None = None
    ) -> None:
        self._index: HybridIndex = build_hybrid(documents, embedder, say=say)
        self._embedder, self._segmenter = embedder, Segmenter()

    def embed(self, questions: Sequence[str]) -> FloatArray:
        """Return question vectors with what all questions share taken out.

        The mean of many questions is style, not matter; with fewer than 50 it
        would be matter and is left in.
        """
        vectors = self._embedder.embed_questions(questions)
        if len(questions) < 50:
            return vectors
        centred = vectors - vectors.mean(axis=0)
        lengths = np.linalg.norm(centred, axis=1, keepdims=True).clip(min=1e-9)
        found: FloatArray = centred / lengths
        return found

    def search(self, question: str, vector: FloatArray, top: int) -> list[tuple[str, float]]:
        """Return up to `top` (docid, score), best first, ties by docid."""
        index = self._index
        terms = self._segmenter.terms(question)
        full_match = max(index.documents.weight_of(terms), 1e-9)
        words = index.documents.scores(terms) / np.float32(full_match)
        dense = np.full(len(index.doc_ids), -1.0, dtype=np.float32)
        rows, cosines = index.vectors.nearest(vector, min(_CHUNKS_SCORED, index.vectors.size))
        np.maximum.at(dense, index.document_of_passage(rows), cosines)
        seen = dense > -1.0
        dense[~seen] = dense[seen].min() if seen.any() else 0.0
        scores = WORDS_WEIGHT * words + _standardised(dense)
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], index.doc_ids[i]))[:top]
        return [(index.doc_ids[i], round(float(scores[i]), 5)) for i in order]


def _standardised(scores: FloatArray) -> FloatArray:
    """Return scores with mean 0 and spread 1; all equal scores become 0."""
    spread = float(scores.std())
    found: FloatArray = (scores - scores.mean()) / (spread if spread > 1e-9 else 1.0)
    return found
