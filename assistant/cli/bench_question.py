"""One question, embedding and retrieval: ours beside sentence-transformers on PyTorch fp32.

Both embed the same question with the same model and search the same index, turn by
turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.cli.figures import Figure, goal_met
from assistant.cli.timings import in_words, percentile_ms
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
QUESTIONS, WARM_UP = 200, 20


def bench_question(say: Say) -> list[Figure]:
    """Return the time of one question and how much faster it is than the plain way."""
    settings = process_settings()
    loaded = named_or_current_edition(settings, "")
    ours = load_embedder(settings.embedding_model, settings.embedding_folder)
    plain = TorchEmbedder(
        settings.embedding_model or str(settings.embedding_folder),
        question_prefix=QUERY_PREFIX,
        passage_prefix=PASSAGE_PREFIX,
    )
    texts = [question.text for question in read_questions(settings.knowledge / "questions")]
    texts = texts[:: max(1, len(texts) // (QUESTIONS + WARM_UP))][: QUESTIONS + WARM_UP]
    mine: list[float] = []
    theirs: list[float] = []

    def spent(embedder: Embedder, text: str) -> float:
        started = monotonic_seconds()
        vector = embedder.embed_questions([text])[0]
        loaded.search.search(text, 10, vector=vector)
        return monotonic_seconds() - started

    for number, text in enumerate(texts, start=1):
        mine.append(spent(ours, text))
        theirs.append(spent(plain, text))
        say("提问", number, len(texts))
    mine, theirs = mine[WARM_UP:], theirs[WARM_UP:]
    p50 = percentile_ms(mine, 0.5)
    ratio = percentile_ms(theirs, 0.5) / p50
    entries = len(loaded.edition.entries)
    return [
        Figure(f"embedding + retrieval, {entries} entries, warm", in_words(mine), "p50 ≤ 12 ms",
               goal_met(p50, at_most=12)),
        Figure("the same through sentence-transformers on PyTorch fp32", in_words(theirs)),
        Figure("times faster, medians of the same run", f"{ratio:.1f}", "≥ 3",
               goal_met(ratio, at_least=3)),
    ]  # fmt: skip
