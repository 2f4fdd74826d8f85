"""A tiny index and embedders for tests; the real model stands behind all but `Lengths`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.retrieval.documents import Document
from assistant.retrieval.embedder import (
    Embedder,
    FloatArray,
    Progress,
    QuestionRead,
    QuestionReader,
)
from assistant.retrieval.hybrid_index import HybridIndex, build_hybrid
from assistant.retrieval.search import FEATURES, Candidate, HybridSearch

CARD, FUND, DOG = "social/lost-card", "fund/withdraw", "city/dog-licence"
DOCUMENTS = (
    Document(
        CARD,
        ("社保卡丢了怎么补", "社会保障卡遗失补办"),
        ("社保卡补办\n带身份证到社保卡服务网点申请补卡。",),
        ("社保卡密码忘了怎么办",),
    ),
    Document(
        FUND,
        ("公积金怎么提取", "租房能不能提公积金"),
        ("公积金提取\n租房提取住房公积金需要无房证明。",),
    ),
    Document(
        DOG,
        ("养狗要办证吗",),
        ("犬只登记\n养犬应当到公安派出所登记，领取犬只登记证。",),
    ),
)


def small_index(embedder: Embedder) -> HybridIndex:
    """Return the index over DOCUMENTS."""
    return build_hybrid(DOCUMENTS, embedder, words=("社保卡", "公积金"))


def searching(embedder: Embedder, **weights: float) -> HybridSearch:
    """Return a search over the tiny index; by default the best similar question decides."""
    return HybridSearch(small_index(embedder), embedder, weights or {"question_cosine": 1.0})


def candidate(doc_id: str, score: float, **features: float) -> Candidate:
    """Return a candidate; features that are not named are 0."""
    return Candidate(doc_id, score, tuple(features.get(name, 0.0) for name in FEATURES))


class Counting:
    """Passes everything on to a real embedder and counts what the network is asked."""

    def __init__(self, inner: QuestionReader) -> None:
        self._inner, self.asked = inner, 0
        self.name, self.dimension = inner.name, inner.dimension
        self.inner_dimension = inner.inner_dimension

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Count and pass on."""
        self.asked += 1
        return self._inner.embed_questions(texts, progress)

    def read_question(self, text: str) -> QuestionRead:
        """Count and pass on."""
        self.asked += 1
        return self._inner.read_question(text)

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on."""
        return getattr(self._inner, name)


class Lengths:
    """Stands for a model where no meaning is needed: a text's vector tells its length."""

    name, dimension, inner_dimension = "lengths", 2, 2

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Return (length, 1), scaled to length 1."""
        rows = np.array([[len(text), 1.0] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    embed_passages = embed_questions

    def question_tokens(self, text: str) -> FloatArray:
        """Return one token."""
        return self.embed_questions([text])

    passage_tokens = question_tokens

    def read_question(self, text: str) -> QuestionRead:
        """Return the vector thrice."""
        vector = self.embed_questions([text])
        return QuestionRead(vector[0], vector, vector)


def unit_rows(n: int, dimension: int = 16, seed: int = 0) -> FloatArray:
    """Return random float32 rows of length 1, the same for a seed."""
    rows = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
