"""What the hotline may not take, and the lawful way of each class.

Reads out_of_scope.yml. Patterns are regular expressions over folded text (no
blanks, no punctuation, lower case) and are meant to be conservative: what they
miss is still answered, what they take wrongly is refused a true answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.knowledge.entry import PolicySource
from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read
from assistant.text import fold

MIN_ANSWER, MAX_ANSWER = 60, 150


class Kept(StrEnum):
    """Whether the text of a message of a class may be stored."""

    YES = "yes"
    # Overwritten as soon as the class is what the message was answered with.
    NO = "no"
    # Not stored at all: recognised at the intake, which answers by itself.
    NEVER = "never"


@dataclass(frozen=True)
class OutOfScope:
    """A class of matters with its reviewed answer; `phone` is the number it names."""

    id: str
    title: str
    patterns: tuple[re.Pattern[str], ...]
    answer: str
    phone: str
    source: PolicySource
    kept: Kept = Kept.YES

    @property
    def told(self) -> str:
        """What a citizen reads: the answer and the line with its source."""
        source = self.source
        line = f"依据：《{source.title}》（{source.document_no}）{source.clause}"
        return f"{self.answer}\n\n{line}"


def load_out_of_scope(path: Path) -> tuple[tuple[OutOfScope, ...], list[Problem]]:
    """Return the classes in file order, and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return (), register.problems
    register.allow("classes")
    ids = Unique("类别编号")
    found: list[OutOfScope] = []
    for record in register.records("classes"):
        item = _out_of_scope(record)
        if ids.add(record, "id", item.id):
            found.append(item)
    return tuple(found), register.problems


def match(classes: Iterable[OutOfScope], text: str) -> OutOfScope | None:
    """Return the first class one of whose patterns stands in a text, or None."""
    folded = fold(text)
    for item in classes:
        if any(pattern.search(folded) for pattern in item.patterns):
            return item
    return None


def _out_of_scope(record: Record) -> OutOfScope:
    """Read one class."""
    record.allow("id", "title", "patterns", "answer", "source", "phone", "kept")
    answer = record.text("answer")
    if answer and not MIN_ANSWER <= len(answer) <= MAX_ANSWER:
        record.report("answer", "length", f"答复有{len(answer)}字，应为{MIN_ANSWER}—{MAX_ANSWER}字")
    source = record.record("source")
    source.allow("title", "document_no", "clause", "published_on")
    return OutOfScope(
        id=record.id(),
        title=record.text("title"),
        patterns=_patterns(record),
        answer=answer,
        phone=record.phone(),
        source=PolicySource(
            source.text("title"),
            source.text("document_no"),
            source.text("clause"),
            source.text("published_on"),
        ),
        kept=_kept(record),
    )


def _kept(record: Record) -> Kept:
    """Read whether texts of the class may be kept; they may unless it is said."""
    if not record.text("kept", is_optional=True):
        return Kept.YES
    value = record.choice("kept", [kept.value for kept in Kept])
    return Kept(value) if value else Kept.YES


def _patterns(record: Record) -> tuple[re.Pattern[str], ...]:
    """Compile the patterns, reporting those that are no expressions or match everything."""
    found = []
    for text in record.texts("patterns"):
        try:
            pattern = re.compile(text)
        except re.error as err:
            record.report("patterns", "pattern", f"表达式“{text}”有误：{err}")
            continue
        if pattern.search(""):
            record.report("patterns", "pattern", f"表达式“{text}”会匹配任何文字")
            continue
        found.append(pattern)
    return tuple(found)
