"""Where to go and whether it is open: halls by matter and district, hours by the clock."""

from __future__ import annotations

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
    topic = entry.topic_folder if entry is not None else topic_named(question.text, view)
    if not topic:
        return None
    halls = halls_for(view.registers.halls, topic, district, _SHOWN)
    parts: list[str] = []
    if entry is not None and "place" in entry.sections:
        parts.append(f"【{entry.title}】办理地点：\n{entry.sections['place']}")
    if halls:
        parts.append(view.registers.phrases.text("place_intro"))
        parts += [_hall_text(hall, question.now, view) for hall in halls]
    if not parts:
        return None
    if entry is not None:
        parts.append(compose.source_line(entry, view))
    else:
        parts.append(_map_source(view))
    return Answer(
        status="answered_place",
        text="\n\n".join(parts),
        kind="card",
        entry=entry,
        aspect="place",
        buttons=compose.NEXT_STEPS,
    )


def opening_hours(
    question: Question, entry: Entry | None, district: str, view: KnowledgeView
) -> Answer:
    """Tell the hours of the hall that is meant; ask when it is not clear which."""
    halls = list(named_halls(view.registers.halls, question.text))
    topic = topic_named(question.text, view) or (entry.topic_folder if entry is not None else "")
    if not halls and topic:
        halls = list(halls_for(view.registers.halls, topic, district, _SHOWN))
    if not halls and district:
        halls = [hall for hall in view.registers.halls if hall.district == district][:_SHOWN]
    if not halls and _means_the_hall(question.text):
        halls = list(view.registers.halls[:1])
    if not halls:
        return compose.phrase("ask_which_hall", view, status="clarify_slot")
    parts = [_hall_text(hall, question.now, view) for hall in halls[:_SHOWN]]
    parts.append(_map_source(view))
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
