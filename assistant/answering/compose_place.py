"""Where to go and whether it is open: halls by matter and district, hours by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.answering import compose
from assistant.answering.conversation import Answer, KnowledgeView, Question
from assistant.knowledge.entry import Entry
from assistant.knowledge.halls import Hall, halls_for, is_open, named_halls
from assistant.text import fold

_SHOWN = 3


def where(
    question: Question, entry: Entry | None, district: str, view: KnowledgeView
) -> Answer | None:
    """List the halls for a matter; None when neither the entry nor the words name one."""
    note = ""
    if entry is not None:
        entry, note = compose.in_force(entry, view, question.now)
    topic = entry.topic_folder if entry is not None else topic_named(question.text, view)
    if not topic:
        return None
    parts: list[str] = []
    if entry is not None and "place" in entry.sections:
        parts.append(f"【{entry.title}】办理地点：\n{entry.sections['place']}")
    halls = halls_for(view.registers.halls, topic, district, _SHOWN)
    if halls:
        parts.append(view.registers.phrases.text("place_intro"))
        parts += [_hall_text(hall, question.now, view) for hall in halls]
    if not parts:
        return None
    parts.append(compose.source_line(entry, view) if entry is not None else _map_source(view))
    return _place_answer([note, *parts] if note else parts, entry)


def opening_hours(
    question: Question, entry: Entry | None, district: str, view: KnowledgeView
) -> Answer:
    """Tell the hours of the hall that is meant; ask when it is not clear which.

    The entry is cited only when its topic chose the halls: a hall that the citizen
    names has nothing to do with what was answered before.
    """
    halls = list(named_halls(view.registers.halls, question.text))
    if halls:
        return _hours_answer(halls, None, question, view)
    topic = topic_named(question.text, view) or (entry.topic_folder if entry is not None else "")
    halls = halls_for(view.registers.halls, topic, district, _SHOWN) if topic else []
    if halls:
        cited = entry if entry is not None and entry.topic_folder == topic else None
        return _hours_answer(halls, cited, question, view)
    if district:
        halls = [hall for hall in view.registers.halls if hall.district == district]
    elif _means_the_hall(question.text):
        halls = list(view.registers.halls[:1])
    if not halls:
        return compose.phrase("ask_which_hall", view, status="clarify_slot")
    return _hours_answer(halls, None, question, view)


def _hours_answer(
    halls: Sequence[Hall], entry: Entry | None, question: Question, view: KnowledgeView
) -> Answer:
    """Return halls with their hours and the register's source."""
    parts = [_hall_text(hall, question.now, view) for hall in halls[:_SHOWN]]
    return _place_answer([*parts, _map_source(view)], entry)


def _place_answer(parts: Sequence[str], entry: Entry | None) -> Answer:
    """Return paragraphs as an answer about places."""
    return Answer(
        status="answered_place",
        text="\n\n".join(parts),
        kind="card",
        entry=entry,
        aspect="place",
        buttons=compose.NEXT_STEPS,
    )


def topic_named(text: str, view: KnowledgeView) -> str:
    """Return the topic folder whose longest word stands in a text, or an empty string."""
    folded = fold(text)
    found = [
        (len(word), topic.id)
        for topic in view.registers.topics.values()
        for word in topic.words
        if fold(word) in folded
    ]
    return max(found, key=lambda item: (item[0], item[1]))[1] if found else ""


def _means_the_hall(text: str) -> bool:
    """Return whether a message speaks of the government-service hall as such."""
    return any(word in text for word in ("大厅", "政务中心", "服务中心", "办事中心", "你们"))


def _hall_text(hall: Hall, now: datetime, view: KnowledgeView) -> str:
    """Return one hall: name, address, hours, phone, and whether it is open now."""
    state = is_open(hall, now, view.registers.calendar)
    phrases = view.registers.phrases
    if state.open is None:
        key, fields = "hours_unknown_year", {}
    elif state.open:
        key, fields = "hours_open", {"时间": state.until}
    else:
        key, fields = "hours_closed", {"时间": state.until}
    lines = [
        f"**{hall.name}**",
        f"地址：{hall.address}",
        f"时间：{hall.hours_text}",
        f"电话：{hall.phone}",
        phrases.text(key, **fields),
    ]
    if hall.booking:
        lines.append(f"预约：{hall.booking}")
    return "\n".join(lines)


def _map_source(view: KnowledgeView) -> str:
    """Return the source line of the hall register."""
    return f"来源：{view.registers.halls_source}"
