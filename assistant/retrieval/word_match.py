"""Is every word of a question met by the entry? The last evidence before answering.

A near miss (社保卡密码 against 社保卡补办) has a sentence vector close to the entry's
and shares most of its words; what gives it away is the one word that nothing in the
entry corresponds to. The network gives each token a vector in its context; for each
token of the question the best cosine to any token of the entry's questions, and of
those and its answer, is taken (late interaction). Only the first two candidates are
looked at. The tokens of an entry are computed when it is first a candidate, or before
in idle moments (`warm`), and kept. Figures: docs/evaluation.md, "Words".
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from assistant.clock import monotonic_seconds
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
# Their mean token is taken out: it says "Chinese question" and nothing else. They are the
# same for every edition, so that an entry's tokens are, too.
_CENTRE = (
    "身份证丢了怎么补办", "孩子上小学要什么条件", "医保在外地住院怎么报销", "公积金租房能提多少",
    "小区停车费涨价谁来管", "办营业执照要带什么材料", "护照到期换新的多少钱", "领结婚证去哪里",
    "老人高龄津贴怎么申请", "工资一直拖着不发怎么办", "楼上漏水物业不管", "驾驶证扣分怎么查",
    "暖气不热给退费吗", "噪音扰民打哪个电话", "社保断交有什么影响", "买二手房要交哪些税",
    "狗证在哪儿办", "残疾证多久能下来", "退休年龄是怎么规定的", "失业金能领几个月",
)  # fmt: skip


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

    def learn_from(self, former: WordMatch) -> None:
        """Take over what the edition before knew of entries that are still the same."""
        known = former.known_of(self._entries)
        with self._lock:
            self._kept.update(known)

    def known_of(self, entries: Mapping[str, Entry]) -> dict[str, EntryTokens]:
        """Return the kept tokens of those entries that have the same words here and there."""
        with self._lock:
            kept = dict(self._kept)
        return {
            doc_id: tokens
            for doc_id, tokens in kept.items()
            if (other := entries.get(doc_id)) is not None
            and other.questions == self._entries[doc_id].questions
            and other.answer == self._entries[doc_id].answer
        }

    def warm(self, seconds: float) -> bool:
        """Compute tokens for at most about `seconds`; return whether nothing is left to do."""
        end = monotonic_seconds() + seconds
        for doc_id in islice(self._entries, _KEPT):
            if doc_id not in self._kept:
                self._tokens_of(doc_id)
                if monotonic_seconds() >= end:
                    return False
        return True

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
        """Return the mean token of _CENTRE."""
        if self._mean is None:
            tokens = [self._embedder.question_tokens(text) for text in _CENTRE]
            self._mean = np.concatenate(tokens).mean(axis=0)
        return self._mean


def _directions(vectors: FloatArray) -> FloatArray:
    """Return the rows with length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-6)
    found: FloatArray = vectors / lengths
    return found
