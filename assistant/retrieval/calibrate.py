"""What a fused score means: the probability that the first candidate is the right entry.

`Calibration` is data (data/calibration/retrieval.json): the weights that fuse
the features, the logistic model over the outcome of a search, and the two
thresholds, with the name of the evaluation that chose them. `wenban eval
--calibrate` learns it from data/calibration/*.yml; the golden questions are
never read for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import ModelMissing
from assistant.retrieval.search import FEATURES, Candidate
from assistant.retrieval.word_match import WORD_SIGNALS

# How near a question is to those known to have no answer (see HybridSearch.gap_signals).
GAP_SIGNALS = ("gap_nearest", "gap_three")
# What is known once a search has run; see `signals`.
SIGNALS = (
    "top_score",
    "margin",
    "share",
    "length",
    "second_cosine",
    "others_score",
    *FEATURES,
    *WORD_SIGNALS,
    *GAP_SIGNALS,
)

# Beyond this, more words are no more evidence: nonsense of 300 letters came out as certain.
_LONG_CHARS = 40


@dataclass(frozen=True)
class Calibration:
    """Learned numbers; `signal_weights` and `bias` make a probability of `signals`."""

    weights: dict[str, float]
    signal_weights: dict[str, float]
    bias: float
    answer_at: float
    offer_at: float
    evaluation: str

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read the file.

        Raises:
            ModelMissing: it is not there, lacks a field, or was learned for other signals.
        """
        try:
            found = cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as err:
            raise ModelMissing(path, f"the calibration cannot be read ({err})") from err
        if {*found.signal_weights} != {*SIGNALS} or {*found.weights} != {*FEATURES}:
            reason = "the calibration was learned for other signals; run 'wenban eval --calibrate'"
            raise ModelMissing(path, reason)
        return found

    @classmethod
    def untrained(cls) -> Calibration:
        """Return a calibration that knows nothing; learning starts from it."""
        weights, signal_weights = dict.fromkeys(FEATURES, 0.0), dict.fromkeys(SIGNALS, 0.0)
        return cls(weights, signal_weights, 0.0, 1.0, 1.0, "untrained")

    def save(self, path: Path) -> None:
        """Write the file, keys sorted."""
        path.write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
            encoding="utf-8",
        )

    def probability(
        self,
        question: str,
        candidates: Sequence[Candidate],
        words: Sequence[float],
        gaps: Sequence[float],
    ) -> float:
        """Return the probability, 0 to 1, that the first candidate answers the question.

        `words` are the WORD_SIGNALS of the question and these candidates, `gaps` the
        GAP_SIGNALS of the question.
        """
        if not candidates:
            return 0.0
        found = signals(question, candidates, words, gaps)
        total = self.bias + sum(
            self.signal_weights[name] * value for name, value in zip(SIGNALS, found, strict=True)
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def signals(
    question: str,
    candidates: Sequence[Candidate],
    words: Sequence[float],
    gaps: Sequence[float],
) -> tuple[float, ...]:
    """Return what tells a right first candidate from a wrong one, in the order of SIGNALS."""
    first, others = candidates[0], candidates[1:6]
    second = others[0].score if others else first.score - 10.0
    shares = [math.exp(min(0.0, candidate.score - first.score)) for candidate in candidates[:10]]
    return (
        first.score,
        min(first.score - second, 10.0),
        1.0 / sum(shares),
        math.log(1 + min(len(question), _LONG_CHARS)),
        others[0].feature("question_cosine") if others else 0.0,
        sum(other.score for other in others) / max(len(others), 1),
        *first.features,
        *words,
        *gaps,
    )
