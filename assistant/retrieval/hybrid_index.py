"""Both indexes over the same documents: built once, saved in an edition, never changed.

Layout: passages of one document stand together, questions first, then chunks,
then counter-questions; `starts[d]:starts[d+1]` are the passages of document d
and `kinds` tells which is which. Row i of the vector index is passage i.
"""

from __future__ import annotations

import json
import zipfile
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
# An index of another format is built anew, not read (ADR 0019 changed what `lengths` are).
FORMAT = 2
# The mean of fewer questions would be their matter, not what all questions share.
_MIN_QUESTIONS_FOR_MEAN = 200
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class HybridIndex:
    """All that a search needs.

    `mean` is the mean question; `lengths[i]` is the length of passage i, less the mean.
    `gaps` are questions known to have no answer; row i of `gap_vectors` (less the mean,
    length 1) is question i.
    """

    doc_ids: tuple[str, ...]
    starts: IntArray
    kinds: npt.NDArray[np.uint8]
    vectors: VectorIndex
    passages: LexicalIndex
    documents: LexicalIndex
    mean: FloatArray
    lengths: FloatArray
    words: tuple[str, ...]
    gaps: tuple[str, ...]
    gap_vectors: FloatArray
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
            mean=self.mean,
            lengths=self.lengths,
            gap_vectors=self.gap_vectors,
        )
        description = {
            "format": FORMAT,
            "embedder": self.embedder_name,
            "doc_ids": self.doc_ids,
            "words": self.words,
            "gaps": self.gaps,
        }
        (folder / "index.json").write_text(
            json.dumps(description, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path, embedder: Embedder) -> HybridIndex:
        """Read what `save` wrote.

        Raises:
            EditionDamaged: a file is missing or cannot be read.
            IndexEditionMismatch: the index has another format or embedding model.
        """
        try:
            description = json.loads((folder / "index.json").read_text("utf-8"))
            if description.get("format") != FORMAT:
                found = f"index format {description.get('format')}"
                raise IndexEditionMismatch(folder, f"index format {FORMAT}", found)
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
                gaps=tuple(description["gaps"]),
                embedder_name=description["embedder"],
                **layout,
            )
        except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile) as err:
            raise EditionDamaged(folder, f"the index cannot be read ({err})") from err


@dataclass(frozen=True)
class _Layout:
    """All passages in index order."""

    texts: list[str]
    kinds: list[int]
    starts: list[int]


def build_hybrid(
    documents: Sequence[Document],
    embedder: Embedder,
    *,
    words: Sequence[str] = (),
    gaps: Sequence[str] = (),
    say: Say | None = None,
) -> HybridIndex:
    """Build both indexes; `say` is told the stage, what is done and what there is to do."""
    ordered = sorted(documents, key=lambda document: document.id)
    tell = say or (lambda _stage, _done, _all: None)
    layout = _laid_out(ordered)
    kinds = np.array(layout.kinds, dtype=np.uint8)
    starts = np.array(layout.starts, dtype=np.int64)
    vectors = _embed(layout.texts, kinds, embedder, tell)
    terms = _terms(layout.texts, Segmenter(words), tell)
    mean = _mean(vectors, kinds)
    return HybridIndex(
        doc_ids=tuple(document.id for document in ordered),
        starts=starts,
        kinds=kinds,
        vectors=VectorIndex.build(vectors),
        passages=build_lexical(
            part if kind != UNLIKE else [] for part, kind in zip(terms, kinds, strict=True)
        ),
        documents=build_lexical(_document_terms(terms, layout.kinds, layout.starts)),
        mean=mean,
        lengths=_lengths(vectors, mean),
        words=tuple(words),
        gaps=tuple(gaps),
        gap_vectors=_directions(embedder.embed_questions(gaps) - mean) if gaps else vectors[:0],
        embedder_name=embedder.name,
    )


def _laid_out(ordered: Sequence[Document]) -> _Layout:
    """Return the passages of documents in index order."""
    layout = _Layout([], [], [0])
    for document in ordered:
        for kind, group in (
            (QUESTION, document.questions),
            (CHUNK, document.chunks),
            (UNLIKE, document.unlike),
        ):
            layout.texts.extend(group)
            layout.kinds.extend([kind] * len(group))
        layout.starts.append(len(layout.texts))
    return layout


def _terms(texts: list[str], segmenter: Segmenter, say: Say) -> list[list[str]]:
    """Return the terms of every passage."""
    found = []
    for number, text in enumerate(texts, start=1):
        found.append(segmenter.terms(text))
        if number % 1000 == 0 or number == len(texts):
            say("词语索引", number, len(texts))
    return found


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


def _mean(vectors: FloatArray, kinds: npt.NDArray[np.uint8]) -> FloatArray:
    """Return the mean question, what all questions share; zero when there are few."""
    rows = np.flatnonzero(kinds == QUESTION)
    if len(rows) < _MIN_QUESTIONS_FOR_MEAN:
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean: FloatArray = vectors[rows].mean(axis=0).astype(np.float32)
    return mean


def _directions(vectors: FloatArray) -> FloatArray:
    """Return the rows with length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-6)
    found: FloatArray = (vectors / lengths).astype(np.float32)
    return found


def _lengths(vectors: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the length of each row, less the mean."""
    lengths = np.zeros(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        part = vectors[start : start + _ROWS_AT_ONCE] - mean
        lengths[start : start + len(part)] = np.linalg.norm(part, axis=1).clip(min=1e-6)
    return lengths
