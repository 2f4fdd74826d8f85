"""Remember the vectors of recent questions.

The Rasa featurizer and the search embed the same sentence within one turn;
with this in between the network runs once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from assistant.retrieval.embedder import Embedder, FloatArray, Progress

_KEPT = 512


class CachedEmbedder:
    """Wraps an embedder; safe to share between threads."""

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.name, self.dimension = inner, inner.name, inner.dimension
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder; one single question is remembered, lists are passed on."""
        if len(texts) != 1:
            return self.inner.embed_questions(texts, progress)
        text = texts[0]
        with self._lock:
            known = self._vectors.get(text)
            if known is not None:
                self._vectors.move_to_end(text)
                return known[np.newaxis, :]
        vectors = self.inner.embed_questions([text])
        with self._lock:
            self._vectors[text] = vectors[0]
            if len(self._vectors) > _KEPT:
                self._vectors.popitem(last=False)
        return vectors

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self.inner.embed_passages(texts, progress)
