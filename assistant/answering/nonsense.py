"""Messages without words: signs, digits, cries and keyboard mash never reach an entry.

Retrieval finds something near for every text; what says nothing has to be known
by its own form. Comes before the steps of `decide` that look at candidates.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.text import fold

_APPROVING = frozenset("👍👌🙏💯🌹🌸❤♥🤝👏")
_CRY = re.compile(r"[啊哈呵嘿哦噢喔额呃诶哎唉嘻嘤呜哇呀嗷咦哼嘎]+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
# What opens an order to a program and no sentence: /restart, ${HOME}, <script>, {entry_id}.
_ORDER = re.compile(r"\s*[/／\\$<{]")
# Letters side by side on a keyboard, in both directions.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WALKS = (*_ROWS, *(row[::-1] for row in _ROWS))


def has_chinese(text: str) -> bool:
    """Return whether a message has a Chinese character; nothing else is understood."""
    return _HAN.search(text) is not None


def approves(text: str) -> bool:
    """Return whether a message is nothing but a sign of thanks or approval."""
    signs = [sign for sign in text if not sign.isspace() and not _is_modifier(sign)]
    return bool(signs) and set(signs) <= _APPROVING


def says_nothing(text: str) -> bool:
    """Return whether a message has no word: only signs, digits, one letter, cries or mash."""
    folded = fold(text)
    if not folded or folded.isdigit() or _CRY.fullmatch(folded):
        return True
    if has_chinese(text):
        return False
    if _ORDER.match(text):
        return True
    return folded.isascii() and (len(folded) == 1 or _is_mash(folded))


def _is_mash(letters: str) -> bool:
    """Return whether most runs of three letters lie side by side on a keyboard."""
    runs = [letters[start : start + 3] for start in range(len(letters) - 2)]
    walked = sum(any(run in walk for walk in _WALKS) for run in runs)
    return walked * 2 > len(runs)


def _is_modifier(sign: str) -> bool:
    """Return whether a character only colours the sign before it (skin tone, variant)."""
    return unicodedata.category(sign) in ("Sk", "Mn", "Cf")
