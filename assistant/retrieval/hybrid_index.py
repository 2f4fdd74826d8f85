"""Both indexes over the same documents: built once, saved in an edition, never changed.

Layout: passages of one document stand together, questions first, then chunks,
then counter-questions; `starts[d]:starts[d+1]` are the passages of document d
and `kinds` tells which is which. Row i of the vector index is passage i.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import EditionDamaged, IndexEditionMismatch
from assistant.retrieval.documents import Document
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.index import VectorIndex
from assistant.retrieval.lexical import LexicalIndex, build_lexical
from assistant.retrieval.segmentation import Segmenter

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Say = Callable[[str, int, int], None]

QUESTION, CHUNK, UNLIKE = 0, 1, 2
# How far the within-entry scatter is drawn to the identity before inversion;
# chosen on data/calibration (docs/evaluation.md, "Projection").
SHRINKAGE = 0.3
_MIN_QUESTIONS_FOR_PROJECTION = 200


@dataclass(frozen=True)
class HybridIndex:
    """All that a search needs. `projection` is float32, shape (dimension, dimension)."""

    doc_ids: tuple[str, ...]
    starts: IntArray
    kinds: npt.NDArray[np.uint8]
    vectors: VectorIndex
    passages: LexicalIndex
    documents: LexicalIndex
    projection: FloatArray
    mean: FloatArray
    words: tuple[str, ...]
    embedder_name: str

    def document_of_passage(self, rows: IntArray) -> IntArray:
        """Return the document number of each passage row."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def save(self, folder: Path) -> None:
        """Write all parts into an existing, empty folder."""
        self.vectors.save(folder / "dense.faiss")
        self.passages.save(folder, "passages")
        self.documents.save(folder, "documents")
        np.savez(
            folder / "layout.npz",
            starts=self.starts,
            kinds=self.kinds,
            projection=self.projection,
            mean=self.mean,
        )
        description = {
            "embedder": self.embedder_name,
            "doc_ids": self.doc_ids,
            "words": self.words,
        }
        (folder / "index.json").write_text(
            json.dumps(description, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path, embedder: Embedder) -> HybridIndex:
        """Read what `save` wrote.

        Raises:
            EditionDamaged: a file is missing or cannot be read.
            IndexEditionMismatch: the index was built with another embedding model.
        """
        try:
            description = json.loads((folder / "index.json").read_text("utf-8"))
            if description["embedder"] != embedder.name:
                raise IndexEditionMismatch(folder, embedder.name, description["embedder"])
            with np.load(folder / "layout.npz") as arrays:
                layout = {name: arrays[name] for name in arrays.files}
            return cls(
                doc_ids=tuple(description["doc_ids"]),
                vectors=VectorIndex.load(folder / "dense.faiss"),
                passages=LexicalIndex.load(folder, "passages"),
                documents=LexicalIndex.load(folder, "documents"),
                words=tuple(description["words"]),
                embedder_name=description["embedder"],
                **layout,
            )
        except (OSError, KeyError, ValueError, RuntimeError) as err:
            raise EditionDamaged(folder, f"the index cannot be read ({err})") from err


def build_hybrid(
    documents: Sequence[Document],
    embedder: Embedder,
    *,
    words: Sequence[str] = (),
    say: Say | None = None,
) -> HybridIndex:
    """Build both indexes; `say` is told the stage, what is done and what there is to do."""
    ordered = sorted(documents, key=lambda document: document.id)
    tell = say or (lambda _stage, _done, _all: None)
    segmenter = Segmenter(words)
    kinds: list[int] = []
    texts: list[str] = []
    starts = [0]
    for document in ordered:
        for kind, group in (
            (QUESTION, document.questions),
            (CHUNK, document.chunks),
            (UNLIKE, document.unlike),
        ):
            texts.extend(group)
            kinds.extend([kind] * len(group))
        starts.append(len(texts))
    kind_array = np.array(kinds, dtype=np.uint8)
    vectors = _embed(texts, kind_array, embedder, tell)
    terms = []
    for number, text in enumerate(texts):
        terms.append(segmenter.terms(text))
        if number % 1000 == 999 or number + 1 == len(texts):
            tell("词语索引", number + 1, len(texts))
    projection, mean = _projection(vectors, kind_array, np.array(starts, dtype=np.int64))
    return HybridIndex(
        doc_ids=tuple(document.id for document in ordered),
        starts=np.array(starts, dtype=np.int64),
        kinds=kind_array,
        vectors=VectorIndex.build(vectors),
        passages=build_lexical(
            part if kind != UNLIKE else [] for part, kind in zip(terms, kinds, strict=True)
        ),
        documents=build_lexical(_document_terms(terms, kinds, starts)),
        projection=projection,
        mean=mean,
        words=tuple(words),
        embedder_name=embedder.name,
    )


def _embed(
    texts: list[str], kinds: npt.NDArray[np.uint8], embedder: Embedder, say: Say
) -> FloatArray:
    """Embed questions as questions and chunks as passages."""
    vectors = np.zeros((len(texts), embedder.dimension), dtype=np.float32)
    chunk_rows = np.flatnonzero(kinds == CHUNK)
    question_rows = np.flatnonzero(kinds != CHUNK)
    for stage, rows, embed in (
        ("问题向量", question_rows, embedder.embed_questions),
        ("正文向量", chunk_rows, embedder.embed_passages),
    ):
        if len(rows):
            vectors[rows] = embed(
                [texts[row] for row in rows],
                progress=lambda done, total, stage=stage: say(stage, done, total),  # type: ignore[misc]  # default binds the loop variable
            )
    return vectors


def _document_terms(terms: list[list[str]], kinds: list[int], starts: list[int]) -> list[list[str]]:
    """Return all terms of each document's questions and chunks."""
    return [
        [term for row in range(start, end) if kinds[row] != UNLIKE for term in terms[row]]
        for start, end in pairwise(starts)
    ]


def _projection(
    vectors: FloatArray, kinds: npt.NDArray[np.uint8], starts: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return a matrix that shrinks what differs between questions of one entry, and the mean.

    Within-class whitening: similar questions of one entry say the same in other
    words, so directions in which they scatter tell nothing about the matter.
    With few questions it is the identity.
    """
    dimension = vectors.shape[1]
    rows = np.flatnonzero(kinds == QUESTION)
    mean = vectors[rows].mean(axis=0) if len(rows) else np.zeros(dimension, dtype=np.float32)
    if len(rows) < _MIN_QUESTIONS_FOR_PROJECTION:
        return np.eye(dimension, dtype=np.float32), np.zeros(dimension, dtype=np.float32)
    owner = np.searchsorted(starts, rows, side="right") - 1
    sums = np.zeros((len(starts), dimension), dtype=np.float64)
    np.add.at(sums, owner, vectors[rows])
    counts = np.bincount(owner, minlength=len(starts)).clip(min=1)
    residual = vectors[rows] - (sums / counts[:, None])[owner]
    scatter = residual.T @ residual / len(rows)
    scatter = (1 - SHRINKAGE) * scatter + SHRINKAGE * np.trace(scatter) / dimension * np.eye(
        dimension
    )
    values, basis = np.linalg.eigh(scatter)
    root = basis @ np.diag(values**-0.5) @ basis.T
    return root.astype(np.float32), mean.astype(np.float32)
