"""Values of entries as cells of a table, and back without loss.

A list has one item a line, a record its fields between `｜`; a backslash marks what
would be misread. A cell that a spreadsheet would take for a formula gets `'` in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
_SEPARATOR = "｜"
_NOTHING = "\\0"
# An escaped sign, a separator, or a run of plain signs.
_PIECE = re.compile(r"\\.|｜|[^｜\\]+|\\", re.S)
_ESCAPED = re.compile(r"\\(.)", re.S)
_WRITTEN = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", _SEPARATOR: "\\｜"}
_READ = {"n": "\n", "r": "\r", "0": ""}


def lines_cell(items: Iterable[str]) -> str:
    """Return a list of texts as one cell; backslash and 0 stand before an item of blanks."""
    return "\n".join(f"{'' if item.strip() else _NOTHING}{_escaped(item)}" for item in items)


def lines_of(cell: str) -> tuple[str, ...]:
    """Return the list that `lines_cell` wrote; blank lines are skipped."""
    return tuple(_unescaped(line) for line in cell.split("\n") if line.strip())


def records_cell(records: Iterable[Sequence[str]]) -> str:
    """Return a list of records as one cell, one record a line."""
    return "\n".join(_SEPARATOR.join(_escaped(value) for value in record) for record in records)


def records_of(cell: str) -> list[tuple[str, ...]]:
    """Return the records that `records_cell` wrote; blank lines are skipped."""
    return [_fields(line) for line in cell.split("\n") if line.strip()]


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given; line ends become LF."""
    plain = cell.replace("\r\n", "\n")
    return plain[1:] if plain.startswith("'") else plain


def _fields(line: str) -> tuple[str, ...]:
    """Return the fields of one record."""
    fields = [""]
    for piece in _PIECE.findall(line):
        if piece == _SEPARATOR:
            fields.append("")
        else:
            fields[-1] += _unescaped(piece)
    return tuple(fields)


def _escaped(text: str) -> str:
    """Mark what has a meaning in a cell."""
    return "".join(_WRITTEN.get(char, char) for char in text)


def _unescaped(text: str) -> str:
    """Return the text that `_escaped` was given."""
    return _ESCAPED.sub(lambda found: _READ.get(found.group(1), found.group(1)), text)
