"""An entry as the text of its file: every scalar quoted, fields in one order.

The inverse of `files.read_entry`. Writing is atomic, so that a reader or a power cut
never meets half a file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from assistant.knowledge.entry import ASPECT_HEADINGS, KIND_FOLDERS, Check, Entry

# Any line end: what an editor saved is kept byte for byte.
_END = r"(?:\r\n|\n|\r)"
_CHECKS_BLOCK = re.compile(
    rf"(?:\A|(?<=[\r\n]))checks:[^\r\n]*{_END}(?:(?:[ \t]*{_END})*(?:[ \t]|-)[^\r\n]*{_END})*"
)
_FRONT_MATTER = re.compile(
    rf"\A(\ufeff?---[ \t]*({_END}))(.*?)(?<=[\r\n])(---[ \t]*(?:{_END}|\Z))", re.S
)
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

    The block stands at the end of the front matter, with the line ends of its first line.

    Raises:
        ValueError: the text has no front matter.
    """
    found = _FRONT_MATTER.match(text)
    if found is None:
        raise ValueError("no front matter")
    start, line_end, fields, fence = found.groups()
    block = checks_block(checks).replace("\n", line_end)
    return start + _CHECKS_BLOCK.sub("", fields) + block + fence + text[found.end() :]


def path_of(entry: Entry, knowledge: Path) -> Path:
    """Return where an entry's file belongs by its kind and id."""
    return knowledge / KIND_FOLDERS[entry.kind] / f"{entry.id}.md"


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step, in UTF-8 with the line ends of `text`.

    The file keeps its permissions; a write that fails leaves nothing behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        if path.exists():
            shutil.copymode(path, partial)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


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
