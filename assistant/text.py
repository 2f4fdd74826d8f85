"""How text is cleaned at the edge and folded for comparison.

`clean_message` guards the way in (rule 4 of the safety notes): what it returns
can be stored, tokenised and shown. `fold` makes two spellings of one question
equal; it serves the checks and the lexical index and is never shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

from assistant.errors import InvalidText

MAX_CHARS = 2000
MAX_COMBINING = 2
# Two suffice for all that was tried; a bound all the same.
MAX_PASSES = 5

_LINE_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\u0085]")
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
_NOT_WORD = re.compile(r"[\W_]+")


def clean_message(raw: str, *, max_chars: int = MAX_CHARS) -> str:
    """Return a citizen's message as safe NFKC text of 1 to `max_chars` characters.

    Control, bidi and zero-width characters are removed, runs of blanks are
    folded, and at most two combining marks stay on one letter. A leading `/`
    stays text: the worker escapes it before Rasa sees it.

    Raises:
        InvalidText: code `invalid_text` (lone surrogate, NUL), `too_long`, `empty`.
    """
    if any(0xD800 <= ord(char) <= 0xDFFF for char in raw) or "\x00" in raw:
        raise InvalidText("invalid_text", "消息里有无法识别的字符，请重新输入。")
    if len(raw) > max_chars:
        raise InvalidText("too_long", f"消息超过{max_chars}个字，请分几条发送。")
    cleaned = _LINE_BREAKS.sub("\n", raw)
    for _ in range(MAX_PASSES):
        before, cleaned = cleaned, _one_pass(cleaned)
        if cleaned == before:
            break
    if not cleaned:
        raise InvalidText("empty", "请输入您的问题。")
    if len(cleaned) > max_chars:
        raise InvalidText("too_long", f"消息超过{max_chars}个字，请分几条发送。")
    return cleaned


def _one_pass(raw: str) -> str:
    """Return text normalised, without what hides or controls, its blanks folded.

    What stood around a removed character may combine anew, so one pass is not enough.
    """
    kept: list[str] = []
    combining = 0
    for char in unicodedata.normalize("NFKC", raw):
        category = unicodedata.category(char)
        if char == "\n":
            kept.append(char)
            combining = 0
        elif category in ("Mn", "Me"):
            combining += 1
            if combining <= MAX_COMBINING:
                kept.append(char)
        elif char == "\t" or category not in ("Cc", "Cf", "Co", "Cs", "Cn"):
            kept.append(char)
            combining = 0
    lines = [_BLANKS.sub(" ", line).strip() for line in "".join(kept).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def fold(text: str) -> str:
    """Return text without punctuation and blanks, NFKC, lower case: equal means same question."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def simplified(text: str) -> str:
    """Return text NFKC-folded, lower case and in simplified characters."""
    folded = text
    if not unicodedata.is_normalized("NFKC", text):
        folded = unicodedata.normalize("NFKC", text)
    folded = folded.lower()
    # Most text has none of them, and looking is much faster than translating.
    if _traditional_characters().isdisjoint(folded):
        return folded
    return folded.translate(_simplified_characters())


def in_simplified(text: str) -> str:
    """Return text that is written in traditional characters in simplified ones, else as it is.

    One character proves nothing: 著 and 乾 stand in simplified text as well.
    """
    changed = text.translate(_simplified_characters())
    return changed if sum(a != b for a, b in zip(text, changed, strict=False)) > 1 else text


def question_key(text: str) -> str:
    """Return what two spellings of one question share: `fold` in simplified characters."""
    return _NOT_WORD.sub("", simplified(text))


@cache
def _traditional_characters() -> frozenset[str]:
    """Return all characters that have a simplified one."""
    return frozenset(map(chr, _simplified_characters()))


@cache
def _simplified_characters() -> dict[int, str]:
    """Return OpenCC's traditional-to-simplified characters; the first choice of each row."""
    text = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8")
    table: dict[int, str] = {}
    for line in text.splitlines():
        old, _, new = line.partition("\t")
        if len(old) == 1 and new:
            table[ord(old)] = new.split()[0]
    return table
