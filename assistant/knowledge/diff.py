"""What differs between two states of the knowledge base, entry by entry and field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from assistant.knowledge.entry import ASPECT_HEADINGS, Entry

# What an entry's diff does not tell: where it lies, and who signed.
_LEFT_OUT = ("checks", "path", "lines", "sections")


class ChangeKind(StrEnum):
    """What happened to an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; sections appear under their Chinese headings."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class EntryChange:
    """One entry that differs; `fields` is empty unless it was changed."""

    entry_id: str
    title: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...] = ()


def diff_entries(
    before: Mapping[str, Entry], after: Mapping[str, Entry]
) -> tuple[EntryChange, ...]:
    """Return the entries that differ, by id; reviews alone make no difference."""
    changes: list[EntryChange] = []
    for entry_id in sorted({*before, *after}):
        old, new = before.get(entry_id), after.get(entry_id)
        if new is None:
            assert old is not None
            changes.append(EntryChange(entry_id, old.title, ChangeKind.REMOVED))
        elif old is None:
            changes.append(EntryChange(entry_id, new.title, ChangeKind.ADDED))
        elif old.content_hash() != new.content_hash():
            fields = changed_fields(old, new)
            changes.append(EntryChange(entry_id, new.title, ChangeKind.CHANGED, fields))
    return tuple(changes)


def changed_fields(before: Entry, after: Entry) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions of an entry differ, in the file's order."""
    old, new = _shown_fields(before), _shown_fields(after)
    names = list(dict.fromkeys([*old, *new]))
    return tuple(
        FieldChange(name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    )


def _shown_fields(entry: Entry) -> dict[str, str]:
    """Return the fields of an entry as texts; lists have one item a line."""
    fields = {name: _shown(value) for name, value in asdict(entry).items() if name not in _LEFT_OUT}
    for aspect, heading in ASPECT_HEADINGS.items():
        if aspect in entry.sections:
            fields[heading] = entry.sections[aspect]
    return fields


def _shown(value: Any) -> str:
    """Return a value as text."""
    if isinstance(value, list | tuple):
        return "\n".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return "｜".join(str(item) for item in value.values() if item)
    return str(value)
