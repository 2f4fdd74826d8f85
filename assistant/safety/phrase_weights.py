"""How much a text sounds like those that told of danger: learned weights of short character runs.

Beside the rules, which know what to look for, stands what was learned from many
labelled messages (data/danger): runs of one to three characters, each weighted by
how rare it is and by how much it speaks for danger, and for which number. Set-up
learns the weights in seconds; using them needs NumPy and this file.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import HotlineError
from assistant.safety.emergencies import NUMBERS

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

    for_danger: npt.NDArray[np.float64]
    squares: npt.NDArray[np.float64]
    bias: float
    whole: float

    def danger(self, start: int, end: int) -> float:
        """Return the log-odds that the text between two positions tells of danger."""
        length = float(self.squares[end] - self.squares[start])
        if length <= 0:
            return SILENT
        told = float(self.for_danger[end] - self.for_danger[start])
        return told / math.sqrt(length) + self.bias


@dataclass(frozen=True)
class _Runs:
    """The known runs of one length by code, ascending; the last row of `worth` is of no run.

    A row of `worth` is what a run adds to the sums: its weighted rarity, and its rarity
    squared.
    """

    codes: npt.NDArray[np.int64]
    worth: npt.NDArray[np.float64]

    def rows(self, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the row of every code."""
        rows = np.searchsorted(self.codes, codes)
        rows[self.codes.take(rows, mode="clip") != codes] = len(self.codes)
        return rows


class _RunTable:
    """All known runs, so that a text's are looked up at once; a look-up each takes too long.

    A run's code is made from the numbers of its characters. The characters of a known run
    are known themselves: they stand in no fewer texts.
    """

    def __init__(self, runs: Mapping[str, tuple[float, ...]]) -> None:
        chars = sorted(run for run in runs if len(run) == 1)
        self._number = {char: number for number, char in enumerate(chars, start=1)}
        self._base = len(chars) + 1
        self.by_length = [self._of_length(runs, length) for length in (1, 2, 3)]

    def codes(self, text: str) -> list[npt.NDArray[np.int64]]:
        """Return the codes of a text's runs of one, two and three characters, by start.

        Runs that the end of the text cuts off are left out.
        """
        number = self._number.get
        singles = np.array([number(char, 0) for char in text], dtype=np.int64)
        pairs = singles[:-1] * self._base + singles[1:]
        triples = pairs[:-1] * self._base + singles[2:]
        # A character that is not known (0) makes no known run with those around it.
        pairs[(singles[:-1] == 0) | (singles[1:] == 0)] = -1
        triples[(pairs[:-1] < 0) | (pairs[1:] < 0)] = -1
        return [singles, pairs, triples]

    def _of_length(self, runs: Mapping[str, tuple[float, ...]], length: int) -> _Runs:
        """Return the runs of one length; without any, one that no text has."""
        kept = [run for run in runs if len(run) == length and self._number.keys() >= set(run)]
        if not kept:
            return _Runs(np.array([-2]), np.zeros((2, 2)))
        numbers = np.fromiter(map(self._number.__getitem__, "".join(kept)), np.int64)
        codes = numbers.reshape(-1, length) @ self._base ** np.arange(length - 1, -1, -1)
        rarity, weight = np.array([runs[run][:2] for run in kept]).T
        order = np.argsort(codes)
        worth = np.stack([rarity * weight, rarity * rarity], axis=1)[order]
        return _Runs(codes[order], np.vstack([worth, (0.0, 0.0)]))


@dataclass(frozen=True)
class PhraseWeights:
    """`runs[run]` is (rarity, weight for danger, weight for each of `NUMBERS`)."""

    runs: dict[str, tuple[float, ...]]
    bias: tuple[float, ...]
    learned_from: str

    @cached_property
    def _table(self) -> _RunTable:
        """The runs as they are looked up."""
        return _RunTable(self.runs)

    def listen(self, text: str) -> Heard:
        """Return how a text sounds that is in the spelling of `plain_text`."""
        table = self._table
        sums = np.zeros((len(text) + 1, 2))
        whole = np.zeros(2)
        # As in `_runs`, a run that the end of the text cuts off counts as the shorter one.
        cut: npt.NDArray[np.float64] = np.zeros((0, 2))
        for length, (known, codes) in enumerate(
            zip(table.by_length, table.codes(text), strict=True)
        ):
            rows = known.rows(codes)
            worth = np.concatenate([known.worth[rows], cut[-length:] if length else cut])
            sums[1:] += worth
            cut = worth
            whole += known.worth[np.unique(rows)].sum(axis=0)
        sums = sums.cumsum(axis=0)
        loud = float(whole[0]) / math.sqrt(whole[1]) + self.bias[0] if whole[1] > 0 else SILENT
        return Heard(sums[:, 0], sums[:, 1], self.bias[0], loud)

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
