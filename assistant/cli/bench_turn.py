"""One turn as the worker runs it: Rasa's understanding, our decision, the tracker; no storage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.cli.figures import Figure, goal_met
from assistant.cli.timings import in_words, peak_memory_mb, percentile_ms
from assistant.clock import monotonic_seconds
from assistant.retrieval.questions import read_questions
from assistant.services import process_live_index, process_settings

if TYPE_CHECKING:
    from assistant.worker.turn import TurnRunner

Say = Callable[[str, int, int], None]
TURNS, COLD, TURNS_A_CONVERSATION = 200, 40, 4


def bench_turn(say: Say) -> list[Figure]:
    """Return the time of one turn within conversations of a few turns.

    A process that has just started has not read the entries' words yet; both are told.
    """
    from assistant.worker.process import rasa_model
    from assistant.worker.turn import TurnRunner

    settings = process_settings()
    started = monotonic_seconds()
    runner = TurnRunner(rasa_model(settings))
    loading = monotonic_seconds() - started
    texts = [question.text for question in read_questions(settings.knowledge / "questions")]
    texts = texts[:: max(1, len(texts) // TURNS)][:TURNS]
    cold = _spans(runner, texts[:COLD], say)
    started = monotonic_seconds()
    process_live_index().warm_up()
    warming = monotonic_seconds() - started
    spans = _spans(runner, texts, say)
    p50 = percentile_ms(spans, 0.5)
    return [
        Figure(f"one turn, conversations of {TURNS_A_CONVERSATION}, warm", in_words(spans),
               "p50 ≤ 60 ms", goal_met(p50, at_most=60)),
        Figure("one turn in a process that has just started", in_words(cold)),
        Figure("reading the words of the other entries, in idle moments", f"{warming:.0f} s"),
        Figure("loading the agent", f"{loading:.1f} s"),
        Figure("peak memory of this process", f"{peak_memory_mb():.0f} MB"),
    ]  # fmt: skip


def _spans(runner: TurnRunner, texts: list[str], say: Say) -> list[float]:
    """Return the seconds of each turn."""
    spans: list[float] = []
    tracker: str | None = None
    loop = asyncio.new_event_loop()
    try:
        for number, text in enumerate(texts):
            is_first = number % TURNS_A_CONVERSATION == 0
            name = f"bench-{number // TURNS_A_CONVERSATION}"
            begun = monotonic_seconds()
            result = loop.run_until_complete(runner.run(name, text, None if is_first else tracker))
            spans.append(monotonic_seconds() - begun)
            tracker = result.tracker
            say("对话", number + 1, len(texts))
    finally:
        loop.close()
    return spans
