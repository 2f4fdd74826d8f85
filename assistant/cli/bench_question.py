"""One question, embedding and retrieval: ours beside sentence-transformers on PyTorch fp32.

Both embed the same questions with the same model and search the same index, in turns of
a block each, so that a busy machine slows both alike. Each has a process of its own:
in one process the waiting threads of either library slow the other.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection

from assistant.cli.figures import Figure, goal_met
from assistant.cli.timings import in_words, peak_memory_mb, percentile_ms
from assistant.clock import monotonic_seconds
from assistant.retrieval.embedder import (
    PASSAGE_PREFIX,
    QUERY_PREFIX,
    Embedder,
    TorchEmbedder,
    load_embedder,
)
from assistant.retrieval.questions import read_questions
from assistant.services import named_or_current_edition, process_settings

Say = Callable[[str, int, int], None]
QUESTIONS, BLOCK = 200, 20


def bench_question(say: Say) -> list[Figure]:
    """Return the time of one question and how much faster it is than the plain way."""
    settings = process_settings()
    texts = [question.text for question in read_questions(settings.knowledge / "questions")]
    texts = texts[:: max(1, len(texts) // QUESTIONS)][:QUESTIONS]
    children = [_Child(is_plain=False), _Child(is_plain=True)]
    spans: list[list[float]] = [[], []]
    try:
        for start in range(0, len(texts), BLOCK):
            for child, found in zip(children, spans, strict=True):
                found += child.measure(texts[start : start + BLOCK])
            say("提问", start + BLOCK, len(texts))
        memory = [child.memory_mb() for child in children]
    finally:
        for child in children:
            child.end()
    mine, theirs = spans
    p50 = percentile_ms(mine, 0.5)
    ratio = percentile_ms(theirs, 0.5) / p50
    entries = len(named_or_current_edition(settings, "").edition.entries)
    return [
        Figure(f"embedding + retrieval, {entries} entries, warm", in_words(mine), "p50 ≤ 12 ms",
               goal_met(p50, at_most=12)),
        Figure("the same through sentence-transformers on PyTorch fp32", in_words(theirs)),
        Figure("times faster, medians of the same run", f"{ratio:.1f}", "≥ 3",
               goal_met(ratio, at_least=3)),
        Figure("peak memory of the two processes", f"{memory[0]:.0f} MB, {memory[1]:.0f} MB"),
    ]  # fmt: skip


class _Child:
    """A process that has one of the two embedders and the index, and measures blocks."""

    def __init__(self, *, is_plain: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, is_plain), daemon=True)
        self._process.start()

    def measure(self, texts: list[str]) -> list[float]:
        """Return the seconds of each text."""
        self._pipe.send(texts)
        found: list[float] = self._pipe.recv()
        return found

    def memory_mb(self) -> float:
        """Return the most memory that the process has held."""
        self._pipe.send([])
        return float(self._pipe.recv())

    def end(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, is_plain: bool) -> None:
    """Measure blocks of texts until ended; an empty block asks for the memory."""
    embedder = _plain_embedder() if is_plain else _own_embedder()
    loaded = named_or_current_edition(process_settings(), "")
    while True:
        texts: list[str] = pipe.recv()
        if not texts:
            pipe.send(peak_memory_mb())
            continue
        spans = []
        # The first of a block meets cold caches and is not counted.
        for text in [texts[0], *texts]:
            started = monotonic_seconds()
            vector = embedder.embed_questions([text])[0]
            loaded.search.search(text, 10, vector=vector)
            spans.append(monotonic_seconds() - started)
        pipe.send(spans[1:])


def _own_embedder() -> Embedder:
    """Return the embedder that serves."""
    settings = process_settings()
    return load_embedder(settings.embedding_model, settings.embedding_folder)


def _plain_embedder() -> Embedder:
    """Return the same model as sentence-transformers runs it."""
    settings = process_settings()
    return TorchEmbedder(
        settings.embedding_model or str(settings.embedding_folder),
        question_prefix=QUERY_PREFIX,
        passage_prefix=PASSAGE_PREFIX,
    )
