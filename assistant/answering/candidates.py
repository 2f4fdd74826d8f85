"""Which candidates may be told to this citizen now.

Drops entries that are expired, for agents only, for another district or for
another audience than the citizen says they are. When the first candidate falls
out, the probability was about that one, so it no longer counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assistant.answering.conversation import KnowledgeView, Question
from assistant.clock import shanghai_date
from assistant.knowledge.entry import CITY_AREA, Entry
from assistant.knowledge.places import PlaceKind

_SPEAKS_AS_BUSINESS = re.compile(
    r"(我|我们|咱|咱们|本)(公司|企业|单位|厂|店|工厂|饭店|餐馆|商户)|开公司|法人代表|个体户"
)


def usable_candidates(question: Question, view: KnowledgeView) -> Question:
    """Return the question with only those candidates that may be told."""
    today = shanghai_date(question.now)
    districts = _districts(question.text, view)
    kept = tuple(
        (entry_id, score)
        for entry_id, score in question.ranked
        if (entry := view.entries.get(entry_id)) is not None
        and _may_be_told(entry, today, view)
        and _fits_district(entry, districts)
    )
    if _SPEAKS_AS_BUSINESS.search(question.text):
        kept = _businesses_first(kept, view)
    if kept[:1] == question.ranked[:1]:
        return replace(question, ranked=kept)
    return replace(question, ranked=kept, probability=_below_answer(question, kept, view))


def _below_answer(
    question: Question, kept: tuple[tuple[str, float], ...], view: KnowledgeView
) -> float:
    """Return a probability that allows an offer at most, and none without candidates."""
    ceiling = (view.thresholds.answer_at + view.thresholds.offer_at) / 2
    return min(question.probability, ceiling) if kept else 0.0


def _may_be_told(entry: Entry, today: date, view: KnowledgeView) -> bool:
    """Return whether an entry is public and in force, or of the future (which is said so)."""
    if entry.visibility != "public" or set(entry.audience) == {"internal"}:
        return False
    if entry.is_in_force(today) or entry.is_of_the_future(today):
        return True
    return successor_of(entry, view, today) is not None


def successor_of(entry: Entry, view: KnowledgeView, today: date) -> Entry | None:
    """Return the entry in force that supersedes an expired one."""
    for other in view.entries.values():
        if other.supersedes == entry.id and other.is_in_force(today):
            return other
    return None


def predecessor_of(entry: Entry, view: KnowledgeView, today: date) -> Entry | None:
    """Return what is still in force until a future entry starts."""
    former = view.entries.get(entry.supersedes)
    return former if former is not None and former.is_in_force(today) else None


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
