"""Both indexes of an edition: layout, saving, and refusing what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import EditionDamaged, IndexEditionMismatch
from assistant.retrieval.documents import Document
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import CHUNK, QUESTION, UNLIKE, HybridIndex, build_hybrid
from assistant.retrieval.search import HybridSearch
from tests.retrieval.small_index import CARD, DOCUMENTS, DOG, FUND, small_index


@pytest.fixture(scope="module")
def built(embedder: Embedder) -> HybridIndex:
    """The index over the tiny documents."""
    return small_index(embedder)


@pytest.fixture
def saved(built: HybridIndex, tmp_path: Path) -> Path:
    """The same, on disk."""
    built.save(tmp_path)
    return tmp_path


def test_passages_of_a_document_stand_together_in_the_order_of_kinds(built: HybridIndex) -> None:
    """Documents by id; questions, then chunks, then counter-questions."""
    assert (DOG, FUND, CARD) == built.doc_ids
    kinds = [
        built.kinds[built.starts[n] : built.starts[n + 1]].tolist()
        for n in range(len(built.doc_ids))
    ]
    assert [
        [QUESTION, CHUNK], [QUESTION, QUESTION, CHUNK], [QUESTION, QUESTION, CHUNK, UNLIKE],
    ] == kinds  # fmt: skip
    assert [0, 0, 1, 1, 1, 2, 2, 2, 2] == built.document_of_passage(np.arange(9)).tolist()


def test_the_order_of_documents_does_not_matter(built: HybridIndex, embedder: Embedder) -> None:
    """A file system may list entries in any order."""
    again = build_hybrid(DOCUMENTS[::-1], embedder, words=("社保卡", "公积金"))
    rows = np.arange(9)
    assert built.doc_ids == again.doc_ids
    assert np.array_equal(built.vectors.vectors(rows), again.vectors.vectors(rows))
    assert built.passages.scores(["社保卡"]).tolist() == again.passages.scores(["社保卡"]).tolist()


def test_counter_questions_are_no_words_of_a_document(built: HybridIndex) -> None:
    """密码 stands only in a counter-question, so it must find nothing."""
    assert "密码" not in built.documents.term_ids
    assert "密码" not in built.passages.term_ids


def test_questions_are_embedded_as_questions_and_chunks_as_passages(
    built: HybridIndex, embedder: Embedder
) -> None:
    """Each kind with its own prefix."""
    stored = built.vectors.vectors(np.arange(2))
    (question,) = DOCUMENTS[2].questions
    (chunk,) = DOCUMENTS[2].chunks
    assert float(stored[0] @ embedder.embed_questions([question])[0]) > 0.98
    assert float(stored[1] @ embedder.embed_passages([chunk])[0]) > 0.98
    assert float(stored[1] @ embedder.embed_passages([chunk])[0]) > float(
        stored[1] @ embedder.embed_questions([chunk])[0]
    )


def test_an_index_reads_back_as_it_was(built: HybridIndex, saved: Path, embedder: Embedder) -> None:
    """Every search gives the same candidates with the same features."""
    again = HybridIndex.load(saved, embedder)
    weights = {"question_cosine": 2.0, "coverage": 1.0}
    before, after = (HybridSearch(index, embedder, weights) for index in (built, again))
    for question in ("社保卡丢了", "租房公积金", "狗"):
        assert before.search(question) == after.search(question)


def test_an_index_of_another_model_is_refused(saved: Path, embedder: Embedder) -> None:
    """Vectors of two models are never compared; the refusal names both."""
    described = json.loads((saved / "index.json").read_text("utf-8"))
    described["embedder"] = "another-model"
    (saved / "index.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(IndexEditionMismatch) as found:
        HybridIndex.load(saved, embedder)
    assert ("another-model", embedder.name) == (found.value.found, found.value.expected)


FILES = (
    "index.json", "layout.npz", "dense.faiss", "passages.npz", "passages.terms.json",
    "documents.npz", "documents.terms.json",
)  # fmt: skip


def test_saving_writes_exactly_the_files_that_are_checked(saved: Path) -> None:
    """A new file of the index is not forgotten below."""
    assert sorted(FILES) == sorted(path.name for path in saved.iterdir())


def damages() -> list[object]:
    """Return every file with every way to damage it."""
    return [
        pytest.param(name, how) for name in FILES for how in ("missing", "empty", "cut", "garbage")
    ]


@pytest.mark.parametrize(("name", "how"), damages())
def test_a_damaged_index_is_refused(saved: Path, embedder: Embedder, name: str, how: str) -> None:
    """Nothing answers from half an index."""
    path = saved / name
    content = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes({"empty": b"", "cut": content[:-40], "garbage": b"\x00{]" * 40}[how])
    with pytest.raises(EditionDamaged):
        HybridIndex.load(saved, embedder)


def test_an_index_without_documents_can_be_searched(embedder: Embedder) -> None:
    """An empty knowledge base answers nothing, without an error."""
    index = build_hybrid([], embedder)
    assert [] == HybridSearch(index, embedder, {}).search("社保卡")


def test_a_document_without_questions_is_found_by_its_text(embedder: Embedder) -> None:
    """Free texts have chunks only."""
    documents = [Document("a", (), ("养犬登记",)), Document("b", (), ("公积金提取",))]
    search = HybridSearch(build_hybrid(documents, embedder), embedder, {"chunk_cosine": 1.0})
    assert "b" == search.search("怎么提取公积金")[0].doc_id
