"""How much a text sounds like those that told of danger: learned weights of short character runs.

Beside the rules, which know what to look for, stands what was learned from many
labelled messages (data/danger): runs of one to three characters, each weighted by
how rare it is and by how much it speaks for danger, and for which number. Set-up
learns the weights in seconds; using them needs nothing but this file.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import HotlineError
from assistant.safety.emergencies import NUMBERS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# A run that stands in fewer texts was seen by chance.
FEWEST_TEXTS = 2
FORMAT = 1
# What a text without any known run sounds like: nothing.
SILENT = -9.0
_PENALTY = 0.2


class PhraseWeightsInvalid(HotlineError):
    """The file of learned weights cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; run 'wenban danger train' (or 'make setup')")


@dataclass(frozen=True)
class Heard:
    """How every part of a text sounds, by running sums; `whole` counts each run once."""

    for_danger: list[float]
    squares: list[float]
    bias: float
    whole: float

    def danger(self, start: int, end: int) -> float:
        """Return the log-odds that the text between two positions tells of danger."""
        length = self.squares[end] - self.squares[start]
        if length <= 0:
            return SILENT
        return (self.for_danger[end] - self.for_danger[start]) / math.sqrt(length) + self.bias


@dataclass(frozen=True)
class PhraseWeights:
    """`runs[run]` is (rarity, weight for danger, weight for each of `NUMBERS`)."""

    runs: dict[str, tuple[float, ...]]
    bias: tuple[float, ...]
    learned_from: str

    @cached_property
    def _worth(self) -> dict[str, tuple[float, float]]:
        """What each run adds to the sums: its weighted rarity, and its rarity squared."""
        return {run: (row[0] * row[1], row[0] * row[0]) for run, row in self.runs.items()}

    def listen(self, text: str) -> Heard:
        """Return how a text sounds that is in the spelling of `plain_text`."""
        worth = self._worth
        seen: set[str] = set()
        for_danger, squares = [0.0], [0.0]
        total = length = whole = whole_length = 0.0
        for start in range(len(text)):
            for end in (start + 1, start + 2, start + 3):
                run = text[start:end]
                found = worth.get(run)
                if found is None:
                    break  # a longer run stands in no more texts than its beginning
                total += found[0]
                length += found[1]
                if run not in seen:
                    seen.add(run)
                    whole += found[0]
                    whole_length += found[1]
            for_danger.append(total)
            squares.append(length)
        loud = whole / math.sqrt(whole_length) + self.bias[0] if whole_length else SILENT
        return Heard(for_danger, squares, self.bias[0], loud)

    def numbers(self, text: str) -> dict[str, float]:
        """Return how much a text that tells of danger sounds like each number (log-odds)."""
        counts = {run: count for run, count in _runs(text).items() if run in self.runs}
        length = math.sqrt(sum(n * self.runs[run][0] ** 2 for run, n in counts.items())) or 1.0
        sums = list(self.bias[1:])
        for run, count in counts.items():
            row = self.runs[run]
            for place, weight in enumerate(row[2:]):
                sums[place] += count * row[0] / length * weight
        return dict(zip(NUMBERS, sums, strict=True))

    def save(self, path: Path) -> None:
        """Write the weights as JSON, whole or not at all."""
        body = {
            "format": FORMAT,
            "learned_from": self.learned_from,
            "bias": [round(value, 4) for value in self.bias],
            "runs": {run: [round(value, 4) for value in row] for run, row in self.runs.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> PhraseWeights:
        """Read what `save` wrote.

        Raises:
            PhraseWeightsInvalid: the file is missing, damaged, or of another format.
        """
        try:
            body = json.loads(path.read_text("utf-8"))
            if body["format"] != FORMAT:
                raise PhraseWeightsInvalid(path, f"format {body['format']} is not {FORMAT}")
            runs = {run: tuple(row) for run, row in body["runs"].items()}
            return cls(runs, tuple(body["bias"]), body["learned_from"])
        except FileNotFoundError:
            raise PhraseWeightsInvalid(path, "the learned weights are missing") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise PhraseWeightsInvalid(path, f"the file is damaged ({err})") from err


def learn(
    danger: Sequence[tuple[str, str]], safe: Sequence[str], learned_from: str
) -> PhraseWeights:
    """Return weights learned from texts in the spelling of `plain_text`.

    `danger` holds (text, number). One logistic regression tells danger from the rest,
    one a number tells its texts from the other danger; classes weigh alike.
    """
    import numpy as np

    texts = [*(text for text, _number in danger), *safe]
    counts = [_runs(text) for text in texts]
    seen = Counter(run for count in counts for run in count)
    kept = sorted(run for run, times in seen.items() if times >= FEWEST_TEXTS)
    rarity = {run: math.log((1 + len(texts)) / (1 + seen[run])) + 1 for run in kept}
    rows = _matrix(counts, kept, rarity)
    is_danger = np.arange(len(texts)) < len(danger)
    columns = [_fit(rows, is_danger)]
    of_number = np.array([number for _text, number in danger])
    columns += [_fit(rows[: len(danger)], of_number == number) for number in NUMBERS]
    weights = np.stack([column[0] for column in columns], axis=1)
    return PhraseWeights(
        runs={run: (rarity[run], *map(float, weights[i])) for i, run in enumerate(kept)},
        bias=tuple(float(column[1]) for column in columns),
        learned_from=learned_from,
    )


def _runs(text: str) -> Counter[str]:
    """Return how often each run of one to three characters stands in a text.

    The last characters of a text count shorter runs twice and three times: an end counts.
    """
    return Counter(
        text[start : start + length] for start in range(len(text)) for length in (1, 2, 3)
    )


def _matrix(counts: Sequence[Counter[str]], kept: Sequence[str], rarity: dict[str, float]) -> Any:
    """Return the texts as a sparse matrix, shape (n_texts, n_runs), scaled as `Heard` does."""
    import numpy as np
    from scipy import sparse

    column_of = {run: number for number, run in enumerate(kept)}
    values: list[float] = []
    columns: list[int] = []
    starts = [0]
    for count in counts:
        row = [(column_of[run], rarity[run]) for run in count if run in column_of]
        length = math.sqrt(sum(rare * rare for _, rare in row)) or 1.0
        columns += [column for column, _ in row]
        values += [rare / length for _, rare in row]
        starts.append(len(columns))
    return sparse.csr_matrix(
        (np.array(values), np.array(columns), np.array(starts)), shape=(len(counts), len(kept))
    )


def _fit(rows: Any, is_in: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.float64], float]:
    """Return weights and bias of a logistic regression whose two classes weigh alike."""
    import numpy as np
    from scipy.optimize import minimize

    sign = np.where(is_in, 1.0, -1.0)
    share = np.where(is_in, 0.5 / max(is_in.sum(), 1), 0.5 / max((~is_in).sum(), 1)) * len(is_in)

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights, bias = point[:-1], point[-1]
        margin = sign * (rows @ weights + bias)
        value = share @ np.logaddexp(0, -margin) + _PENALTY / 2 * weights @ weights
        pull = -sign * share / (1 + np.exp(np.clip(margin, -50, 50)))
        return float(value), np.append(rows.T @ pull + _PENALTY * weights, pull.sum())

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B")
    return found.x[:-1], float(found.x[-1])
