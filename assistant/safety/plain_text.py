"""Brings a message to the spelling in which the signs of danger are written.

Before: whatever a citizen typed, cleaned or not. After: NFKC, lower case,
simplified characters, pictures turned into words, no blanks or dots inside
Chinese words, no letter repeated more than twice. The result is compared, never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from assistant.text import simplified

_HAN = "\u3400-\u9fff"
_LOOSE = r"[ \t\u3000.·•・‧∙_~*^`'\"|/\\+=-]"
# Blanks and dots between two Chinese characters: 着 火 了, 救.命.
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]){_LOOSE}+(?=[{_HAN}])")
# Commas between single characters, at least three in a row: 着，火，了.
_COMMAS = re.compile(f"(?<![{_HAN}])[{_HAN}](?:[,，、…。!！]+[{_HAN}]){{2,}}(?![{_HAN}])")
_REPEATED = re.compile(r"([^\d])\1{2,}")
# Nothing in such a text has to be taken out.
_ORDINARY = re.compile(r"[\n -~\u3001\u3002\u300a-\u3011\u2018-\u201d\u2026\u4e00-\u9fff]*")
# What most messages hold of wide characters; NFKC over a whole letter takes much longer.
_WIDE = tuple(zip("，！？：；（）", ",!?:;()", strict=True))
_DIGIT_GAPS = re.compile(r"(?<=\d)[ -](?=\d)")


def plain_text(message: str, pictures: Mapping[str, str]) -> str:
    """Return a message in the spelling of the signs; `pictures` maps emoji to words."""
    text = message
    for picture, word in pictures.items():
        if picture in text:
            text = text.replace(picture, word)
    text = simplified(_without_invisible(text))
    text = _DIGIT_GAPS.sub("", text)
    text = _COMMAS.sub(lambda found: re.sub(f"[^{_HAN}]", "", found.group()), text)
    text = _BETWEEN_HAN.sub("", text)
    return _REPEATED.sub(r"\1", text)


def _without_invisible(text: str) -> str:
    """Return text without control, format and combining characters and without lone pictures."""
    if text.isascii():
        return text
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    if _ORDINARY.fullmatch(text):
        return text
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cf", "Mn", "Me", "Cs", "Co", "Cn") or (category == "Cc" and char != "\n"):
            continue
        kept.append("," if category in ("So", "Sk") else char)
    return "".join(kept)
