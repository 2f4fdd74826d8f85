"""A search over a tiny index: what each feature means, ties, and questions without words."""

from __future__ import annotations

import pytest

from assistant.retrieval.documents import Document
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex, build_hybrid
from assistant.retrieval.search import FEATURES, Candidate, HybridSearch
from tests.retrieval.small_index import CARD, DOCUMENTS, DOG, FUND, searching


@pytest.fixture(scope="module")
def search(embedder: Embedder) -> HybridSearch:
    """The tiny search; the best similar question decides."""
    return searching(embedder)


def found(search: HybridSearch, question: str) -> dict[str, Candidate]:
    """Return all candidates of a question by id."""
    return {candidate.doc_id: candidate for candidate in search.search(question)}


@pytest.mark.parametrize(
    ("question", "doc_id"),
    [
        ("社保卡不见了", CARD),
        ("租房提公积金", FUND),
        ("給狗辦證", DOG),
        ("ＥＴＣ社保卡", CARD),
    ],
)
def test_a_question_finds_its_document(search: HybridSearch, question: str, doc_id: str) -> None:
    """In other words, traditional characters and full width."""
    assert doc_id == search.search(question)[0].doc_id


def test_a_stored_question_matches_itself_in_full(search: HybridSearch) -> None:
    """Cosine 1, every word met, nothing missing, nothing unseen."""
    best = found(search, "公积金怎么提取")[FUND]
    assert 1.0 == pytest.approx(best.feature("question_cosine"), abs=0.02)
    assert 1.0 == pytest.approx(best.feature("question_cosine_raw"), abs=0.02)
    assert 1.0 == pytest.approx(best.feature("coverage"), abs=1e-5)
    assert best.feature("gap") == best.feature("unseen") == 0.0
    assert best.feature("question_match") > 0.5


def test_the_mean_cosine_is_over_the_documents_own_questions(search: HybridSearch) -> None:
    """With one question it is that question's; with two it lies below the best."""
    one, two = found(search, "养狗要办证吗")[DOG], found(search, "公积金怎么提取")[FUND]
    assert one.feature("question_cosine") == pytest.approx(one.feature("question_cosine_mean"))
    assert two.feature("question_cosine_mean") < two.feature("question_cosine")


def test_coverage_is_the_share_of_the_questions_words_that_occur(search: HybridSearch) -> None:
    """A foreign matter covers nothing; half a match lies between."""
    candidates = found(search, "社保卡无房证明")
    for candidate in candidates.values():
        assert 0.0 <= candidate.feature("coverage") < 1.0
    assert candidates[CARD].feature("coverage") > candidates[DOG].feature("coverage")


def test_the_gap_is_a_telling_word_that_a_document_lacks(search: HybridSearch) -> None:
    """公积金 is known to the index and missing from the card's document."""
    candidates = found(search, "公积金补办")
    assert candidates[CARD].feature("gap") > 0.0
    assert (
        candidates[CARD].feature("gap") > candidates[FUND].feature("gap")
        or candidates[FUND].feature("gap") > 0.0
    )


def test_what_no_document_knows_is_unseen_for_all(search: HybridSearch) -> None:
    """A stranger's question shows in every candidate alike, between 0 and 1."""
    values = {c.feature("unseen") for c in found(search, "火星移民签证").values()}
    assert 1 == len(values)
    assert 0.5 < values.pop() <= 1.0
    known = {c.feature("unseen") for c in found(search, "公积金怎么提取").values()}
    assert {0.0} == known


def test_a_counter_question_speaks_against_its_document(search: HybridSearch) -> None:
    """Asked nearly in the counter-question's words, the gap is positive; else it is 0."""
    assert found(search, "社保卡密码忘了怎么办")[CARD].feature("unlike_gap") > 0.0
    assert 0.0 == found(search, "社保卡丢了怎么补")[CARD].feature("unlike_gap")
    assert {0.0} == {
        c.feature("unlike_gap") for d, c in found(search, "社保卡密码忘了").items() if d != CARD
    }


def test_the_best_passage_is_the_question_that_was_meant(search: HybridSearch) -> None:
    """Editors are shown what matched."""
    first = search.search("社会保障卡遗失补办")[0]
    start = int(search.index.starts[search.index.doc_ids.index(CARD)])
    assert 1 == first.best_row - start


def test_a_score_is_the_weighted_sum_of_the_features(embedder: Embedder) -> None:
    """Nothing else decides the order."""
    weights = {name: 0.1 * number for number, name in enumerate(FEATURES)}
    for candidate in searching(embedder, **weights).search("社保卡丢了公积金"):
        expected = sum(weights[name] * candidate.feature(name) for name in FEATURES)
        assert expected == pytest.approx(candidate.score, abs=1e-4)


def test_equal_scores_are_ordered_by_id(embedder: Embedder) -> None:
    """The same question always gets the same answer."""
    twins = [Document(name, ("社保卡丢了怎么补",), ("补办",)) for name in ("c", "a", "b")]
    search = HybridSearch(build_hybrid(twins, embedder), embedder, {"question_cosine": 1.0})
    assert ["a", "b", "c"] == [candidate.doc_id for candidate in search.search("社保卡")]
    zero = HybridSearch(build_hybrid(DOCUMENTS, embedder), embedder, {})
    ids = [candidate.doc_id for candidate in zero.search("社保卡公积金狗")]
    assert ids == sorted(ids)


def test_at_most_as_many_as_asked_for(search: HybridSearch) -> None:
    """And they are the best ones."""
    assert search.search("社保卡")[:2] == search.search("社保卡", 2)


@pytest.mark.parametrize("question", ["", " ", "？！。", "👍", "的"], ids=repr)
def test_a_question_without_words_is_searched_without_error(
    search: HybridSearch, question: str
) -> None:
    """The vector may find something; the words find nothing."""
    for candidate in search.search(question):
        assert 0.0 == candidate.feature("coverage")
        assert 0.0 == candidate.feature("question_match") == candidate.feature("document_match")


def test_a_vector_at_hand_gives_the_same_search(search: HybridSearch, embedder: Embedder) -> None:
    """The network is not asked twice."""
    vector = embedder.embed_questions(["社保卡丢了"])[0]
    assert search.search("社保卡丢了") == search.search("社保卡丢了", vector=vector)


def test_every_feature_is_a_number_within_its_range(search: HybridSearch) -> None:
    """Learned weights may rely on it: shares within 0 and 1, cosines within -1 and 1."""
    for question in ("社保卡丢了怎么补", "", "公" * 500, "abc 123", "狗狗狗公积金社保卡密码"):
        for candidate in search.search(question):
            for name in ("coverage", "gap", "unseen"):
                assert -1e-6 <= candidate.feature(name) <= 1.0 + 1e-5, name
            for name in ("question_cosine", "question_cosine_raw", "chunk_cosine"):
                assert -1.001 <= candidate.feature(name) <= 1.001, name


GAPS = ("社保卡密码忘了怎么改", "公积金能不能还信用卡")


def test_a_known_gap_is_near_to_itself_and_can_be_left_out(embedder):
    """Learning must not meet the question itself, an answer must."""
    index = build_hybrid(DOCUMENTS, embedder, gaps=GAPS)
    search = HybridSearch(index, embedder, {})
    vector = embedder.embed_questions([GAPS[0]])[0]
    nearest, three = search.gap_signals(vector)
    assert nearest > 0.98
    assert three < nearest
    assert search.gap_signals(vector, without=GAPS[0])[0] < nearest


def test_without_known_gaps_nothing_speaks_against_an_answer(embedder):
    """A city that has noted none is not hindered."""
    search = HybridSearch(build_hybrid(DOCUMENTS, embedder), embedder, {})
    assert (0.0, 0.0) == search.gap_signals(embedder.embed_questions(["社保卡"])[0])


def test_known_gaps_are_kept_with_the_index(embedder, tmp_path):
    """What was published is what is loaded."""
    build_hybrid(DOCUMENTS, embedder, gaps=GAPS).save(tmp_path)
    index = HybridIndex.load(tmp_path, embedder)
    assert GAPS == index.gaps
    assert (len(GAPS), embedder.dimension) == index.gap_vectors.shape
