"""Is every word of a question met by the entry? The last evidence before answering.

A near miss (社保卡密码 against 社保卡补办) has a sentence vector close to the entry's
and shares most of its words; what gives it away is the one word that nothing in the
entry corresponds to. The network gives each token a vector in its context; for each
token of the question the best cosine to any token of the entry's questions, and of
those and its answer, is taken (late interaction). Only the first two candidates are
looked at. The tokens of an entry are computed when it is first a candidate and kept.
Figures: docs/evaluation.md, "Words".
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.knowledge.entry import Entry
from assistant.retrieval.documents import answer_chunks
from assistant.retrieval.embedder import Embedder

FloatArray = npt.NDArray[np.float32]
HalfArray = npt.NDArray[np.float16]

_MEASURES = ("mean", "least", "least_three")
WORD_SIGNALS = (
    *(f"first_questions_{name}" for name in _MEASURES),
    *(f"first_all_{name}" for name in _MEASURES),
    *(f"second_questions_{name}" for name in _MEASURES),
    *(f"second_all_{name}" for name in _MEASURES),
)
COMPARED = 2
# An entry's tokens take about 170 KB: 400 entries, 70 MB.
_KEPT = 400
# Titles whose mean token is taken out: it says "Chinese question" and nothing else.
_TITLES_FOR_MEAN = 64


@dataclass(frozen=True)
class EntryTokens:
    """Centred token vectors of length 1: of an entry's questions, and of its answer."""

    questions: HalfArray
    answer: HalfArray


class WordMatch:
    """Compares questions with the entries of one edition; safe to share between threads."""

    def __init__(self, entries: Mapping[str, Entry], embedder: Embedder) -> None:
        self._entries, self._embedder = entries, embedder
        self._kept: OrderedDict[str, EntryTokens] = OrderedDict()
        self._mean: FloatArray | None = None
        self._lock = threading.Lock()

    def signals(self, question: str, doc_ids: Sequence[str]) -> tuple[float, ...]:
        """Return WORD_SIGNALS for the first candidates of a question; zeros where none is."""
        tokens = _directions(self._embedder.question_tokens(question) - self._centre())
        found: list[float] = []
        for doc_id in doc_ids[:COMPARED] if len(tokens) else ():
            entry = self._tokens_of(doc_id)
            by_questions = (tokens @ entry.questions.astype(np.float32).T).max(axis=1)
            by_answer = (tokens @ entry.answer.astype(np.float32).T).max(axis=1)
            for best in (by_questions, np.maximum(by_questions, by_answer)):
                ordered = np.sort(best)
                found += [float(best.mean()), float(ordered[0]), float(ordered[:3].mean())]
        return (*found, *(0.0 for _ in range(len(WORD_SIGNALS) - len(found))))

    def _tokens_of(self, doc_id: str) -> EntryTokens:
        """Return an entry's tokens, computed at its first call."""
        with self._lock:
            known = self._kept.get(doc_id)
            if known is not None:
                self._kept.move_to_end(doc_id)
                return known
        entry = self._entries[doc_id]
        ask, read = self._embedder.question_tokens, self._embedder.passage_tokens
        fresh = EntryTokens(
            questions=self._stored([ask(text) for text in entry.questions]),
            answer=self._stored([read(text) for text in answer_chunks(entry)]),
        )
        with self._lock:
            self._kept[doc_id] = fresh
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return fresh

    def _stored(self, parts: Sequence[FloatArray]) -> HalfArray:
        """Return token vectors of several texts, centred, of length 1, in half precision."""
        stored: HalfArray = _directions(np.concatenate(parts) - self._centre()).astype(np.float16)
        return stored

    def _centre(self) -> FloatArray:
        """Return the mean token of some titles, taken evenly from all entries."""
        if self._mean is None:
            titles = [self._entries[key].title for key in sorted(self._entries)]
            chosen = titles[:: max(1, len(titles) // _TITLES_FOR_MEAN)][:_TITLES_FOR_MEAN]
            tokens = [self._embedder.question_tokens(title) for title in chosen]
            self._mean = np.concatenate(tokens).mean(axis=0)
        return self._mean


def _directions(vectors: FloatArray) -> FloatArray:
    """Return the rows with length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-6)
    found: FloatArray = vectors / lengths
    return found
