"""Vectors of all passages in FAISS; the only module that knows faiss.

Up to `FLAT_LIMIT` passages the search is exact. Beyond it, an inverted file
over 8-bit vectors keeps memory at about a quarter and the search within
milliseconds (figures in docs/evaluation.md, "100,000 entries").
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import LibraryMissing

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

FLAT_LIMIT = 30_000
_TRAINING_ROWS = 100_000
_PROBES = 24


def _faiss() -> Any:
    """Return the faiss module, set to one thread.

    A single question gains nothing from more: the waiting threads spin and slow the
    embedding beside them. Building many lists does, see `VectorIndex.build`.

    Raises:
        LibraryMissing: faiss-cpu is not installed.
    """
    try:
        import faiss
    except ImportError as err:
        raise LibraryMissing("faiss-cpu") from err
    faiss.omp_set_num_threads(1)
    return faiss


class VectorIndex:
    """Inner-product search over rows of length 1; row i keeps the number i."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: FloatArray) -> VectorIndex:
        """Return an index over float32 `vectors`, shape (n, dimension)."""
        faiss = _faiss()
        n, dimension = vectors.shape
        if n <= FLAT_LIMIT:
            index = faiss.IndexFlatIP(dimension)
            index.add(vectors)
            return cls(index)
        lists = int(4 * math.sqrt(n))
        coarse = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFScalarQuantizer(
            coarse, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.own_fields = True
        coarse.this.disown()
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        rows = np.random.default_rng(0).permutation(n)[:_TRAINING_ROWS]
        index.cp.niter = 8
        index.train(np.ascontiguousarray(vectors[rows]))
        index.add(vectors)
        faiss.omp_set_num_threads(1)
        index.nprobe = _PROBES
        index.make_direct_map()
        return cls(index)

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self._index.ntotal)

    def nearest(self, vector: FloatArray, top: int) -> tuple[IntArray, FloatArray]:
        """Return the rows nearest to one vector and their cosines, best first."""
        cosines, rows = self._index.search(vector.reshape(1, -1), max(1, min(top, self.size)))
        found = rows[0] >= 0
        return rows[0][found].astype(np.int64), cosines[0][found]

    def vectors(self, rows: IntArray) -> FloatArray:
        """Return the stored vectors of rows, shape (len(rows), dimension)."""
        found: FloatArray = self._index.reconstruct_batch(np.ascontiguousarray(rows))
        return found

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        _faiss().write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read what `save` wrote."""
        faiss = _faiss()
        index = faiss.read_index(str(path))
        if hasattr(index, "make_direct_map"):
            index.nprobe = _PROBES
            index.make_direct_map()
        return cls(index)
