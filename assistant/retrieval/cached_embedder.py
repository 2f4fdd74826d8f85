"""Remember what the network said of recent questions.

The Rasa featurizer, the search and the comparison of words need the same sentence
within one turn; with this in between the network runs once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from assistant.retrieval.embedder import FloatArray, Progress, QuestionRead, QuestionReader

_KEPT = 256


class CachedEmbedder:
    """Wraps an embedder; safe to share between threads."""

    def __init__(self, inner: QuestionReader) -> None:
        self.inner, self.name, self.dimension = inner, inner.name, inner.dimension
        self.inner_dimension = inner.inner_dimension
        self._known: OrderedDict[str, tuple[FloatArray, FloatArray]] = OrderedDict()
        self._lock = threading.Lock()

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder; one single question is remembered, lists are passed on."""
        if len(texts) != 1:
            return self.inner.embed_questions(texts, progress)
        return self._both(texts[0])[0].reshape(1, -1)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self.inner.embed_passages(texts, progress)

    def question_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self._both(text)[1]

    def passage_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self.inner.passage_tokens(text)

    def read_question(self, text: str) -> QuestionRead:
        """See QuestionReader; what is seen inside is large and not remembered."""
        read = self.inner.read_question(text)
        self._remember(text, (read.vector, read.tokens))
        return read

    def _both(self, text: str) -> tuple[FloatArray, FloatArray]:
        """Return vector and tokens of a question."""
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known
        read = self.read_question(text)
        return read.vector, read.tokens

    def _remember(self, text: str, said: tuple[FloatArray, FloatArray]) -> None:
        """Keep what was said of a question, and forget what was asked longest ago."""
        with self._lock:
            self._known[text] = said
            self._known.move_to_end(text)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
