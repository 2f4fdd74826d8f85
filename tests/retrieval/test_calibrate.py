"""The probability of an answer: its file, its signals, and what learning may not do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelMissing
from assistant.retrieval.calibrate import GAP_SIGNALS, SIGNALS, Calibration, signals
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.fit import FOLDS, _fold, fit_weights, measure, ranked
from assistant.retrieval.questions import LabelledQuestion, read_questions
from assistant.retrieval.search import FEATURES, HybridSearch
from assistant.retrieval.word_match import WORD_SIGNALS
from assistant.settings import Settings
from tests.retrieval.small_index import CARD, DOG, FUND, candidate, searching

WORDS, GAPS = (0.0,) * len(WORD_SIGNALS), (0.0,) * len(GAP_SIGNALS)
QUESTIONS = [
    LabelledQuestion("社保卡不见了", CARD), LabelledQuestion("补社保卡", CARD),
    LabelledQuestion("租房提取", FUND), LabelledQuestion("公积金取出来", FUND),
    LabelledQuestion("狗证在哪办", DOG), LabelledQuestion("火星签证", "", "off_topic"),
]  # fmt: skip


def calibration(**signal_weights: float) -> Calibration:
    """Return one that weighs the named signals only."""
    return Calibration(
        weights=dict.fromkeys(FEATURES, 1.0),
        signal_weights={name: signal_weights.get(name, 0.0) for name in SIGNALS},
        bias=0.0,
        answer_at=0.5,
        offer_at=0.2,
        evaluation="test",
    )


def test_no_candidate_has_no_probability():
    """Nothing found is never answered."""
    assert 0.0 == replace(calibration(), bias=30.0).probability("q", [], WORDS, GAPS)


@pytest.mark.parametrize("score", [-1e6, -1.0, 0.0, 1.0, 1e6])
def test_a_probability_lies_between_0_and_1_and_grows_with_the_score(score):
    """Also where a logistic function would overflow."""
    found = calibration(top_score=1.0)
    value = found.probability("q", [candidate("a", score)], WORDS, GAPS)
    assert 0.0 < value < 1.0
    assert value <= found.probability("q", [candidate("a", score + 0.5)], WORDS, GAPS)


def test_signals_stand_in_the_order_of_their_names():
    """A weight never meets another signal's value."""
    first = candidate("a", 2.0, coverage=0.75)
    second = candidate("b", 0.5, question_cosine=0.4)
    found = dict(zip(SIGNALS, signals("四个字的", [first, second], WORDS, GAPS), strict=True))
    assert (2.0, 1.5) == (found["top_score"], found["margin"])
    assert 0.4 == found["second_cosine"]
    assert 0.75 == found["coverage"]
    assert np.log(5) == pytest.approx(found["length"])
    assert 1 / (1 + np.exp(-1.5)) == pytest.approx(found["share"])


def test_a_lone_candidate_stands_out_the_most():
    """Without a second the margin is the greatest there is."""
    found = dict(zip(SIGNALS, signals("q", [candidate("a", 1.0)], WORDS, GAPS), strict=True))
    assert (10.0, 1.0, 0.0) == (found["margin"], found["share"], found["second_cosine"])


def test_a_calibration_reads_back_as_it_was(tmp_path: Path):
    """And its file can be compared line by line."""
    path = tmp_path / "retrieval.json"
    calibration(margin=0.5).save(path)
    assert calibration(margin=0.5) == Calibration.load(path)
    rows = json.loads(path.read_text("utf-8"))
    assert list(rows) == sorted(rows)


@pytest.mark.parametrize("how", ["absent", "no JSON", "a field less", "a field more"])
def test_a_calibration_that_is_not_whole_is_refused(tmp_path: Path, how: str):
    """No threshold is ever guessed."""
    path = tmp_path / "retrieval.json"
    calibration().save(path)
    rows = json.loads(path.read_text("utf-8"))
    if how == "absent":
        path.unlink()
    elif how == "no JSON":
        path.write_text("{", encoding="utf-8")
    else:
        rows = {**rows, "surprise": 1} if how.endswith("more") else {"bias": rows["bias"]}
        path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ModelMissing):
        Calibration.load(path)


def test_the_calibration_of_this_code_knows_every_signal(settings: Settings):
    """A new feature without a weight fails here and not at a citizen's question."""
    found = Calibration.load(settings.root / "data" / "calibration" / "retrieval.json")
    assert set(SIGNALS) == set(found.signal_weights)
    assert set(FEATURES) == set(found.weights)
    assert 0.0 < found.offer_at <= found.answer_at < 1.0
    assert found.evaluation


@pytest.fixture(scope="module")
def search(embedder: Embedder) -> HybridSearch:
    """The tiny search."""
    return searching(embedder)


def test_learned_weights_keep_their_signs_and_put_right_ones_first(search: HybridSearch):
    """Evidence for never speaks against, whatever few questions suggest."""
    measured = measure(search, QUESTIONS)
    weights = dict(zip(FEATURES, fit_weights(measured), strict=True))
    for name, weight in weights.items():
        assert weight <= 0.0 if name in ("unlike_gap", "gap", "unseen") else weight >= 0.0, name
    values = np.array(list(weights.values()))
    for item in measured[:-1]:
        assert item.question.entry_id == ranked(item, values)[0].doc_id


def test_a_question_whose_entry_was_not_found_teaches_nothing(search: HybridSearch):
    """It cannot be put first by any weights, so it must not bend them."""
    measured = measure(search, QUESTIONS[:5])
    stranger = measure(search, [LabelledQuestion("公积金", "no/such-entry")])
    assert fit_weights(measured).tolist() == fit_weights([*measured, *stranger]).tolist()


def test_the_questions_of_an_entry_share_a_fold():
    """What is learned from one wording is not measured on another of the same entry."""
    folds = [_fold(f"topic/entry-{number}") for number in range(200)]
    assert folds == [_fold(f"topic/entry-{number}") for number in range(200)]
    assert set(range(FOLDS)) == set(folds)


@pytest.mark.parametrize(
    "row", ["- {question: q}", "- {question: q, entry: a, refuse: true}", "- {entry: a}"]
)
def test_a_labelled_question_says_exactly_one_thing(tmp_path: Path, row: str):
    """An entry, or that it must be refused; never both or neither."""
    from assistant.errors import InvalidKnowledge

    (tmp_path / "a.yml").write_text(row, encoding="utf-8")
    with pytest.raises(InvalidKnowledge, match=r"a\.yml: row 1"):
        read_questions(tmp_path)
