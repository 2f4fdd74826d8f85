"""How long danger is looked for: letters and messages, by rules, by words, and by meaning.

All look at the same texts in turns, so that a busy machine slows them alike. The letters are
harmless texts put together, as nearly all letters are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

from assistant.cli.figures import Figure, goal_met
from assistant.cli.timings import in_words, percentile_ms
from assistant.clock import monotonic_seconds
from assistant.safety.labelled import read_labelled
from assistant.services import danger_watch, process_embedder, process_settings

DATA = Path("data") / "danger"
LETTERS, LETTER_CHARS, MESSAGES = 30, 2000, 300
# Of texts with so many characters letters are made.
LONG_CHARS = 60
LOOKS = 3


def bench_danger(say: Callable[[str, int, int], None]) -> list[Figure]:
    """Return the times of a look at letters and at messages."""
    settings = process_settings()
    safe = [item.text for item in read_labelled(settings.root / DATA) if not item.numbers]
    letters = _letters(text for text in safe if len(text) >= LONG_CHARS)
    messages = safe[:: max(1, len(safe) // MESSAGES)][:MESSAGES]
    watches = {
        "rules alone": danger_watch(settings, is_learned=False),
        "rules and words (gateway)": danger_watch(settings),
        "rules, words and meaning (worker)": danger_watch(settings, reader=process_embedder()),
    }
    figures = []
    for kind, texts, goal in (
        (f"a letter of {LETTER_CHARS:,} characters", letters, 5.0),
        ("a message", messages, 1.0),
    ):
        spans: dict[str, list[float]] = {name: [] for name in watches}
        for done, text in enumerate(texts, start=1):
            for name, watch in watches.items():
                spans[name].append(_shortest(watch.look, text))
            say(kind, done, len(texts))
        for name, found in spans.items():
            p50 = percentile_ms(found, 0.5)
            # Who is in danger is told by the gateway; the worker's look is part of its turn.
            asked = (f"p50 ≤ {goal:g} ms", goal_met(p50, at_most=goal)) if "gateway" in name else ()
            figures.append(Figure(f"{kind}, {name}", in_words(found), *asked))
    return figures


def _letters(texts: Iterable[str]) -> list[str]:
    """Return letters of equal length made of texts, none used twice."""
    whole = "\n".join(texts)
    cuts = range(0, (LETTERS + 1) * LETTER_CHARS, LETTER_CHARS)
    return [whole[start:end] for start, end in pairwise(cuts) if end <= len(whole)]


def _shortest(look: Callable[[str], object], text: str) -> float:
    """Return the seconds of one look, the shortest of a few: what lies beside is not ours."""
    spans = []
    for _ in range(LOOKS):
        started = monotonic_seconds()
        look(text)
        spans.append(monotonic_seconds() - started)
    return min(spans)
