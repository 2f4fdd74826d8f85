"""Which offered question a citizen picks: by its words, by its number, or by a plain yes.

A button sends the title of its entry as text; what is so chosen is certain and
needs no probability. Comes first of the steps of `decide`.
"""

from __future__ import annotations

import re

from assistant.answering.candidates import may_be_told
from assistant.answering.conversation import KnowledgeView, Memory, Question
from assistant.clock import shanghai_date
from assistant.knowledge.entry import Entry
from assistant.text import question_key

# What the buttons of `compose` send, and what it means whatever the classifier thinks.
PRESSED: dict[str, str] = {
    "转人工": "request_human",
    "我要提交诉求": "seek_help",
    "提交诉求": "seek_help",
    "我想提交诉求": "seek_help",
    "你能回答哪些问题": "ask_scope",
    "更多问题": "ask_scope",
    "都不是我要问的": "none_of_these",
    "都不是": "none_of_these",
}

_NUMERALS = {sign: number for number, sign in enumerate("123456789", start=1)} | {
    sign: number for number, sign in enumerate("一二三四五六七八九", start=1)
}
_ORDINAL = re.compile(
    r"(?:我?(?:要|想|选|问|点|看|说|就|是)*(?:的是)?)第?([1-9一二三四五六七八九])(?:个|条|项|种|题|号)?"
    r"(?:吧|呀|啊|的)?"
)
_LAST = re.compile(r"(?:我?(?:要|选|问|就|是)*(?:的是)?)最后(?:一)?(?:个|条|项)(?:吧|呀|啊)?")


def pressed_intent(text: str) -> str | None:
    """Return the intent of a button of ours whose words a message repeats, or None."""
    return PRESSED.get(question_key(text))


def chosen_entry(question: Question, memory: Memory, view: KnowledgeView) -> Entry | None:
    """Return the entry that a message picks, or None.

    An offered title wins over the same title elsewhere; a title that was offered
    longer ago still counts, because old buttons stay on the page. Numbers and a
    plain yes count only right after an offer.
    """
    offered = [view.entries[entry_id] for entry_id in memory.offered]
    if (named := _titled(question, offered, view)) is not None:
        return named
    if not offered:
        return None
    number = picked_number(question.text, len(offered))
    if number is not None and 1 <= number <= len(offered):
        return offered[number - 1]
    return offered[0] if len(offered) == 1 and question.intent == "affirm" else None


def picked_number(text: str, offered: int) -> int | None:
    """Return the place in an offer that a message names, from 1; None when it names none."""
    key = question_key(text)
    if _LAST.fullmatch(key):
        return offered
    match = _ORDINAL.fullmatch(key)
    return _NUMERALS[match.group(1)] if match else None


def _titled(question: Question, offered: list[Entry], view: KnowledgeView) -> Entry | None:
    """Return the entry whose title is the message: an offered one, else the only one."""
    key, today = question_key(question.text), shanghai_date(question.now)
    for entry in offered:
        if question_key(entry.title) == key:
            return entry
    same = [
        entry
        for entry in view.entries.values()
        if question_key(entry.title) == key and may_be_told(entry, today)
    ]
    return same[0] if len(same) == 1 else None
