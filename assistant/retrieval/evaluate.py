"""Figures of retrieval: right entry at 1 and in the top 3, and risk against coverage.

Coverage counts answerable questions that are answered. Risk counts, of all
answers given to answerable questions, those from a wrong entry; answers to
questions that must be refused are counted apart.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.retrieval.questions import LabelledQuestion


@dataclass(frozen=True)
class Outcome:
    """What a search made of one labelled question."""

    question: LabelledQuestion
    is_right: bool
    probability: float
    in_top3: bool = False


@dataclass(frozen=True)
class Point:
    """One threshold: share of answerable questions answered, share of answers wrong."""

    threshold: float
    coverage: float
    risk: float
    refused_answered: float


@dataclass(frozen=True)
class Share:
    """A share with its size and its 95 % Wilson interval."""

    hits: int
    size: int

    @property
    def value(self) -> float:
        """The share itself; 0 for an empty set."""
        return self.hits / self.size if self.size else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the 95 % Wilson interval."""
        if not self.size:
            return 0.0, 1.0
        z, n, p = 1.959964, self.size, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        """Return `0.953 [0.935, 0.967] (694/728)`."""
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.hits}/{self.size})"


def at(outcomes: Sequence[Outcome], threshold: float) -> Point:
    """Return coverage, risk and refusals at one threshold."""
    answerable = [outcome for outcome in outcomes if not outcome.question.is_refused]
    refused = [outcome for outcome in outcomes if outcome.question.is_refused]
    answered = [outcome for outcome in answerable if outcome.probability >= threshold]
    wrong = sum(not outcome.is_right for outcome in answered)
    let_through = sum(outcome.probability >= threshold for outcome in refused)
    return Point(
        threshold,
        len(answered) / max(len(answerable), 1),
        wrong / max(len(answered), 1),
        let_through / max(len(refused), 1),
    )


def risk_coverage(outcomes: Sequence[Outcome]) -> list[Point]:
    """Return the curve over all thresholds that occur, highest threshold first."""
    thresholds = sorted({outcome.probability for outcome in outcomes}, reverse=True)
    return [at(outcomes, threshold) for threshold in thresholds]


def threshold_for(curve: Sequence[Point], *, risk: float, refused_answered: float) -> float:
    """Return the lowest threshold at which both kinds of wrong answers stay within bounds."""
    chosen = 1.0
    for point in curve:
        if point.risk <= risk and point.refused_answered <= refused_answered:
            chosen = point.threshold
    return chosen


def calibration_error(outcomes: Sequence[Outcome], bins: int = 10) -> float:
    """Return the expected calibration error over equally filled bins of probability."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.probability)
    total = 0.0
    for number in range(bins):
        part = ordered[len(ordered) * number // bins : len(ordered) * (number + 1) // bins]
        if part:
            said = sum(outcome.probability for outcome in part)
            true = sum(outcome.is_right for outcome in part)
            total += abs(said - true)
    return total / max(len(ordered), 1)


def coverage_within(outcomes: Sequence[Outcome], *, risk: float, refused_answered: float) -> float:
    """Return the best coverage that any threshold allows within both bounds, in hindsight.

    Flatters what it is told of, so it serves to compare baselines, not to promise.
    """
    points = [
        point.coverage
        for point in risk_coverage(outcomes)
        if point.risk <= risk and point.refused_answered <= refused_answered
    ]
    return max(points, default=0.0)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the true labels of (true, found) pairs."""
    labels = sorted({true for true, _found in pairs})
    scores = []
    for label in labels:
        hits = sum(true == found == label for true, found in pairs)
        named = sum(found == label for _true, found in pairs)
        there = sum(true == label for true, _found in pairs)
        scores.append(2 * hits / (named + there) if named + there else 0.0)
    return sum(scores) / max(len(scores), 1)


def bootstrap_interval(
    pairs: Sequence[tuple[str, str]], statistic: Callable[[Sequence[tuple[str, str]]], float]
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a statistic over 500 resamples, the same each time."""
    draw = random.Random(0)
    values = sorted(
        statistic([pairs[draw.randrange(len(pairs))] for _ in pairs]) for _ in range(500)
    )
    return values[12], values[487]
