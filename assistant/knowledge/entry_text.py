"""An entry as the text of its file: every scalar quoted, fields in one order.

The inverse of `files.read_entry`. Writing is atomic, so that a reader or a power cut
never meets half a file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from assistant.knowledge.entry import ASPECT_HEADINGS, KIND_FOLDERS, Check, Entry

_CHECKS_BLOCK = re.compile(r"^checks:.*\n(?:[ \t].*\n|-.*\n)*", re.M)
_FRONT_MATTER = re.compile(r"\A(---[ \t]*\n)(.*?)(^---[ \t]*(?:\n|\Z))", re.S | re.M)
_SOURCE_FIELDS = ("title", "document_no", "clause", "published_on", "url")
_CHECK_FIELDS = ("level", "by", "on", "hash", "reason")
_OPTIONAL = ("url", "reason")


def entry_text(entry: Entry) -> str:
    """Return the whole file of an entry."""
    lines = ["---"]
    lines += [f"{name}: {_quoted(getattr(entry, name))}" for name in ("id", "kind", "title")]
    lines += _block("similar", entry.similar)
    lines += _block("unlike", entry.unlike)
    lines.append(f"owner: {_quoted(entry.owner)}")
    lines.append(f"topic: {_inline(entry.topic)}")
    lines.append(f"area: {_quoted(entry.area)}")
    lines.append(f"audience: {_inline(entry.audience)}")
    lines.append(f"visibility: {_quoted(entry.visibility)}")
    lines += _records("sources", entry.sources, _SOURCE_FIELDS)
    for name in ("valid_from", "valid_to", "supersedes", "review_by", "author"):
        lines.append(f"{name}: {_quoted(getattr(entry, name))}")
    text = "\n".join([*lines, ""]) + checks_block(entry.checks) + "---\n" + entry.answer + "\n"
    for aspect, section in entry.sections.items():
        text += f"\n## {ASPECT_HEADINGS[aspect]}\n{section}\n"
    return text


def checks_block(checks: Sequence[Check]) -> str:
    """Return the `checks:` lines of the front matter; an empty text for none."""
    return "".join(f"{line}\n" for line in _records("checks", checks, _CHECK_FIELDS))


def with_checks(text: str, checks: Sequence[Check]) -> str:
    """Return the text of an entry file with its `checks` replaced and nothing else touched.

    The block stands at the end of the front matter. Line ends stay as they are.

    Raises:
        ValueError: the text has no front matter.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    mark = plain[: len(plain) - len(plain.lstrip("\ufeff"))]
    found = _FRONT_MATTER.match(plain[len(mark) :])
    if found is None:
        raise ValueError("no front matter")
    start, fields, fence = found.groups()
    fields = _CHECKS_BLOCK.sub("", fields) + checks_block(checks)
    whole = mark + start + fields + fence + plain[len(mark) + found.end() :]
    return whole.replace("\n", line_end)


def path_of(entry: Entry, knowledge: Path) -> Path:
    """Return where an entry's file belongs by its kind and id."""
    return knowledge / KIND_FOLDERS[entry.kind] / f"{entry.id}.md"


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step, in UTF-8 with the line ends of `text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("w", encoding="utf-8", newline="") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def _quoted(value: str) -> str:
    """Return a text as a double-quoted YAML scalar; JSON's form is one."""
    return json.dumps(str(value), ensure_ascii=False)


def _inline(values: Sequence[str]) -> str:
    """Return a list on one line."""
    return f"[{', '.join(_quoted(value) for value in values)}]"


def _block(name: str, values: Sequence[str]) -> list[str]:
    """Return a list with one item a line."""
    if not values:
        return [f"{name}: []"]
    return [f"{name}:", *(f"  - {_quoted(value)}" for value in values)]


def _records(name: str, records: Sequence[object], fields: Sequence[str]) -> list[str]:
    """Return a list of records; empty optional fields are left out."""
    lines = [f"{name}:"] if records else []
    for record in records:
        mark = "- "
        for key in fields:
            value = getattr(record, key)
            if value or key not in _OPTIONAL:
                lines.append(f"  {mark}{key}: {_quoted(value)}")
                mark = "  "
    return lines
