from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from assistant.errors import CalendarMissing
from assistant.knowledge.work_calendar import WorkCalendar

CALENDAR = Path(__file__).parents[2] / "knowledge" / "calendar"


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    loaded, problems = WorkCalendar.load(CALENDAR)
    assert [] == problems
    return loaded


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_agrees_with_an_independent_calendar(calendar: WorkCalendar, year: int) -> None:
    """Our copy of the State Council's notice has no slip of the pen."""
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]

    differing = [
        day for day in days if chinese_calendar.is_workday(day) != calendar.is_working_day(day)
    ]

    assert [] == differing


@pytest.mark.parametrize(
    ("day", "is_working", "is_make_up", "holiday"),
    [
        pytest.param("2026-11-24", True, False, "", id="a plain Tuesday"),
        pytest.param("2026-11-28", False, False, "", id="a plain Saturday"),
        pytest.param("2026-10-01", False, False, "国庆节", id="a holiday"),
        pytest.param("2026-10-10", True, True, "", id="a make-up Saturday"),
        pytest.param("2026-01-04", True, True, "", id="a make-up Sunday"),
        pytest.param("2026-02-23", False, False, "春节", id="a weekday given for a weekend"),
        pytest.param("2025-10-06", False, False, "国庆节、中秋节", id="two holidays in one"),
    ],
)
def test_a_day_is_worked_as_the_notice_says(
    calendar: WorkCalendar, day: str, is_working: bool, is_make_up: bool, holiday: str
) -> None:
    """Deadlines and opening hours rest on these three answers."""
    asked = date.fromisoformat(day)

    found = (
        calendar.is_working_day(asked),
        calendar.is_make_up_day(asked),
        calendar.holiday_name(asked),
    )

    assert (is_working, is_make_up, holiday) == found


@pytest.mark.parametrize("year", [2024, 2027])
def test_a_year_without_a_notice_is_never_guessed(calendar: WorkCalendar, year: int) -> None:
    """Before the notice is entered nobody is told a working day."""
    with pytest.raises(CalendarMissing) as refused:
        calendar.is_working_day(date(year, 6, 1))

    assert year == refused.value.year
    assert f"calendar/{year}.yml" in str(refused.value)
