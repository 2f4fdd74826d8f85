"""Vectors of texts seen before, so that one changed entry is published in seconds.

The cache is a file of the data folder, one for each embedding model. It holds only
texts of the knowledge base (as hashes), never a citizen's; losing it costs a minute.
The file is an .npz with the SHA-256 of its bytes behind it, so that a damaged one is
known before it is read.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.retrieval.embedder import Embedder, FloatArray, Progress

_DIGEST_BYTES = 32

Embed = Callable[[Sequence[str], Progress | None], FloatArray]


class RememberingEmbedder:
    """Wraps an embedder; texts known from the file are not embedded again."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        """Read the model's file in `folder`; an unreadable one counts as none."""
        self.inner, self.name, self.dimension = inner, inner.name, inner.dimension
        self.path = folder / f"vectors-{_digest(inner.name)[:16]}.npz"
        self._known = _read(self.path, inner.dimension)
        self._used: dict[str, FloatArray] = {}

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed("question", texts, self.inner.embed_questions, progress)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed("passage", texts, self.inner.embed_passages, progress)

    def question_tokens(self, text: str) -> FloatArray:
        """See Embedder; tokens are not remembered."""
        return self.inner.question_tokens(text)

    def passage_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self.inner.passage_tokens(text)

    def save(self) -> None:
        """Write the vectors that were asked for since the start; others are forgotten."""
        if not self._used:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        keys = sorted(self._used)
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        buffer = io.BytesIO()
        np.savez(
            buffer,
            keys=np.array(keys, dtype="S64"),
            vectors=np.stack([self._used[key] for key in keys]),
        )
        body = buffer.getvalue()
        partial.write_bytes(body + hashlib.sha256(body).digest())
        partial.replace(self.path)

    def _embed(
        self, kind: str, texts: Sequence[str], embed: Embed, progress: Progress | None
    ) -> FloatArray:
        """Return vectors from memory, and embed what is missing, each text once."""
        keys = [_digest(f"{kind}\0{text}") for text in texts]
        missing = {
            key: text
            for key, text in zip(keys, texts, strict=True)
            if key not in self._known and key not in self._used
        }
        fresh = embed(list(missing.values()), progress) if missing else ()
        for key, vector in zip(missing, fresh, strict=True):
            self._used[key] = vector
        for key in keys:
            if key not in self._used:
                self._used[key] = self._known[key]
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            found[row] = self._used[key]
        return found


def _digest(text: str) -> str:
    """Return SHA-256 as hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read(path: Path, dimension: int) -> dict[str, FloatArray]:
    """Return the vectors of a cache file by key; empty when it is missing or damaged."""
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    body, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return {}
    with np.load(io.BytesIO(body)) as arrays:
        keys, vectors = arrays["keys"], arrays["vectors"]
    if vectors.shape != (len(keys), dimension):
        return {}
    return {key.decode("ascii"): vector for key, vector in zip(keys, vectors, strict=True)}
