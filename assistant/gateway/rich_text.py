"""Turns reviewed text into blocks that a template can show: paragraphs, lists, bold.

The same little Markdown as the page's own script knows; anything else stays text.
Escaping is the template's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

_ITEM = re.compile(r"\s*(?:([-*•])|(\d{1,3})[.、．])\s+(.*)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass
class Block:
    """A paragraph (`lines`) or a list (`ul`, `ol`) of lines; each line is a list of spans."""

    kind: Literal["p", "ul", "ol"]
    lines: list[list[tuple[bool, str]]] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text; a span is `(is_bold, words)`."""
    found: list[Block] = []
    is_open = False
    for line in text.splitlines():
        if not line.strip():
            is_open = False
            continue
        item = _ITEM.fullmatch(line)
        kind: Literal["p", "ul", "ol"] = "p" if item is None else "ul" if item[1] else "ol"
        if not (is_open and found and found[-1].kind == kind):
            found.append(Block(kind))
        is_open = True
        found[-1].lines.append(_spans(line.strip() if item is None else item[3]))
    return found


def is_web_link(url: str) -> bool:
    """Return whether a source's address may be a link; its host was judged with the entry."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _spans(line: str) -> list[tuple[bool, str]]:
    """Split a line at its bold parts."""
    return [(index % 2 == 1, part) for index, part in enumerate(_BOLD.split(line)) if part]
