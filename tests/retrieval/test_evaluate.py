"""Figures: intervals against known values, thresholds at their bounds, F1 by hand."""

from __future__ import annotations

import pytest

from assistant.retrieval.evaluate import (
    Outcome,
    Point,
    Share,
    at,
    bootstrap_interval,
    calibration_error,
    coverage_within,
    macro_f1,
    risk_coverage,
    threshold_for,
)
from assistant.retrieval.questions import LabelledQuestion

KNOWN = LabelledQuestion("q", "a")
REFUSED = LabelledQuestion("r", "", "near")


def outcome(probability: float, is_right: bool = True, is_refused: bool = False) -> Outcome:
    """Return an outcome of an answerable question, or of one to refuse."""
    return Outcome(REFUSED if is_refused else KNOWN, is_right and not is_refused, probability)


@pytest.mark.parametrize(
    ("hits", "size", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148"),
        pytest.param(0, 20, 0.0, 0.1611, id="0 of 20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing"),
    ],
)
def test_the_wilson_interval_is_that_of_the_literature(hits, size, low, high):
    """The bounds printed beside every figure are the published ones."""
    found = Share(hits, size).interval
    assert (low, high) == (pytest.approx(found[0], abs=1e-4), pytest.approx(found[1], abs=1e-4))


@pytest.mark.parametrize("size", [1, 7, 100])
def test_an_interval_mirrors_and_stays_within_0_and_1(size):
    """All of n is none of n turned round."""
    none, every = Share(0, size).interval, Share(size, size).interval
    assert none == (pytest.approx(1 - every[1]), pytest.approx(1 - every[0]))
    assert 0.0 <= none[0] <= none[1] <= 1.0


def test_a_share_tells_its_size():
    """No figure without its interval and its count."""
    assert "0.750 [0.301, 0.954] (3/4)" == str(Share(3, 4))


def test_coverage_and_risk_are_of_answerable_questions():
    """Refused ones count apart and never help."""
    outcomes = [outcome(0.9), outcome(0.8, False), outcome(0.2), outcome(0.85, is_refused=True),
                outcome(0.1, is_refused=True)]  # fmt: skip
    assert Point(0.5, 2 / 3, 1 / 2, 1 / 2) == at(outcomes, 0.5)
    assert Point(0.95, 0.0, 0.0, 0.0) == at(outcomes, 0.95)
    assert at([], 0.5) == Point(0.5, 0.0, 0.0, 0.0)


def test_a_threshold_includes_its_own_probability():
    """What is exactly as sure as needed is answered."""
    assert 1.0 == at([outcome(0.5)], 0.5).coverage


def test_the_curve_runs_from_sure_to_unsure_once_each():
    """One point a probability that occurs."""
    curve = risk_coverage([outcome(0.3), outcome(0.9), outcome(0.3), outcome(0.6, False)])
    assert [0.9, 0.6, 0.3] == [point.threshold for point in curve]
    assert [0.25, 0.5, 1.0] == [point.coverage for point in curve]


@pytest.mark.parametrize(
    ("risk", "refused", "expected"),
    [(0.0, 0.0, 0.9), (0.34, 0.0, 0.7), (0.5, 0.0, 0.7), (0.34, 1.0, 0.6), (1.0, 1.0, 0.1)],
)
def test_the_threshold_is_the_lowest_within_both_bounds(risk, refused, expected):
    """Answer as much as both promises allow, and no more."""
    outcomes = [outcome(0.9), outcome(0.8, False), outcome(0.7),
                outcome(0.6, is_refused=True), outcome(0.1, False)]  # fmt: skip
    curve = risk_coverage(outcomes)
    assert expected == threshold_for(curve, risk=risk, refused_answered=refused)


def test_nothing_is_answered_when_no_threshold_keeps_the_promise():
    """Then the threshold is one that no probability reaches."""
    curve = risk_coverage([outcome(0.9, False)])
    assert 1.0 == threshold_for(curve, risk=0.0, refused_answered=0.0)
    assert 0.0 == coverage_within([outcome(0.9, False)], risk=0.0, refused_answered=0.0)


def test_a_probability_that_tells_the_truth_has_no_calibration_error():
    """Half of what is said with 0.5 is right; all of what is said with 0 is wrong."""
    fair = [outcome(0.5, number % 2 == 0) for number in range(100)]
    assert 0.0 == pytest.approx(calibration_error(fair, bins=5))
    assert 0.9 == pytest.approx(calibration_error([outcome(0.9, False)] * 10))
    assert 0.0 == calibration_error([])


def test_macro_f1_is_the_mean_over_the_true_labels():
    """a: precision 1, recall 1/2; b: precision 1/2, recall 1. A label only found counts nothing."""
    assert 2 / 3 == pytest.approx(macro_f1([("a", "a"), ("a", "b"), ("b", "b")]))
    assert 0.0 == macro_f1([("a", "c")])
    assert 0.0 == macro_f1([])


def test_a_bootstrap_interval_holds_the_figure_and_is_the_same_each_time():
    """Chance has a seed."""
    pairs = [("a", "a" if number % 5 else "b") for number in range(100)]
    share = lambda drawn: sum(t == f for t, f in drawn) / len(drawn)  # noqa: E731
    low, high = bootstrap_interval(pairs, share)
    assert low < 0.8 < high
    assert (low, high) == bootstrap_interval(pairs, share)
