"""The edition that answers in this process, swapped whole when CURRENT moves.

A background thread looks at CURRENT every second and loads a new edition beside
the old one; readers take one reference per question and never see half of each.
A damaged new edition is refused and the old one goes on answering.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EditionDamaged
from assistant.knowledge.editions import Edition, current_id, load_edition
from assistant.knowledge.registers import Registers, load_registers
from assistant.logs import fields
from assistant.retrieval.calibrate import Calibration
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex
from assistant.retrieval.search import Candidate, HybridSearch
from assistant.retrieval.word_match import WordMatch
from assistant.text import in_simplified

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# In every round the entries' words are read for so long, until all are.
WARM_SECONDS = 0.5


@dataclass(frozen=True)
class LoadedEdition:
    """An edition with its search, ready to answer."""

    edition: Edition
    registers: Registers
    search: HybridSearch
    calibration: Calibration
    words: WordMatch

    def ranked(self, question: str, top: int = 10) -> tuple[list[Candidate], float]:
        """Return the candidates and the probability that the first is right."""
        question = in_simplified(question)
        vector = self.search.embedder.embed_questions([question])[0]
        candidates = self.search.search(question, top, vector=vector)
        words = self.words.signals(question, [candidate.doc_id for candidate in candidates])
        gaps = self.search.gap_signals(vector)
        return candidates, self.calibration.probability(question, candidates, words, gaps)


def load_for_search(
    editions: Path, name: str, embedder: Embedder, calibration: Calibration
) -> LoadedEdition:
    """Load an edition and warm its search.

    Raises:
        HotlineError: the edition is missing, damaged, or of another embedding model.
    """
    edition = load_edition(editions, name)
    index = HybridIndex.load(edition.index_folder, embedder)
    search = HybridSearch(index, embedder, calibration.weights)
    registers, problems = load_registers(edition.snapshot_folder)
    if problems:
        raise EditionDamaged(edition.snapshot_folder, str(problems[0]))
    loaded = LoadedEdition(
        edition, registers, search, calibration, WordMatch(edition.entries, embedder)
    )
    loaded.ranked("社保卡丢了怎么办", 1)
    return loaded


class LiveIndex:
    """Holds the current edition; `close` ends the watching thread."""

    def __init__(
        self, editions: Path, load: Callable[[str], LoadedEdition], *, watch: bool = True
    ) -> None:
        """Load the current edition now, so that what fails to load fails to start."""
        self._editions, self._load = editions, load
        self._loaded = load(current_id(editions))
        self._former = self._loaded
        self._refused = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if watch:
            self._thread = threading.Thread(target=self._watch, name="live-index", daemon=True)
            self._thread.start()
            # A daemon thread that is inside ONNX Runtime when Python ends aborts the process.
            atexit.register(self.close)

    @property
    def current(self) -> LoadedEdition:
        """The edition to answer from; keep the reference for the whole question."""
        return self._loaded

    def named(self, name: str) -> LoadedEdition:
        """Return the edition that a turn began with, also when CURRENT moved within it."""
        return self._former if name == self._former.edition.id else self._loaded

    def refresh(self) -> bool:
        """Swap if CURRENT moved; return whether it was swapped."""
        name = current_id(self._editions)
        if name in (self._loaded.edition.id, self._refused):
            return False
        fresh = self._load(name)
        fresh.words.learn_from(self._loaded.words)
        self._former, self._loaded = self._loaded, fresh
        self._refused = ""
        logger.info("edition_swapped", extra=fields(edition=name))
        return True

    def warm_up(self) -> None:
        """Read the words of the entries now, rather than in idle moments."""
        while not self._loaded.words.warm(WARM_SECONDS):
            pass

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        atexit.unregister(self.close)
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _watch(self) -> None:
        """Look at CURRENT until closed; a bad edition is told once and left alone.

        Whatever goes wrong in here, the edition that answers goes on answering.
        """
        told = ("", "")
        while not self._stop.wait(POLL_SECONDS):
            name = ""
            try:
                name = current_id(self._editions)
                self.refresh()
                self._loaded.words.warm(WARM_SECONDS)
                told = ("", "")
            # A thread's edge: it must not end, or no later edition would ever be seen.
            except Exception as err:  # noqa: BLE001
                if told != (name, str(err)):
                    logger.error(
                        "edition_refused", extra=fields(edition=name or "?", reason=str(err))
                    )
                told, self._refused = (name, str(err)), name
