"""The public side of the knowledge base, as the gateway needs it.

`assistant.services` builds an implementation over the current edition; the
gateway shows it and never sees an internal field, because these have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.messages.reply import Section, Source


@dataclass(frozen=True)
class EntrySummary:
    """One line of a list: `summary` is the start of the answer, plain text."""

    id: str
    title: str
    summary: str = ""


@dataclass(frozen=True)
class TopicPage:
    """The public entries of one topic; `id` is the first part of their ids."""

    id: str
    title: str
    entries: tuple[EntrySummary, ...]


@dataclass(frozen=True)
class EntryPage:
    """Everything public about one entry. Days are ISO days in Shanghai or empty."""

    id: str
    title: str
    answer: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    department: str
    topic_id: str
    topic_title: str
    valid_from: str
    valid_to: str
    last_checked_on: str
    edition: str


@dataclass(frozen=True)
class EntryHit:
    """An entry that a search found; a higher score is a better hit."""

    id: str
    title: str
    summary: str
    score: float


class KnowledgePages(Protocol):
    """Public entries of the current edition, read anew when CURRENT moves.

    Every method may raise `EditionNotFound` or `EditionDamaged`, may be called
    from several threads, and loads no embedding model.
    """

    def edition(self) -> str:
        """Return the id of the current edition."""

    def topics(self, topic_id: str = "") -> tuple[TopicPage, ...]:
        """Return all topics with their entries, or only the one with this id."""

    def show(self, entry_id: str) -> EntryPage | None:
        """Return one public entry, or None when there is none with this id."""

    def search(self, query: str, limit: int = 20) -> tuple[EntryHit, ...]:
        """Return public entries that fit, best first, ties by id."""
