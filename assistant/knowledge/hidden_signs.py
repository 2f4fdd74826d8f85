"""Signs that nobody sees and that other programs act on: control signs, changes of direction.

A NUL ends a text in many programs, U+202E turns the rest of a line round, U+2028 is a
line end to some readers only. Blanks of any width and the joiners of emoji are harmless.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def hidden_signs(text: str) -> list[tuple[int, str]]:
    """Return the place of each hidden sign and its name, such as U+0000, in order.

    Line feeds and tabulators are not hidden.
    """
    return [(found.start(), f"U+{ord(found.group()):04X}") for found in _HIDDEN.finditer(text)]


def hidden_sign_message(name: str) -> str:
    """Return what an editor is told."""
    return f"含有看不见的控制字符 {name}，请删去（通常是从网页或文档里复制来的）"
