"""Which candidates may be told to this citizen now.

Drops entries that are expired, for agents only, for another district or for
another audience than the citizen says they are. When the first candidate falls
out, the probability was about that one, so it no longer counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from assistant.answering.aspects import names_no_matter
from assistant.answering.conversation import KnowledgeView, Memory, Question
from assistant.clock import shanghai_date
from assistant.knowledge.entry import CITY_AREA, Entry
from assistant.knowledge.places import PlaceKind
from assistant.text import question_key

_SPEAKS_AS_BUSINESS = re.compile(
    r"(我|我们|咱|咱们|本)(公司|企业|单位|厂|店|工厂|饭店|餐馆|商户)|开公司|法人代表|个体户"
)
# The probability grows with a message's length: 300 letters of nonsense came out as certain.
# Beyond this a message has to name the matter, or the candidate counts for nothing.
_LONG_CHARS = 40


def usable_candidates(question: Question, view: KnowledgeView) -> Question:
    """Return the question with only those candidates that may be told.

    An expired entry is replaced by the one in force that supersedes it, so that
    every candidate left is public, and in force or of the future.
    """
    today = shanghai_date(question.now)
    districts = _districts(question.text, view)
    ranked = tuple(
        (entry.id, score)
        for entry_id, score in question.ranked
        if (entry := entry_to_tell(entry_id, today, view)) is not None
    )
    first = entry_to_tell(question.ranked[0][0], today, view) if question.ranked else None
    kept = tuple(
        (entry_id, score)
        for number, (entry_id, score) in enumerate(ranked)
        if entry_id not in {earlier for earlier, _score in ranked[:number]}
        and _fits_district(view.entries[entry_id], districts)
    )
    if _SPEAKS_AS_BUSINESS.search(question.text):
        kept = _businesses_first(kept, view)
    if kept and _is_long(question.text) and not _is_named(view.entries[kept[0][0]], question, view):
        return replace(question, ranked=kept, probability=0.0)
    if first is not None and kept and kept[0][0] == first.id:
        return replace(question, ranked=kept)
    return replace(question, ranked=kept, probability=_below_answer(question, kept, view))


def usable_memory(memory: Memory, now: datetime, view: KnowledgeView) -> Memory:
    """Return what may still be told of what the conversation remembers.

    An entry can expire, be replaced or be withdrawn between two turns, also with
    a new edition. A successor takes its place; without one `lapsed` is set.
    """
    today = shanghai_date(now)
    entry = entry_to_tell(memory.entry_id, today, view)
    offered = [entry_to_tell(entry_id, today, view) for entry_id in memory.offered]
    return replace(
        memory,
        entry_id=entry.id if entry is not None else "",
        lapsed=bool(memory.entry_id) and entry is None,
        offered=tuple(item.id for item in offered if item is not None),
    )


def entry_to_tell(entry_id: str, today: date, view: KnowledgeView) -> Entry | None:
    """Return the entry that may be told for an id: itself, or its successor when it expired."""
    entry = view.entries.get(entry_id)
    if entry is None:
        return None
    if may_be_told(entry, today):
        return entry
    return successor_of(entry, view, today) if _is_public(entry) else None


def may_be_told(entry: Entry, today: date) -> bool:
    """Return whether an entry is public and in force, or of the future (which is said so)."""
    return _is_public(entry) and (entry.is_in_force(today) or entry.is_of_the_future(today))


def _is_public(entry: Entry) -> bool:
    """Return whether an entry is meant for citizens at all."""
    return entry.visibility == "public" and set(entry.audience) != {"internal"}


def _below_answer(
    question: Question, kept: tuple[tuple[str, float], ...], view: KnowledgeView
) -> float:
    """Return a probability that allows an offer at most, and none without candidates."""
    ceiling = (view.thresholds.answer_at + view.thresholds.offer_at) / 2
    return min(question.probability, ceiling) if kept else 0.0


def successor_of(entry: Entry, view: KnowledgeView, today: date) -> Entry | None:
    """Return the entry in force that supersedes an expired one."""
    for other in view.entries.values():
        if other.supersedes == entry.id and _is_public(other) and other.is_in_force(today):
            return other
    return None


def predecessor_of(entry: Entry, view: KnowledgeView, today: date) -> Entry | None:
    """Return what is still in force until a future entry starts."""
    former = view.entries.get(entry.supersedes)
    if former is None or not _is_public(former) or not former.is_in_force(today):
        return None
    return former


def _is_long(text: str) -> bool:
    """Return whether a message is longer than what the probability was learned from."""
    return len(question_key(text)) > _LONG_CHARS


def _is_named(entry: Entry, question: Question, view: KnowledgeView) -> bool:
    """Return whether a message has two letters in a row of an entry's questions, or a topic word.

    Letters that carry no matter do not count.
    """
    key = question_key(question.text)
    topic = view.registers.topics.get(entry.topic_folder)
    if topic is not None and any(question_key(word) in key for word in topic.words):
        return True
    own = [question_key(text) for text in entry.questions]
    pairs = {text[start : start + 2] for text in own for start in range(len(text) - 1)}
    return any(pair in key and not names_no_matter(pair) for pair in pairs)


def _districts(text: str, view: KnowledgeView) -> set[str]:
    """Return the districts named in a message."""
    gazetteer = view.registers.gazetteer
    return {
        gazetteer.district_of(mention)
        for mention in gazetteer.find(text)
        if mention.kind is not PlaceKind.OTHER_CITY
    }


def _fits_district(entry: Entry, districts: set[str]) -> bool:
    """Return whether an entry holds where the citizen asks for; none named fits all."""
    return entry.area == CITY_AREA or not districts or entry.area in districts


def _businesses_first(
    kept: tuple[tuple[str, float], ...], view: KnowledgeView
) -> tuple[tuple[str, float], ...]:
    """Put an entry for businesses first when the first is for persons only."""
    near = kept[:3]
    fitting = [item for item in near if "business" in view.entries[item[0]].audience]
    if not near or not fitting or near[0] in fitting:
        return kept
    return (fitting[0], *(item for item in kept if item != fitting[0]))
