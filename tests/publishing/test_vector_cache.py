"""The cache of vectors: whatever happened to its file, the vectors are right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.publishing.vector_cache import RememberingEmbedder
from tests.publishing.killed import MadeUp

TEXTS = [f"第{number}个问题" for number in range(6)]


class Counting(MadeUp):
    """Counts the texts that it was asked for."""

    def __init__(self, name: str = "model", dimension: int = 8) -> None:
        super().__init__(name, dimension)
        self.asked: list[str] = []

    def embed_questions(self, texts: Sequence[str], progress: Any = None) -> Any:
        """See Embedder."""
        self.asked += texts
        return super().embed_questions(texts)

    embed_passages = embed_questions


def remember(folder: Path, texts: Sequence[str] = TEXTS) -> Path:
    """Fill a cache and return its file."""
    embedder = RememberingEmbedder(Counting(), folder)
    embedder.embed_questions(texts)
    embedder.save()
    return embedder.path


def test_known_texts_are_not_embedded_again(tmp_path: Path) -> None:
    """One changed entry costs one vector; equal texts cost one, order and repeats kept."""
    remember(tmp_path)
    inner = Counting()
    vectors = RememberingEmbedder(inner, tmp_path).embed_questions(
        ["新的", *TEXTS, "新的", TEXTS[0]]
    )

    assert ["新的"] == inner.asked
    expected = Counting().embed_questions(["新的", *TEXTS, "新的", TEXTS[0]])
    assert np.array_equal(expected, vectors)


def test_a_question_and_a_passage_of_the_same_words_are_two_vectors(tmp_path: Path) -> None:
    """The model tells them apart, so the cache must."""
    remember(tmp_path)
    inner = Counting()
    RememberingEmbedder(inner, tmp_path).embed_passages(TEXTS[:1])

    assert TEXTS[:1] == inner.asked


@pytest.mark.parametrize("other", [Counting("other"), Counting("model", 16)])
def test_vectors_of_another_model_are_not_used(tmp_path: Path, other: Counting) -> None:
    """Another name or another dimension counts as an empty cache."""
    remember(tmp_path)
    vectors = RememberingEmbedder(other, tmp_path).embed_questions(TEXTS)

    assert TEXTS == other.asked
    assert (len(TEXTS), other.dimension) == vectors.shape


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    """Cut anywhere, a byte changed anywhere: vectors are right, and the next save mends it."""
    path = remember(tmp_path)
    whole = path.read_bytes()
    expected = Counting().embed_questions(TEXTS)
    damaged = [b"", b"x", b"PK\x03\x04", whole[:-1], whole + b"x", whole[::-1]]
    damaged += [whole[:place] for place in range(0, len(whole), 97)]
    for place in range(0, len(whole), 3):
        damaged.append(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
    for raw in damaged:
        path.write_bytes(raw)
        vectors = RememberingEmbedder(Counting(), tmp_path).embed_questions(TEXTS)
        assert np.array_equal(expected, vectors)
    remember(tmp_path)
    inner = Counting()
    RememberingEmbedder(inner, tmp_path).embed_questions(TEXTS)
    assert [] == inner.asked


@pytest.mark.parametrize(
    "arrays",
    [
        {"keys": np.array(["a"] * 6), "vectors": np.zeros((6, 8))},
        {"keys": np.arange(6), "vectors": np.zeros((6, 8))},
        {"keys": np.array([b"\xff" * 64] * 6), "vectors": np.zeros((6, 8))},
        {"keys": np.array([b"a"] * 5), "vectors": np.zeros((6, 8))},
        {"vectors": np.zeros((6, 8))},
        {"keys": np.array([b"a"]), "vectors": np.zeros(8)},
        {"keys": np.float32(1), "vectors": np.zeros((6, 8))},
    ],
)
def test_a_file_of_another_shape_counts_as_none(tmp_path: Path, arrays: dict[str, Any]) -> None:
    """What some other program wrote there is not taken for vectors."""
    path = remember(tmp_path)
    np.savez(path, **arrays)
    inner = Counting()

    RememberingEmbedder(inner, tmp_path).embed_questions(TEXTS)

    assert TEXTS == inner.asked


def test_what_is_not_asked_for_any_more_is_forgotten(tmp_path: Path) -> None:
    """The cache does not grow with every word that ever stood in the knowledge base."""
    remember(tmp_path)
    remember(tmp_path, TEXTS[:1])
    inner = Counting()
    RememberingEmbedder(inner, tmp_path).embed_questions(TEXTS)

    assert TEXTS[1:] == inner.asked


def test_an_embedder_that_was_not_asked_leaves_the_file_alone(tmp_path: Path) -> None:
    """A publish that stops early does not empty the cache."""
    before = remember(tmp_path).read_bytes()
    RememberingEmbedder(Counting(), tmp_path).save()

    assert before == remember(tmp_path).read_bytes()
