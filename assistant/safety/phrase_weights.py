"""How much a text sounds like those that told of danger: learned weights of short character runs.

Beside the rules, which know what to look for, stands what was learned from many
labelled messages (data/danger): runs of one to three characters, each weighted by
how rare it is and by how much it speaks for danger, and for which number. Set-up
learns the weights in seconds; using them needs NumPy and this file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.errors import HotlineError
from assistant.safety.emergencies import NUMBERS

# A run that stands in fewer texts was seen by chance.
FEWEST_TEXTS = 2
FORMAT = 2
# What a text without any known run sounds like: nothing.
SILENT = -9.0
_PENALTY = 0.2
# Rarity, weight for danger, weight for each number.
_COLUMNS = 2 + len(NUMBERS)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class PhraseWeightsInvalid(HotlineError):
    """The file of learned weights cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; run 'wenban danger train' (or 'make setup')")


@dataclass(frozen=True)
class Heard:
    """How every part of a text sounds, by running sums; `whole` counts each run once."""

    for_danger: FloatArray
    squares: FloatArray
    bias: float
    whole: float

    def danger(self, start: int, end: int) -> float:
        """Return the log-odds that the text between two positions tells of danger."""
        length = float(self.squares[end] - self.squares[start])
        if length <= 0:
            return SILENT
        told = float(self.for_danger[end] - self.for_danger[start])
        return told / math.sqrt(length) + self.bias


class PhraseWeights:
    """The learned weights of all known runs, kept so that a text's are looked up at once.

    A run's code is a number whose three digits are its characters, to the base of how many
    there are: 0 stands for none, 1 for any character that is not in `chars`, and so on for
    those in order. No known run has an unknown character in it.

    A row of `values` is for the run of the same place in `codes`, which ascend: its rarity,
    its weight for danger, and that for each of `NUMBERS`; `bias` likewise without rarity.
    """

    def __init__(
        self, chars: str, codes: IntArray, values: FloatArray, bias: FloatArray, learned_from: str
    ) -> None:
        self._chars, self._codes, self._bias = chars, codes, bias
        self.learned_from = learned_from
        self._base = len(chars) + 2
        # One more, for every character that no number is kept for.
        self._digits = np.ones(max(map(ord, chars), default=0) + 2, np.int64)
        self._digits[[ord(char) for char in chars]] = np.arange(2, self._base)
        # One row more, for every run that is not known.
        self._values = np.vstack([values, np.zeros(_COLUMNS)])
        rarity, weight = self._values[:, 0], self._values[:, 1]
        self._worth = np.stack([rarity * weight, rarity * rarity], axis=1)

    @classmethod
    def of(
        cls, runs: Mapping[str, Sequence[float]], bias: Sequence[float], learned_from: str
    ) -> PhraseWeights:
        """Return weights from `runs[run]`: rarity, weight for danger, weight for each number."""
        chars = "".join(sorted(set("".join(runs))))
        digit = {char: place for place, char in enumerate(chars, start=2)}
        base = len(chars) + 2
        coded = sorted(
            (sum(digit[char] * base ** (2 - place) for place, char in enumerate(run)), row)
            for run, row in runs.items()
        )
        codes = np.array([code for code, _row in coded], np.int64)
        # As exact as they are kept in the file.
        values = np.array([row for _code, row in coded], np.float32).astype(np.float64)
        return cls(chars, codes, values, np.array(bias), learned_from)

    def __len__(self) -> int:
        """Return how many runs are known."""
        return len(self._codes)

    def listen(self, text: str) -> Heard:
        """Return how a text sounds that is in the spelling of `plain_text`."""
        rows, which = self._find(text)
        worth = self._worth[rows]
        sums = np.zeros((len(text) + 1, 2))
        sums[1:] = worth[which].reshape(3, len(text), 2).sum(axis=0).cumsum(axis=0)
        told, squares = map(float, worth.sum(axis=0))
        bias = float(self._bias[0])
        loud = told / math.sqrt(squares) + bias if squares > 0 else SILENT
        return Heard(sums[:, 0], sums[:, 1], bias, loud)

    def numbers(self, text: str) -> dict[str, float]:
        """Return how much a text that tells of danger sounds like each number (log-odds)."""
        rows, which = self._find(text)
        values = self._values[rows[which]]
        rarity = values[:, 0]
        length = math.sqrt(rarity @ rarity) or 1.0
        odds = self._bias[1:] + rarity @ values[:, 2:] / length
        return dict(zip(NUMBERS, map(float, odds), strict=True))

    def _find(self, text: str) -> tuple[IntArray, IntArray]:
        """Return the rows of a text's different runs, and which of these stands where.

        The second holds one place for each start of a run of one character, then two, then
        three; as in `runs_of`, a run that the end of the text cuts off is a shorter one.
        Different codes in order are found several times faster than codes as they come.
        """
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        digits = np.append(self._digits.take(points, mode="clip"), (0, 0))
        ones = digits[:-2] * self._base**2
        twos = ones + digits[1:-1] * self._base
        codes = np.concatenate([ones, twos, twos + digits[2:]])
        once, which = np.unique(codes, return_inverse=True)
        rows: IntArray = np.array(np.searchsorted(self._codes, once))
        rows[self._codes.take(rows, mode="clip") != once] = len(self._codes)
        return rows, which

    def save(self, path: Path) -> None:
        """Write the weights as one file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.stem}.new.npz")
        np.savez(
            fresh,
            format=FORMAT,
            learned_from=self.learned_from,
            chars=self._chars,
            codes=self._codes,
            values=self._values[:-1].astype(np.float32),
            bias=self._bias,
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> PhraseWeights:
        """Read what `save` wrote.

        Raises:
            PhraseWeightsInvalid: the file is missing, damaged, or of another format.
        """
        try:
            with np.load(path, allow_pickle=False) as body:
                if int(body["format"]) != FORMAT:
                    raise PhraseWeightsInvalid(path, f"format {body['format']} is not {FORMAT}")
                return cls(
                    str(body["chars"]),
                    body["codes"],
                    body["values"].astype(np.float64),
                    body["bias"],
                    str(body["learned_from"]),
                )
        except FileNotFoundError:
            raise PhraseWeightsInvalid(path, "the learned weights are missing") from None
        # NumPy raises several kinds for a file that is cut off or no archive at all.
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as err:
            raise PhraseWeightsInvalid(path, f"the file is damaged ({err})") from err


def learn(
    danger: Sequence[tuple[str, str]], safe: Sequence[str], learned_from: str
) -> PhraseWeights:
    """Return weights learned from texts in the spelling of `plain_text`.

    `danger` holds (text, number). One logistic regression tells danger from the rest,
    one a number tells its texts from the other danger; classes weigh alike.
    """
    texts = [*(text for text, _number in danger), *safe]
    counts = [runs_of(text) for text in texts]
    seen = Counter(run for count in counts for run in count)
    kept = sorted(run for run, times in seen.items() if times >= FEWEST_TEXTS)
    rarity = {run: math.log((1 + len(texts)) / (1 + seen[run])) + 1 for run in kept}
    rows = _matrix(counts, kept, rarity)
    is_danger = np.arange(len(texts)) < len(danger)
    columns = [_fit(rows, is_danger)]
    of_number = np.array([number for _text, number in danger])
    columns += [_fit(rows[: len(danger)], of_number == number) for number in NUMBERS]
    weights = np.stack([column[0] for column in columns], axis=1)
    return PhraseWeights.of(
        {run: (rarity[run], *map(float, weights[i])) for i, run in enumerate(kept)},
        [column[1] for column in columns],
        learned_from,
    )


def runs_of(text: str) -> Counter[str]:
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


def _fit(rows: Any, is_in: npt.NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Return weights and bias of a logistic regression whose two classes weigh alike."""
    from scipy.optimize import minimize

    sign = np.where(is_in, 1.0, -1.0)
    share = np.where(is_in, 0.5 / max(is_in.sum(), 1), 0.5 / max((~is_in).sum(), 1)) * len(is_in)

    def loss(point: FloatArray) -> tuple[float, npt.NDArray[np.float64]]:
        weights, bias = point[:-1], point[-1]
        margin = sign * (rows @ weights + bias)
        value = share @ np.logaddexp(0, -margin) + _PENALTY / 2 * weights @ weights
        pull = -sign * share / (1 + np.exp(np.clip(margin, -50, 50)))
        return float(value), np.append(rows.T @ pull + _PENALTY * weights, pull.sum())

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B")
    return found.x[:-1], float(found.x[-1])
