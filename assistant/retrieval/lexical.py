"""BM25 as a sparse matrix of finished weights: a query is a few array additions.

A unit is whatever is scored on its own: one question, one chunk, one document.
Weights are computed when the index is built; a query adds the rows of its
terms. Terms come from `segmentation`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]

# Robertson's usual values; b is low because questions differ little in length.
K1 = 1.2
B = 0.6
# A term in more than this share of a large index tells nothing and costs the most.
MAX_SHARE = 0.2
LARGE = 20_000


@dataclass(frozen=True)
class LexicalIndex:
    """Postings by term: units `units[starts[t]:starts[t+1]]` with their `weights`.

    `idf` is float32 per term; `unseen_idf` is what a term of no unit is worth.
    """

    term_ids: dict[str, int]
    starts: npt.NDArray[np.int64]
    units: IntArray
    weights: FloatArray
    idf: FloatArray
    unseen_idf: float
    n_units: int

    def scores(self, terms: Sequence[str]) -> FloatArray:
        """Return the BM25 score of every unit, shape (n_units,)."""
        total = np.zeros(self.n_units, dtype=np.float32)
        for term, count in Counter(terms).items():
            number = self.term_ids.get(term)
            if number is None:
                continue
            start, end = self.starts[number], self.starts[number + 1]
            if self.n_units > LARGE and end - start > MAX_SHARE * self.n_units:
                continue
            total[self.units[start:end]] += self.weights[start:end] * np.float32(min(count, 2))
        return total

    def idf_of(self, term: str) -> float:
        """Return how telling a term is; an unseen one is worth the most."""
        number = self.term_ids.get(term)
        return self.unseen_idf if number is None else float(self.idf[number])

    def weight_of(self, terms: Iterable[str]) -> float:
        """Return the sum of idf over distinct terms: what a full match is worth."""
        return sum(self.idf_of(term) for term in set(terms))

    def save(self, folder: Path, name: str) -> None:
        """Write `<name>.npz` and `<name>.terms.json`."""
        np.savez(
            folder / f"{name}.npz",
            starts=self.starts,
            units=self.units,
            weights=self.weights,
            idf=self.idf,
            n_units=np.array([self.n_units]),
            unseen_idf=np.array([self.unseen_idf]),
        )
        terms = sorted(self.term_ids, key=self.term_ids.__getitem__)
        text = json.dumps(terms, ensure_ascii=False)
        (folder / f"{name}.terms.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> LexicalIndex:
        """Read what `save` wrote."""
        terms = json.loads((folder / f"{name}.terms.json").read_text("utf-8"))
        with np.load(folder / f"{name}.npz") as arrays:
            return cls(
                term_ids={term: number for number, term in enumerate(terms)},
                starts=arrays["starts"],
                units=arrays["units"],
                weights=arrays["weights"],
                idf=arrays["idf"],
                unseen_idf=float(arrays["unseen_idf"][0]),
                n_units=int(arrays["n_units"][0]),
            )


def build_lexical(units: Iterable[Sequence[str]]) -> LexicalIndex:
    """Return the index over units given as their terms, in unit order."""
    term_ids: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    counts: list[int] = []
    lengths: list[int] = []
    for number, terms in enumerate(units):
        lengths.append(len(terms))
        for term, count in Counter(terms).items():
            rows.append(term_ids.setdefault(term, len(term_ids)))
            columns.append(number)
            counts.append(count)
    n_units = len(lengths)
    row = np.array(rows, dtype=np.int64)
    column = np.array(columns, dtype=np.int32)
    frequency = np.array(counts, dtype=np.float32)
    document_frequency = np.bincount(row, minlength=len(term_ids)).astype(np.float32)
    idf = np.log1p((n_units - document_frequency + 0.5) / (document_frequency + 0.5)).astype(
        np.float32
    )
    length = np.array(lengths, dtype=np.float32)
    relative = length / max(float(length.mean()) if n_units else 1.0, 1.0)
    saturation = frequency + K1 * (1 - B + B * relative[column])
    weight = (idf[row] * frequency * (K1 + 1) / saturation).astype(np.float32)
    order = np.argsort(row, kind="stable")
    starts = np.zeros(len(term_ids) + 1, dtype=np.int64)
    np.cumsum(document_frequency.astype(np.int64), out=starts[1:])
    return LexicalIndex(
        term_ids=term_ids,
        starts=starts,
        units=column[order],
        weights=weight[order],
        idf=idf,
        unseen_idf=math.log1p((n_units + 0.5) / 0.5),
        n_units=n_units,
    )
