"""Decisions to words: published entries and reviewed phrases, put together, never reworded.

Every answer of substance ends with its source, document number, first day of
force and department, and with the next steps as buttons. The phrases stand in
knowledge/phrases.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assistant.answering.candidates import may_be_told, predecessor_of, successor_of
from assistant.answering.conversation import Answer, Button, KnowledgeView
from assistant.clock import shanghai_date
from assistant.knowledge.entry import ASPECT_HEADINGS, CITY_AREA, Entry, Kind
from assistant.knowledge.legacy_numbers import LegacyNumber
from assistant.knowledge.other_cities import OtherCity
from assistant.knowledge.out_of_scope import Kept, OutOfScope

NEXT_STEPS = (
    Button("转人工", "转人工"),
    Button("提交诉求", "我要提交诉求"),
    Button("更多问题", "你能回答哪些问题"),
)
# The aspects worth a button of their own under a guide.
_ASPECT_BUTTONS = (
    ("materials", "要带的材料", "需要什么材料"),
    ("process", "办理流程", "办理流程是什么"),
    ("time_limit", "办理时限", "要多久能办好"),
    ("fee", "收费", "收费多少"),
    ("place", "去哪里办", "在哪里办理"),
)


def entry_answer(entry: Entry, view: KnowledgeView, now: datetime) -> Answer:
    """Return the whole answer of an entry: its reviewed text, foldable sections, source."""
    entry, note = in_force(entry, view, now)
    parts = [note, entry.answer, _area_note(entry, view), source_line(entry, view)]
    status = "answered_guide" if entry.kind is Kind.GUIDE else "answered_entry"
    return Answer(
        status=status,
        text="\n\n".join(part for part in parts if part),
        kind="card",
        entry=entry,
        buttons=(*_aspect_buttons(entry), *NEXT_STEPS),
        sections=tuple((ASPECT_HEADINGS[aspect], text) for aspect, text in entry.sections.items()),
        department=_department(entry, view),
    )


def aspect_answer(entry: Entry, aspect: str, view: KnowledgeView, now: datetime) -> Answer:
    """Return one section of an entry; the whole answer when it has no such section."""
    entry, note = in_force(entry, view, now)
    text = entry.sections.get(aspect)
    if text is None:
        return entry_answer(entry, view, now)
    lead = f"【{entry.title}】{ASPECT_HEADINGS[aspect]}："
    parts = [note, f"{lead}\n{text}", _area_note(entry, view), source_line(entry, view)]
    others = tuple(button for button in _aspect_buttons(entry, without=aspect))
    return Answer(
        status="answered_aspect",
        text="\n\n".join(part for part in parts if part),
        kind="card",
        entry=entry,
        aspect=aspect,
        buttons=(*others, *NEXT_STEPS),
        department=_department(entry, view),
    )


def options(entries: list[Entry], view: KnowledgeView, *, intro: str = "options_intro") -> Answer:
    """Offer questions that may be meant; `no_entry_close` says first that none is quite it."""
    return Answer(
        status="clarify_options",
        text=view.registers.phrases.text(intro),
        kind="options",
        buttons=(
            *(Button(entry.title, entry.title) for entry in entries),
            Button("都不是", "都不是我要问的"),
        ),
        offered=tuple(entry.id for entry in entries),
    )


def with_related(answer: Answer, entries: list[Entry]) -> Answer:
    """Add questions on the same matter as buttons before the next steps."""
    related = tuple(Button(entry.title, entry.title) for entry in entries)
    return replace(
        answer,
        buttons=(*related, *answer.buttons),
        offered=tuple(entry.id for entry in entries),
    )


def phrase(key: str, view: KnowledgeView, *, status: str = "smalltalk") -> Answer:
    """Return a reviewed phrase with the next steps."""
    return Answer(status=status, text=view.registers.phrases.text(key), buttons=NEXT_STEPS)


def no_rule(view: KnowledgeView) -> Answer:
    """Say that no rule was found."""
    return phrase("no_entry", view, status="unanswerable_no_entry")


def not_understood(view: KnowledgeView) -> Answer:
    """Ask for the matter when a message says none."""
    return phrase("fallback", view, status="clarify_slot")


def unavailable(view: KnowledgeView) -> Answer:
    """Say that nothing could be looked up."""
    return phrase("unavailable", view, status="error_internal")


def old_numbers(lines: Sequence[LegacyNumber], source: str) -> Answer:
    """Tell what became of hotline numbers, in the register's words and with its source.

    The status is `redirected_lawful_path`: no entry is told, so `answered_entry`
    (which promises an entry and its sources) would not be true, and what the
    citizen gets is the official number for the matter.
    """
    parts = [line.answer for line in lines]
    if source:
        parts.append(f"来源：{source}")
    return Answer(
        status="redirected_lawful_path",
        text="\n\n".join(parts),
        buttons=NEXT_STEPS,
        extra={"old_numbers": "、".join(line.number for line in lines)},
    )


def with_lead(lines: Sequence[LegacyNumber], answer: Answer) -> Answer:
    """Put the register's words on hotline numbers before an entry that tells of them too."""
    return replace(answer, text="\n\n".join([*(line.answer for line in lines), answer.text]))


def other_city(city: OtherCity, view: KnowledgeView) -> Answer:
    """Name the other city's 12345 with its area code."""
    text = view.registers.phrases.text("other_city", 城市=city.name, 区号=city.area_code)
    return Answer(
        status="redirected_lawful_path",
        text=text,
        buttons=NEXT_STEPS,
        extra={"other_city": city.name},
    )


def lawful_path(found: OutOfScope) -> Answer:
    """Name the lawful way of a class that is out of scope."""
    return Answer(
        status="redirected_lawful_path",
        text=found.told,
        buttons=NEXT_STEPS,
        is_text_kept=found.kept is Kept.YES,
        extra={"out_of_scope": found.id},
    )


def source_line(entry: Entry, view: KnowledgeView) -> str:
    """Return source, document number, clause, first day of force and department in one line."""
    source = entry.sources[-1]
    return (
        f"来源：《{source.title}》（{source.document_no}）{source.clause}；"
        f"{entry.valid_from}起施行；负责部门：{_department(entry, view)}"
    )


def in_force(entry: Entry, view: KnowledgeView, now: datetime) -> tuple[Entry, str]:
    """Return the entry to tell today, and a note when a rule of the future is in play.

    Neither a successor nor a predecessor that is for agents only is told.
    """
    today = shanghai_date(now)
    if entry.is_of_the_future(today):
        former = predecessor_of(entry, view, today)
        if former is not None:
            return former, view.registers.phrases.text("future_rule", 日期=entry.valid_from)
        return entry, view.registers.phrases.text("future_only", 日期=entry.valid_from)
    if not entry.is_in_force(today):
        return successor_of(entry, view, today) or entry, ""
    coming = [
        other
        for other in view.entries.values()
        if other.supersedes == entry.id
        and other.is_of_the_future(today)
        and may_be_told(other, today)
    ]
    if coming:
        start = min(other.valid_from for other in coming)
        return entry, view.registers.phrases.text("future_rule", 日期=start)
    return entry, ""


def _area_note(entry: Entry, view: KnowledgeView) -> str:
    """Tell where an answer holds when it is not for the whole city."""
    if entry.area == CITY_AREA:
        return ""
    return f"（本答复适用于{view.registers.gazetteer.name_of(entry.area)}。）"


def _department(entry: Entry, view: KnowledgeView) -> str:
    """Return the name of the department that owns an entry."""
    return view.registers.departments[entry.owner].name


def _aspect_buttons(entry: Entry, *, without: str = "") -> tuple[Button, ...]:
    """Return buttons for the sections an entry has; 不适用 sections get none."""
    return tuple(
        Button(title, payload)
        for aspect, title, payload in _ASPECT_BUTTONS
        if aspect != without
        and aspect in entry.sections
        and not entry.sections[aspect].startswith("不适用")
    )
