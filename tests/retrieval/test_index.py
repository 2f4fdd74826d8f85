"""The vector index, exact and inverted: the same promises over the same rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import index as index_module
from assistant.retrieval.index import VectorIndex
from tests.retrieval.small_index import unit_rows

ROWS = 3000


@pytest.fixture(params=["flat", "inverted"])
def built(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
    """An index of each kind over the same rows."""
    if request.param == "inverted":
        monkeypatch.setattr(index_module, "FLAT_LIMIT", 100)
    index = VectorIndex.build(unit_rows(ROWS))
    assert (request.param == "inverted") == hasattr(index._index, "nprobe")
    return index


def test_a_stored_row_finds_itself_first(built: VectorIndex) -> None:
    """Row i keeps the number i, and its cosine with itself is 1."""
    rows = unit_rows(ROWS)
    for number in (0, 17, ROWS - 1):
        found, cosines = built.nearest(rows[number], 5)
        assert number == int(found[0])
        assert 1.0 == pytest.approx(float(cosines[0]), abs=0.02)
        assert np.all(np.diff(cosines) <= 1e-6)


def test_the_nearest_rows_are_those_of_the_full_product(built: VectorIndex) -> None:
    """Exact for the flat index; the inverted one may miss a few of the far ones."""
    rows, question = unit_rows(ROWS), unit_rows(1, seed=7)[0]
    expected = set(np.argsort(-(rows @ question))[:10].tolist())
    found, _cosines = built.nearest(question, 10)
    least = 10 if not hasattr(built._index, "nprobe") else 6
    assert len(expected & set(found.tolist())) >= least


def test_never_more_rows_than_there_are(built: VectorIndex) -> None:
    """A short list is short and not filled with -1."""
    found, cosines = built.nearest(unit_rows(1, seed=3)[0], ROWS * 2)
    assert len(found) == len(cosines) <= ROWS
    assert found.min() >= 0
    assert len(set(found.tolist())) == len(found)


def test_stored_vectors_come_back(built: VectorIndex) -> None:
    """In the order asked for; 8 bits cost at most a little."""
    wanted = np.array([5, 0, 2999, 5])
    assert np.allclose(unit_rows(ROWS)[wanted], built.vectors(wanted), atol=0.02)


def test_an_index_reads_back_as_it_was(built: VectorIndex, tmp_path: Path) -> None:
    """The same rows and cosines from the file."""
    built.save(tmp_path / "dense.faiss")
    again = VectorIndex.load(tmp_path / "dense.faiss")
    assert ROWS == built.size == again.size
    for seed in range(5):
        question = unit_rows(1, seed=seed + 50)[0]
        for left, right in zip(
            built.nearest(question, 20), again.nearest(question, 20), strict=True
        ):
            assert left.tolist() == right.tolist()
    wanted = np.arange(10)
    assert np.array_equal(built.vectors(wanted), again.vectors(wanted))


def test_building_twice_gives_the_same_index(built: VectorIndex, tmp_path: Path) -> None:
    """An edition can be built again to the same answers."""
    again = VectorIndex.build(unit_rows(ROWS))
    question = unit_rows(1, seed=9)[0]
    assert built.nearest(question, 20)[0].tolist() == again.nearest(question, 20)[0].tolist()


def test_an_empty_index_finds_nothing() -> None:
    """No row, no hit, no error."""
    index = VectorIndex.build(np.zeros((0, 16), dtype=np.float32))
    found, cosines = index.nearest(unit_rows(1)[0], 5)
    assert ([], []) == (found.tolist(), cosines.tolist())
