"""Opening hours of a hall: what the register may say, and how citizens read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from assistant.knowledge.records import Record

WEEKDAYS = "一二三四五六日"
MIDNIGHT = 24 * 60

_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")
_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of one day, in minutes after midnight; `closes` is exclusive, at most 1440."""

    opens: int
    closes: int

    def holds(self, moment: time) -> bool:
        """Return whether a time of day lies in the span."""
        return self.opens <= moment.hour * 60 + moment.minute < self.closes


@dataclass(frozen=True)
class WeekHours:
    """The same spans on the weekdays `first` to `last` (1 Monday … 7 Sunday)."""

    first: int
    last: int
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """What citizens read: 周一至周五 9:00—12:00、13:30—17:00."""
        if (self.first, self.last) == (1, 7):
            days = "每天"
        elif self.first == self.last:
            days = f"周{WEEKDAYS[self.first - 1]}"
        else:
            days = f"周{WEEKDAYS[self.first - 1]}至周{WEEKDAYS[self.last - 1]}"
        return f"{days} {spans_text(self.spans)}"


def spans_text(spans: tuple[Span, ...]) -> str:
    """Return spans as citizens read them; a whole day is 24小时."""
    if spans == (Span(0, MIDNIGHT),):
        return "24小时"
    return "、".join(f"{clock_text(span.opens)}—{clock_text(span.closes)}" for span in spans)


def clock_text(minutes: int) -> str:
    """Return minutes after midnight as 9:05."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def read_week(record: Record) -> tuple[WeekHours, ...]:
    """Read the `hours` of a hall, reporting days that are wrong or come twice."""
    found: list[WeekHours] = []
    taken: set[int] = set()
    for row in record.records("hours"):
        row.allow("days", "spans")
        match = _DAYS.fullmatch(row.text("days"))
        first = int(match.group(1)) if match else 0
        last = int(match.group(2) or first) if match else -1
        if first > last:
            row.report("days", "hours", "days 应写成 1-5 或 6（1 为周一，7 为周日）")
            continue
        days = set(range(first, last + 1))
        if days & taken:
            row.report("days", "hours", "同一天的开放时间写了两次")
        taken |= days
        found.append(WeekHours(first, last, read_spans(row, "spans")))
    return tuple(found)


def read_spans(record: Record, name: str) -> tuple[Span, ...]:
    """Read spans such as 09:00-12:00, in order and without overlap."""
    found: list[Span] = []
    for text in record.texts(name):
        match = _SPAN.fullmatch(text)
        numbers = [int(part) for part in match.groups()] if match else [0, 0, 0, 0]
        span = Span(numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3])
        if not span.opens < span.closes <= MIDNIGHT:
            record.report(name, "hours", f"“{text}”应写成 09:00-12:00，先开后关")
        elif found and span.opens < found[-1].closes:
            record.report(name, "hours", f"“{text}”与前一段时间重叠或顺序颠倒")
        else:
            found.append(span)
    return tuple(found)
