"""Is a hall open now, and until when: the week's hours, holidays and make-up days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assistant.clock import SHANGHAI
from assistant.errors import CalendarMissing
from assistant.knowledge.hall import Hall, Holiday
from assistant.knowledge.hours import MIDNIGHT, WEEKDAYS, Span, clock_text
from assistant.knowledge.work_calendar import WorkCalendar

# On a make-up day the hours of this weekday hold: no hall rests on it.
_WORKING_WEEKDAY = 3
# No holiday with its weekends is longer than this.
_SEARCHED_DAYS = 15


@dataclass(frozen=True)
class OpenState:
    """Whether a hall is open; None when the year's holidays are not known.

    `until` is Chinese: 今天17:00下班, 明天（11月25日周三）9:00开门; empty when unknown.
    """

    open: bool | None
    until: str


def is_open(hall: Hall, moment: datetime, calendar: WorkCalendar) -> OpenState:
    """Return whether a hall is open at an aware moment, and what comes next."""
    local = moment.astimezone(SHANGHAI)
    today = local.date()
    try:
        spans = spans_on(hall, today, calendar)
        reason = "" if spans else _holiday(hall, today, calendar)
    except CalendarMissing:
        return OpenState(None, "")
    for number, span in enumerate(spans):
        if span.holds(local.time()):
            return OpenState(True, _end_text(span, is_last=number == len(spans) - 1))
    minutes = local.hour * 60 + local.minute
    for span in spans:
        if span.opens > minutes:
            return OpenState(False, f"今天{clock_text(span.opens)}开门")
    following = _next_opening(hall, today, calendar)
    return OpenState(False, f"{reason}放假，{following}" if reason else following)


def spans_on(hall: Hall, day: date, calendar: WorkCalendar) -> tuple[Span, ...]:
    """Return the spans in which a hall is open on a day; empty when it rests.

    Raises:
        CalendarMissing: the hall observes holidays and the day's year is not entered.
    """
    if hall.holiday is Holiday.OPEN:
        return _week_spans(hall, day.isoweekday())
    if calendar.holiday_name(day):
        return hall.holiday_spans
    if calendar.is_make_up_day(day):
        return _week_spans(hall, _WORKING_WEEKDAY)
    return _week_spans(hall, day.isoweekday())


def _week_spans(hall: Hall, weekday: int) -> tuple[Span, ...]:
    """Return the spans of a weekday, 1 to 7."""
    for row in hall.hours:
        if row.first <= weekday <= row.last:
            return row.spans
    return ()


def _holiday(hall: Hall, day: date, calendar: WorkCalendar) -> str:
    """Return the name of the holiday for which a hall rests, or an empty string."""
    return "" if hall.holiday is Holiday.OPEN else calendar.holiday_name(day)


def _end_text(span: Span, *, is_last: bool) -> str:
    """Return when an open hall closes."""
    if span.closes == MIDNIGHT:
        return "24小时开放" if span.opens == 0 else "今天24:00下班"
    return f"今天{clock_text(span.closes)}{'下班' if is_last else '午休'}"


def _next_opening(hall: Hall, today: date, calendar: WorkCalendar) -> str:
    """Return when a hall opens after today."""
    for ahead in range(1, _SEARCHED_DAYS + 1):
        day = today + timedelta(days=ahead)
        try:
            spans = spans_on(hall, day, calendar)
        except CalendarMissing:
            return f"下次开门时间以{day.year}年放假安排公布后的通知为准"
        if spans:
            shown = f"{day.month}月{day.day}日周{WEEKDAYS[day.isoweekday() - 1]}"
            shown = f"明天（{shown}）" if ahead == 1 else shown
            return f"{shown}{clock_text(spans[0].opens)}开门"
    return "下次开门时间请电话询问"
