"""BM25: what counts, and that saving changes nothing."""

from __future__ import annotations

import math

import pytest

from assistant.retrieval.lexical import K1, B, LexicalIndex, build_lexical

UNITS = [["社保", "卡", "丢"], ["社保", "缴费"], ["公积金", "提取", "提取"]]


def test_a_score_is_bm25_by_the_book():
    """One term in one unit gives the value of the formula."""
    index = build_lexical(UNITS)
    idf = math.log1p((3 - 1 + 0.5) / (1 + 0.5))
    relative = 3 / (8 / 3)
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * relative))
    assert expected == pytest.approx(float(index.scores(["提取"])[2]), rel=1e-5)


def test_units_without_a_term_score_nothing():
    """Nothing is added where nothing matches."""
    index = build_lexical(UNITS)
    assert [0.0, 0.0, 0.0] == index.scores(["没有"]).tolist()
    assert [True, True, False] == (index.scores(["社保"]) > 0).tolist()


def test_a_rare_term_is_worth_more_than_a_common_one_and_an_unseen_one_the_most():
    """Weight of a full match grows with what is telling."""
    index = build_lexical(UNITS)
    assert index.idf_of("社保") < index.idf_of("提取") < index.idf_of("没见过")


def test_an_index_reads_back_as_it_was(tmp_path):
    """Scores after loading equal scores before saving."""
    index = build_lexical(UNITS)
    index.save(tmp_path, "x")
    again = LexicalIndex.load(tmp_path, "x")
    terms = ["社保", "提取", "卡"]
    assert index.scores(terms).tolist() == again.scores(terms).tolist()
    assert index.weight_of(terms) == pytest.approx(again.weight_of(terms))


def test_an_empty_index_answers_nothing():
    """No unit, no score, no error."""
    assert [] == build_lexical([]).scores(["社保"]).tolist()
