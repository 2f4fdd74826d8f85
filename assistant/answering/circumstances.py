"""A follow-up that names no matter but a new circumstance: "那未成年人呢".

It belongs to the entry that was just answered. Whether the entry speaks of the
circumstance is looked up in its own reviewed text; nothing is inferred.
"""

from __future__ import annotations

import re

from assistant.knowledge.entry import Entry
from assistant.text import question_key

_LEAD = r"(?:那么|那|如果|要是|假如|万一)"
_FORM = re.compile(
    rf"{_LEAD}(?:是|我|他|她)?(?P<led>.{{1,10}}?)"
    r"(?:的话呢|的话|怎么办呢|怎么办|咋办|可以吗|行吗|行不行|能办吗|也一样吗|一样吗|呢)"
    r"|(?P<plain>.{1,8}?)(?:的话)?呢"
)
# Words of one circumstance: an entry may use another than the citizen.
_SAME: tuple[frozenset[str], ...] = (
    frozenset({"未成年人", "未成年", "孩子", "小孩", "小孩子", "儿童", "学生", "监护人"}),
    frozenset({"老人", "老年人", "老年", "六十岁以上"}),
    frozenset({"代办", "别人", "家人", "家属", "他人", "委托", "代办人", "本人来不了"}),
    frozenset({"外地", "外地人", "异地", "省外", "外省", "跨省", "市外"}),
    frozenset({"公司", "企业", "单位", "用人单位"}),
    frozenset({"外国人", "外籍", "老外"}),
    frozenset({"残疾人", "残疾", "残疾证"}),
    frozenset({"丢了", "遗失", "丢失", "弄丢了"}),
)  # fmt: skip


def circumstance_of(text: str) -> str:
    """Return the circumstance that a message adds, folded; empty when it has not that form."""
    match = _FORM.fullmatch(question_key(text))
    return "" if match is None else match.group("led") or match.group("plain")


def aspect_telling_of(entry: Entry, circumstance: str) -> str | None:
    """Return the first aspect of an entry whose text names a circumstance, or None."""
    for aspect, text in entry.sections.items():
        if _names(text, circumstance):
            return aspect
    return None


def answer_tells_of(entry: Entry, circumstance: str) -> bool:
    """Return whether the answer proper names a circumstance."""
    return _names(entry.answer, circumstance)


def is_known(circumstance: str) -> bool:
    """Return whether a circumstance is one that many entries speak of ("别人代办")."""
    return bool(_groups(circumstance))


def _names(text: str, circumstance: str) -> bool:
    """Return whether a text names a circumstance, by its word or another for the same."""
    words = {circumstance}.union(*_groups(circumstance))
    return any(word in question_key(text) for word in words)


def _groups(circumstance: str) -> list[frozenset[str]]:
    """Return the groups of which a circumstance has a word."""
    return [group for group in _SAME if any(word in circumstance for word in group)]
