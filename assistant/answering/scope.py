"""Does a message ask for the rules of another city?

A name alone proves nothing: 老家在成都, 从上海转来, 北京户口 tell where a citizen
comes from. Only a name that the matter belongs to counts, and never beside
words for this city.
"""

from __future__ import annotations

import re

from assistant.knowledge.other_cities import OtherCity
from assistant.knowledge.places import PlaceKind
from assistant.knowledge.registers import Registers

_HERE = re.compile(
    r"云州|本市|咱们?市|我们市|咱们?这|我们这|这边|这里|本地|来这|到这|[转迁搬]过来|[转迁]回来"
)
# Two places are in play, and one of them is this city; not when the other one leads
# the message (石家庄异地高考需要哪些条件).
_TWO_PLACES = re.compile("外地|异地|跨省|跨市")
# What stands before or after a name when it only tells where somebody comes from or goes to.
_FROM = re.compile(
    r"(老家|户口|户籍|籍贯|原来|以前|之前|从|由|来自|人在|打工|工作|念书|上学|买的|迁|转|寄到|回)在?$"
)
_TO = re.compile(
    r"^(市|省)?(的)?(户口|户籍|人(?![才社口防民力])|籍|牌照?|车牌|亲戚|朋友|家人|父母|同学|老家|转|迁|来|那边转|打工|"
    r"工作|上班|[一二三四五六七八九十两几]日游|上学|上大学|读书|读大学|念书|念大学|住院|看病|就医|治病|做手术|生孩子|旅游|出差|交过|缴过|缴的|交的|"
    r"买的|办的|回来|大学)"
)
# Where something is or belongs, in a clause of its own: 房子在苏州，…  驾照是天津的，…
_IS_THERE = re.compile(r"(房子|住房|房|车|单位|公司|父母|老人|孩子|爱人|家人|家)(都|也|现在)?在$")
_CLAUSE_ENDS = re.compile(r"^(市|省)?\s*[,，。;；!！]")
_BELONGS_THERE = re.compile(r"是$")
_OF_IT_ENDS = re.compile(r"^(市|省)?的\s*[,，。;；!！]")


def other_city_asked(text: str, registers: Registers) -> OtherCity | None:
    """Return the other city whose rules a message asks for, or None."""
    if _HERE.search(text):
        return None
    for mention in registers.gazetteer.find(text):
        if mention.kind is not PlaceKind.OTHER_CITY:
            continue
        if mention.start and _TWO_PLACES.search(text):
            continue
        before, after = text[: mention.start], text[mention.end :]
        if _FROM.search(before) or _TO.search(after):
            continue
        if _IS_THERE.search(before) and _CLAUSE_ENDS.search(after):
            continue
        if _BELONGS_THERE.search(before) and _OF_IT_ENDS.search(after):
            continue
        return registers.other_cities[mention.id]
    return None
