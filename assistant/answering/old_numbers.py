"""Questions about a hotline number itself: 96119还能打吗, 12319是什么电话.

Looks numbers up in legacy_numbers.yml. A number in a longer question about
something else is only quoted, and the question goes on to retrieval.
"""

from __future__ import annotations

import re

from assistant.answering.aspects import matter_words
from assistant.knowledge.legacy_numbers import LegacyNumber
from assistant.knowledge.registers import Registers
from assistant.text import fold

HOTLINE = "12345"
# A longer message tells a story in which the number is quoted.
_MAX_CHARS = 40

_NUMBER = re.compile(r"(?<!\d)\d{5}(?!\d)")
# What is said of a number: still in use, merged, whose it is, what it is for.
_OF_A_NUMBER = re.compile(
    r"以前|之前|原来|原先|过去|现在|如今|还能不能|能不能|还能|老的|旧的|热线|专线|打不通|打得通|打通|不通|占线|"
    r"没人接|没有人接|有人接|拨打|拨|接听|接|是不是|停用|停掉|停了|取消|撤销|撤掉|作废|失效|注销|并入|并进来|并进|"
    r"并到|合并|归并|整合|并|进来|进去|改成|改为|改|换成|换|用|有效|区别|不同|一样|同一个|关系|干什么|干嘛|干啥|"
    r"做什么|管哪些|管什么|管|负责|归谁|归|谁|哪个部门|部门|单位|机构|还是|或者|直接|成|好使|存在|变|新|为|跟|与|"
    r"投诉|举报|求助|问题|情况|事情|吧|通|另外|全天|二十四小时|人工|记得|听说|好像|已经|到底|究竟|想|一直|老是|总是"
)


def numbers_asked(text: str, registers: Registers) -> list[LegacyNumber]:
    """Return the lines that a message is about, in its order; empty when it is about another thing.

    What is left of the message without the numbers and words about numbers must
    be nothing, or stand in the register's own words for the line (12328能投诉出租车吗).
    12345 counts only when it is the only number.
    """
    found = list(dict.fromkeys(_NUMBER.findall(text)))
    known = [
        registers.legacy_numbers[number] for number in found if number in registers.legacy_numbers
    ]
    if len(known) != len(found) or len(text) > _MAX_CHARS:
        return []
    lines = [line for line in known if line.number != HOTLINE] or known
    left = _OF_A_NUMBER.sub(" ", _NUMBER.sub(" ", text))
    pieces = [word for piece in left.split() for word in matter_words(piece)]
    is_about = all(any(_speaks_of(line, piece) for line in lines) for piece in pieces)
    return lines if is_about else []


def _speaks_of(line: LegacyNumber, piece: str) -> bool:
    """Return whether the register's words for a line name what a message leaves over."""
    words = fold(line.name + line.answer)
    return len(piece) > 1 and line.number != HOTLINE and piece in words
