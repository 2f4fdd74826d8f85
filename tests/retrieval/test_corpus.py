"""Retrieval over any corpus: one hit a document, long texts split, every document ranked."""

from __future__ import annotations

import pytest

from assistant.retrieval.corpus import CorpusSearch
from assistant.retrieval.documents import document_of_text
from assistant.retrieval.embedder import Embedder

GENERAL = "本条规定一般事项，由有关部门负责实施。" * 60
LONG = f"云州市综合办法\n{GENERAL}养犬应当办理犬只登记证。"
TEXTS = {
    "d1": "公积金提取办法\n租房提取住房公积金需要无房证明。",
    "d2": LONG,
    "d3": "社保卡补办指南\n社保卡遗失后到服务网点补卡。",
    "d4": "",
}


@pytest.fixture(scope="module")
def search(embedder: Embedder) -> CorpusSearch:
    """The tiny corpus."""
    return CorpusSearch([document_of_text(name, text) for name, text in TEXTS.items()], embedder)


def hits(search: CorpusSearch, question: str, top: int = 10) -> list[tuple[str, float]]:
    """Return the hits of one question."""
    return search.search(question, search.embed([question])[0], top)


@pytest.mark.parametrize(
    ("question", "docid"), [("怎么提公积金", "d1"), ("狗证", "d2"), ("社保卡丢了", "d3")]
)
def test_a_question_finds_its_document_also_in_the_last_sentence(
    search: CorpusSearch, question: str, docid: str
) -> None:
    """A long text is found by any of its parts."""
    assert docid == hits(search, question)[0][0]


def test_hits_are_per_document_and_best_first(search: CorpusSearch) -> None:
    """A text of many chunks stands once in the list, and none is left out."""
    found = hits(search, "养犬登记")
    assert sorted(TEXTS) == sorted(docid for docid, _score in found)
    scores = [score for _docid, score in found]
    assert scores == sorted(scores, reverse=True)
    assert 2 == len(hits(search, "养犬登记", 2))


def test_documents_that_match_alike_are_ordered_by_id(embedder: Embedder) -> None:
    """Two runs over one corpus give one file."""
    same = [document_of_text(name, "社保卡补办") for name in ("b", "c", "a")]
    assert ["a", "b", "c"] == [docid for docid, _ in hits(CorpusSearch(same, embedder), "社保卡")]


def test_a_question_without_words_is_ranked_without_error(search: CorpusSearch) -> None:
    """An empty line in a file of questions costs nobody the others."""
    for question in ("", "？", "👍"):
        assert len(TEXTS) == len(hits(search, question))


def test_a_few_questions_are_embedded_as_they_are(search: CorpusSearch, embedder: Embedder) -> None:
    """Only the mean of many is style; that of a few would be matter."""
    few = ["社保卡丢了", "公积金"]
    assert (embedder.embed_questions(few) == search.embed(few)).all()
    many = search.embed([f"第{number}个问题" for number in range(60)])
    assert float(abs(many.mean(axis=0)).max()) < 0.1
