"""Learn the fusion weights and the probability from labelled questions.

Two models, both convex and tiny: a conditional logit over the candidates of a
question (which one is right), and a logistic regression over the outcome (is
the first one right). The second is fitted on scores that the first gave to
questions it had not seen, by folds over entries, so that it is not too sure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.retrieval.calibrate import SIGNALS, Calibration, signals
from assistant.retrieval.evaluate import Outcome, risk_coverage, threshold_for
from assistant.retrieval.questions import LabelledQuestion
from assistant.retrieval.search import FEATURES, Candidate, HybridSearch, QueryEvidence
from assistant.retrieval.word_match import WordMatch

FloatArray = npt.NDArray[np.float64]

FOLDS = 5
RIDGE = 1e-3
# The promise of docs/evaluation.md. Two thirds of the refuse questions of
# data/calibration lie right beside an entry, more than citizens' do, so what holds
# there leaves room.
RISK = 0.03
REFUSED_ANSWERED = 0.03
# Caught by `answering.scope` before any threshold is asked.
CAUGHT_BEFORE = frozenset({"other_city"})
OFFER_AT_RECALL = 0.97
# Features that may only speak for (+1) or against (-1) a candidate.
_SIGNS = dict.fromkeys(FEATURES, 1) | {"unlike_gap": -1, "gap": -1, "unseen": -1}


@dataclass(frozen=True)
class Measured:
    """A labelled question with the features of its candidates."""

    question: LabelledQuestion
    evidence: QueryEvidence
    doc_ids: tuple[str, ...]
    gaps: tuple[float, float]


def measure(
    search: HybridSearch,
    questions: Sequence[LabelledQuestion],
    say: Callable[[int, int], None] | None = None,
) -> list[Measured]:
    """Return the features of the candidates of each question."""
    measured = []
    for number, question in enumerate(questions, start=1):
        vector = search.embedder.embed_questions([question.text])[0]
        evidence = search.evidence(question.text, vector)
        doc_ids = tuple(search.index.doc_ids[int(i)] for i in evidence.numbers)
        gaps = search.gap_signals(vector, without=question.text)
        measured.append(Measured(question, evidence, doc_ids, gaps))
        if say is not None:
            say(number, len(questions))
    return measured


def ranked(measured: Measured, weights: FloatArray, top: int = 10) -> list[Candidate]:
    """Return the candidates of a measured question, best first, under given weights."""
    scores = measured.evidence.features @ weights
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], measured.doc_ids[i]))[:top]
    return [
        Candidate(
            measured.doc_ids[i],
            float(scores[i]),
            tuple(float(value) for value in measured.evidence.features[i]),
            int(measured.evidence.best_rows[i]),
        )
        for i in order
    ]


def fit_weights(measured: Sequence[Measured]) -> FloatArray:
    """Return one weight per feature that makes right candidates win; signs are kept."""
    from scipy.optimize import minimize

    rows = [
        (item.evidence.features.astype(np.float64), item.doc_ids.index(item.question.entry_id))
        for item in measured
        if item.question.entry_id in item.doc_ids
    ]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, gradient = (
            RIDGE * float(weights @ weights) * len(rows),
            2 * RIDGE * weights * len(rows),
        )
        for features, right in rows:
            scores = features @ weights
            scores -= scores.max()
            shares = np.exp(scores)
            shares /= shares.sum()
            total -= float(np.log(max(shares[right], 1e-12)))
            gradient += shares @ features - features[right]
        return total, gradient

    bounds = [(0, None) if _SIGNS[name] > 0 else (None, 0) for name in FEATURES]
    start = np.array([float(_SIGNS[name]) for name in FEATURES])
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    weights: FloatArray = found.x
    return weights


def fit_calibration(measured: Sequence[Measured], words: WordMatch, evaluation: str) -> Calibration:
    """Return weights, probability model and thresholds learned from labelled questions."""
    weights = fit_weights(measured)
    rows, is_right = held_out_signals(measured, words)
    signal_weights, bias = _fit_probability(rows, is_right)
    probabilities = cross_validated(rows, is_right)
    outcomes = [
        Outcome(item.question, is_right=bool(right), probability=float(probability))
        for item, right, probability in zip(measured, is_right, probabilities, strict=True)
    ]
    thresholds = risk_coverage(
        [
            replace(o, probability=0.0) if o.question.because in CAUGHT_BEFORE else o
            for o in outcomes
        ]
    )
    answer_at = threshold_for(thresholds, risk=RISK, refused_answered=REFUSED_ANSWERED)
    answerable = sorted(o.probability for o in outcomes if not o.question.is_refused)
    offer_at = answerable[int((1 - OFFER_AT_RECALL) * len(answerable))] if answerable else 0.1
    return Calibration(
        weights={name: round(float(w), 5) for name, w in zip(FEATURES, weights, strict=True)},
        signal_weights={
            name: round(float(w), 5) for name, w in zip(SIGNALS, signal_weights, strict=True)
        },
        bias=round(float(bias), 5),
        answer_at=round(answer_at, 4),
        offer_at=round(min(offer_at, answer_at), 4),
        evaluation=evaluation,
    )


def _fold(text: str) -> int:
    """Return the fold of a key, the same on every machine."""
    return hashlib.sha256(text.encode("utf-8")).digest()[0] % FOLDS


def held_out_rankings(measured: Sequence[Measured]) -> list[list[Candidate]]:
    """Return the candidates of each question under weights fitted without its fold of entries."""
    found: list[list[Candidate]] = [[] for _ in measured]
    folds = [_fold(item.question.entry_id or item.question.text) for item in measured]
    for fold in range(FOLDS):
        weights = fit_weights([m for m, f in zip(measured, folds, strict=True) if f != fold])
        for number, item in enumerate(measured):
            if folds[number] == fold:
                found[number] = ranked(item, weights)
    return found


def held_out_right(measured: Sequence[Measured]) -> list[bool]:
    """Return of each question whether its held-out ranking has the right entry first."""
    return [
        bool(candidates) and candidates[0].doc_id == item.question.entry_id
        for item, candidates in zip(measured, held_out_rankings(measured), strict=True)
    ]


def held_out_signals(
    measured: Sequence[Measured], words: WordMatch
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return signals and truth of each question under its held-out ranking."""
    rows = np.zeros((len(measured), len(SIGNALS)))
    is_right = np.zeros(len(measured), dtype=bool)
    for number, candidates in enumerate(held_out_rankings(measured)):
        if candidates:
            question = measured[number].question
            matched = words.signals(question.text, [found.doc_id for found in candidates])
            rows[number] = signals(question.text, candidates, matched, measured[number].gaps)
            is_right[number] = candidates[0].doc_id == question.entry_id
    return rows, is_right


def _fit_probability(rows: FloatArray, is_right: npt.NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Return weights and bias of a logistic regression on unscaled signals."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.mean(axis=0), rows.std(axis=0).clip(min=1e-6)
    model = LogisticRegression(C=1.0, max_iter=1000).fit((rows - mean) / spread, is_right)
    weights: FloatArray = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def cross_validated(rows: FloatArray, is_right: npt.NDArray[np.bool_]) -> FloatArray:
    """Return each question's probability under a model that was fitted without it."""
    probabilities = np.zeros(len(rows))
    folds = np.arange(len(rows)) % FOLDS
    for fold in range(FOLDS):
        weights, bias = _fit_probability(rows[folds != fold], is_right[folds != fold])
        scores = (rows[folds == fold] @ weights + bias).clip(-30, 30)
        probabilities[folds == fold] = 1 / (1 + np.exp(-scores))
    return probabilities
