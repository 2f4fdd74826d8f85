"""A small base with what publishing needs, and one dictionary for all segmenters.

A segmenter loads jieba's dictionary anew (0.7 s); segmenters with the same words are
equal, so tests let them share it. Nothing else is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.knowledge.editions import current_id
from assistant.knowledge.entry import Entry
from assistant.publishing.publish import PublishOrder, PublishReport, publish
from assistant.publishing.vector_cache import RememberingEmbedder
from assistant.retrieval.calibrate import Calibration
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.live_index import LoadedEdition, load_for_search
from assistant.retrieval.segmentation import Segmenter
from tests.knowledge.small_base import NOW, write_entry

_BUILD = Segmenter.__dict__["_jieba"].func


def shared_dictionary() -> Callable[[Segmenter], Any]:
    """Return what a segmenter's tokenizer is taken from: one for each list of words."""
    built: dict[tuple[str, ...], Any] = {}

    def tokenizer(segmenter: Segmenter) -> Any:
        words = segmenter._words
        if words not in built:
            built[words] = _BUILD(segmenter)
        return built[words]

    return tokenizer


@dataclass(frozen=True)
class Release:
    """A knowledge folder with its editions; `embedder` remembers vectors between tests."""

    order: PublishOrder
    embedder: Embedder
    calibration: Calibration

    @property
    def knowledge(self) -> Path:
        """The working tree."""
        return self.order.knowledge

    @property
    def editions(self) -> Path:
        """The folder of the editions."""
        return self.order.editions

    @property
    def current(self) -> str:
        """The id of the edition that answers."""
        return current_id(self.editions)

    def publish(
        self, *, commit: bool = True, now: datetime = NOW, note: str = "", **more: Any
    ) -> PublishReport:
        """Publish the working tree."""
        order = replace(self.order, note=note)
        return publish(order, self.embedder, now, commit=commit, **more)

    def load(self, name: str = "") -> LoadedEdition:
        """Load an edition, the current one for an empty name."""
        return load_for_search(self.editions, name or self.current, self.embedder, self.calibration)

    def put(self, entry: Entry) -> Path:
        """Write an entry into the working tree."""
        return write_entry(self.knowledge, entry)

    def files(self) -> dict[str, bytes]:
        """Return every file below the editions' folder with its content."""
        return {
            path.relative_to(self.editions).as_posix(): path.read_bytes()
            for path in self.editions.rglob("*")
            if path.is_file()
        }


class Remembered:
    """An embedder whose vectors are kept between tests; see RememberingEmbedder."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        self.memory = RememberingEmbedder(inner, folder)
        self.name, self.dimension = inner.name, inner.dimension
        self.embed_questions = self.memory.embed_questions
        self.embed_passages = self.memory.embed_passages
        self.question_tokens = self.memory.question_tokens
        self.passage_tokens = self.memory.passage_tokens
