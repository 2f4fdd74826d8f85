"""The public knowledge pages over the current edition, without any model.

The gateway shows these. Search is lexical only, so that the gateway stays small
and starts at once; it follows CURRENT by looking at it on each request.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

from assistant.clock import Clock, shanghai_date
from assistant.errors import EditionDamaged
from assistant.knowledge.checks_content import is_allowed_link
from assistant.knowledge.editions import Edition, current_id, load_edition
from assistant.knowledge.entry import ASPECT_HEADINGS, Entry
from assistant.knowledge.link_hosts import read_link_hosts
from assistant.knowledge.registers import Registers, load_registers
from assistant.messages.knowledge_pages import EntryHit, EntryPage, EntrySummary, TopicPage
from assistant.messages.reply import Section, Source
from assistant.retrieval.lexical import LexicalIndex
from assistant.retrieval.segmentation import Segmenter

SUMMARY_CHARS = 80


@dataclass(frozen=True)
class _Open:
    """One edition opened for the pages."""

    edition: Edition
    registers: Registers
    documents: LexicalIndex
    doc_ids: tuple[str, ...]
    segmenter: Segmenter
    link_hosts: tuple[str, ...]


class EditionPages:
    """See `assistant.messages.knowledge_pages.KnowledgePages`."""

    def __init__(self, editions: Path, clock: Clock) -> None:
        self._editions, self._clock = editions, clock
        self._open: _Open | None = None
        self._lock = threading.Lock()

    def edition(self) -> str:
        """See KnowledgePages."""
        return current_id(self._editions)

    def topics(self, topic_id: str = "") -> tuple[TopicPage, ...]:
        """See KnowledgePages."""
        opened = self._current()
        groups: dict[str, list[EntrySummary]] = {}
        for entry in sorted(self._public(opened), key=lambda entry: entry.id):
            if topic_id in ("", entry.topic_folder):
                summary = EntrySummary(entry.id, entry.title, _summary(entry))
                groups.setdefault(entry.topic_folder, []).append(summary)
        return tuple(
            TopicPage(topic, _topic_title(topic, opened.registers), tuple(entries))
            for topic, entries in sorted(groups.items())
        )

    def show(self, entry_id: str) -> EntryPage | None:
        """See KnowledgePages."""
        opened = self._current()
        entry = opened.edition.entries.get(entry_id)
        if entry is None or entry not in self._public(opened):
            return None
        return EntryPage(
            id=entry.id,
            title=entry.title,
            answer=entry.answer,
            sections=tuple(
                Section(ASPECT_HEADINGS[aspect], text) for aspect, text in entry.sections.items()
            ),
            sources=tuple(
                Source(
                    title=source.title,
                    document_no=source.document_no,
                    clause=source.clause,
                    valid_from=entry.valid_from,
                    published_on=source.published_on,
                    url=source.url if is_allowed_link(source.url, opened.link_hosts) else "",
                )
                for source in entry.sources
            ),
            department=opened.registers.departments[entry.owner].name,
            topic_id=entry.topic_folder,
            topic_title=_topic_title(entry.topic_folder, opened.registers),
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            last_checked_on=entry.last_checked_on,
            edition=opened.edition.id,
        )

    def search(self, query: str, limit: int = 20) -> tuple[EntryHit, ...]:
        """See KnowledgePages."""
        opened = self._current()
        public = {entry.id: entry for entry in self._public(opened)}
        scores = opened.documents.scores(opened.segmenter.terms(query))
        found = [
            (float(score), doc_id)
            for score, doc_id in zip(scores, opened.doc_ids, strict=True)
            if score > 0 and doc_id in public
        ]
        found.sort(key=lambda item: (-item[0], item[1]))
        return tuple(
            EntryHit(doc_id, public[doc_id].title, _summary(public[doc_id]), round(score, 3))
            for score, doc_id in found[:limit]
        )

    def _public(self, opened: _Open) -> list[Entry]:
        """Return the entries that everybody may read today: public and not expired."""
        today = shanghai_date(self._clock()).isoformat()
        return [
            entry
            for entry in opened.edition.entries.values()
            if entry.visibility == "public"
            and set(entry.audience) != {"internal"}
            and (not entry.valid_to or today <= entry.valid_to)
        ]

    def _current(self) -> _Open:
        """Return the current edition, opened once per edition."""
        name = current_id(self._editions)
        with self._lock:
            if self._open is None or self._open.edition.id != name:
                self._open = _opened(self._editions, name)
            return self._open


def _opened(editions: Path, name: str) -> _Open:
    """Open an edition for the pages.

    Raises:
        EditionDamaged: its registers or its index cannot be read.
    """
    edition = load_edition(editions, name)
    registers, problems = load_registers(edition.snapshot_folder)
    if problems:
        raise EditionDamaged(edition.snapshot_folder, str(problems[0]))
    description = json.loads((edition.index_folder / "index.json").read_text("utf-8"))
    return _Open(
        edition=edition,
        registers=registers,
        documents=LexicalIndex.load(edition.index_folder, "documents"),
        doc_ids=tuple(description["doc_ids"]),
        segmenter=Segmenter(description["words"]),
        link_hosts=read_link_hosts(edition.snapshot_folder)[0],
    )


def _topic_title(topic: str, registers: Registers) -> str:
    """Return a topic's Chinese title."""
    known = registers.topics.get(topic)
    return known.title if known is not None else topic


def _summary(entry: Entry) -> str:
    """Return the start of an answer on one line."""
    text = " ".join(entry.answer.split())
    return text if len(text) <= SUMMARY_CHARS else text[:SUMMARY_CHARS] + "…"
