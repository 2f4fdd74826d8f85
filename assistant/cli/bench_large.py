"""A knowledge base of 100,000 entries, made by variation of the demo city's: is it still fast?

Each entry has its title, two similar questions and one chunk of its answer; what is
varied is the place, the person and a running number, so that no two texts are equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path

from assistant.cli.figures import Figure, goal_met
from assistant.cli.timings import in_words, peak_memory_mb, percentile_ms
from assistant.clock import monotonic_seconds
from assistant.retrieval.documents import Document
from assistant.retrieval.hybrid_index import HybridIndex, build_hybrid
from assistant.retrieval.live_index import LoadedEdition
from assistant.retrieval.questions import read_questions
from assistant.retrieval.search import HybridSearch
from assistant.services import named_or_current_edition, process_embedder, process_settings

Say = Callable[[str, int, int], None]
QUESTIONS, WARM_UP = 200, 20
CHUNK_CHARS = 60
PEOPLE = ("老人", "学生", "外地人", "个体户", "农民工", "退役军人", "残疾人", "孕妇", "年轻人")


def bench_large(entries: int, say: Say) -> list[Figure]:
    """Return build time, memory, size on disk and search time of many entries."""
    settings, embedder = process_settings(), process_embedder()
    loaded = named_or_current_edition(settings, "")
    documents = list(islice(varied(loaded), entries))
    before = peak_memory_mb()
    started = monotonic_seconds()
    index = build_hybrid(documents, embedder, words=loaded.search.index.words, say=say)
    building = monotonic_seconds() - started
    built = peak_memory_mb()
    with tempfile.TemporaryDirectory(prefix="wenban-bench-") as name:
        folder = Path(name)
        index.save(folder)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
        index = HybridIndex.load(folder, embedder)
    search = HybridSearch(index, embedder, loaded.calibration.weights)
    texts = [question.text for question in read_questions(settings.knowledge / "questions")]
    spans = []
    for number, text in enumerate(texts[: QUESTIONS + WARM_UP], start=1):
        vector = embedder.embed_questions([text])[0]
        begun = monotonic_seconds()
        search.search(text, 10, vector=vector)
        spans.append(monotonic_seconds() - begun)
        say("提问", number, QUESTIONS + WARM_UP)
    spans = spans[WARM_UP:]
    p50 = percentile_ms(spans, 0.5)
    return [
        Figure(f"search, {len(documents):,} entries, {len(index.kinds):,} passages",
               in_words(spans), "p50 ≤ 25 ms", goal_met(p50, at_most=25)),
        Figure("index built in", f"{building / 60:.1f} min", "≤ 30 min",
               goal_met(building / 60, at_most=30)),
        Figure("index on disk", f"{size:.0f} MB"),
        Figure("peak memory before, and while building", f"{before:.0f} MB, {built:.0f} MB"),
    ]  # fmt: skip


def varied(loaded: LoadedEdition) -> Iterator[Document]:
    """Yield as many different documents as places, people and entries allow, then with numbers."""
    entries = list(loaded.edition.entries.values())
    places = [place.name for place in loaded.registers.gazetteer.districts]
    number = 0
    while True:
        number += 1
        for place, person, entry in product(places, PEOPLE, entries):
            lead = f"{place}{number}号片区{person}"
            yield Document(
                id=f"{entry.id}-{place}-{person}-{number}",
                questions=tuple(f"{lead}，{text}" for text in entry.questions[:3]),
                chunks=(f"{lead}：{entry.answer[:CHUNK_CHARS]}",),
            )
