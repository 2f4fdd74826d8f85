from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from assistant.clock import SHANGHAI
from assistant.knowledge.hall import Hall, Holiday, Serves
from assistant.knowledge.halls import is_open
from assistant.knowledge.hours import MIDNIGHT, Span, WeekHours
from assistant.knowledge.work_calendar import WorkCalendar

CALENDAR = Path(__file__).parents[2] / "knowledge" / "calendar"
DAY = (Span(9 * 60, 12 * 60), Span(13 * 60 + 30, 17 * 60))
HALF = (Span(9 * 60, 12 * 60),)
WHOLE = (Span(0, MIDNIGHT),)
DUTY = (Span(10 * 60, 15 * 60),)

WEEKDAYS = (WeekHours(1, 5, DAY),)
WITH_SATURDAY = (WeekHours(1, 5, DAY), WeekHours(6, 6, HALF))
TUESDAY_TO_SATURDAY = (WeekHours(2, 6, DAY),)
DAILY = (WeekHours(1, 7, DAY),)
ALWAYS = (WeekHours(1, 7, WHOLE),)


def hall(hours: tuple[WeekHours, ...], holiday: Holiday = Holiday.CLOSED) -> Hall:
    return Hall(
        id="hall",
        name="大厅",
        aliases=(),
        district="yunshan",
        serves=Serves.CITY,
        address="云州大道1号",
        phone="12345",
        bus="1路",
        hours=hours,
        holiday=holiday,
        holiday_spans=DUTY if holiday is Holiday.DUTY else (),
        booking="",
        topics=("service",),
    )


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.load(CALENDAR)[0]


@pytest.mark.parametrize(
    ("hours", "holiday", "moment", "is_open_now", "until"),
    [
        pytest.param(
            WEEKDAYS, "closed", "2026-11-24 09:00", True, "今天12:00午休", id="first minute"
        ),
        pytest.param(WEEKDAYS, "closed", "2026-11-24 08:59", False, "今天9:00开门", id="before"),
        pytest.param(WEEKDAYS, "closed", "2026-11-24 12:00", False, "今天13:30开门", id="lunch"),
        pytest.param(WEEKDAYS, "closed", "2026-11-24 14:00", True, "今天17:00下班", id="afternoon"),
        pytest.param(
            WEEKDAYS,
            "closed",
            "2026-11-24 17:00",
            False,
            "明天（11月25日周三）9:00开门",
            id="after",
        ),
        pytest.param(
            WEEKDAYS,
            "closed",
            "2026-11-27 18:00",
            False,
            "11月30日周一9:00开门",
            id="Friday evening",
        ),
        pytest.param(
            WEEKDAYS, "closed", "2026-11-28 10:00", False, "11月30日周一9:00开门", id="Saturday"
        ),
        pytest.param(
            WITH_SATURDAY, "closed", "2026-11-28 10:00", True, "今天12:00下班", id="half a Saturday"
        ),
        pytest.param(
            TUESDAY_TO_SATURDAY,
            "closed",
            "2026-11-30 10:00",
            False,
            "明天（12月1日周二）9:00开门",
            id="a hall that rests on Monday",
        ),
        pytest.param(
            WEEKDAYS,
            "closed",
            "2026-10-01 10:00",
            False,
            "国庆节放假，10月8日周四9:00开门",
            id="first day of a long holiday",
        ),
        pytest.param(
            WEEKDAYS, "closed", "2026-10-10 10:00", True, "今天12:00午休", id="a make-up Saturday"
        ),
        pytest.param(
            WITH_SATURDAY,
            "closed",
            "2026-10-10 14:00",
            True,
            "今天17:00下班",
            id="a make-up Saturday is a whole day",
        ),
        pytest.param(
            TUESDAY_TO_SATURDAY,
            "closed",
            "2026-01-04 10:00",
            True,
            "今天12:00午休",
            id="a make-up Sunday",
        ),
        pytest.param(
            WEEKDAYS,
            "closed",
            "2026-02-13 18:00",
            False,
            "明天（2月14日周六）9:00开门",
            id="the next day is a make-up Saturday",
        ),
        pytest.param(
            DAILY, "open", "2026-10-01 10:00", True, "今天12:00午休", id="open on holidays"
        ),
        pytest.param(
            DAILY, "duty", "2026-10-01 12:30", True, "今天15:00下班", id="duty on holidays"
        ),
        pytest.param(
            DAILY,
            "duty",
            "2026-10-01 16:00",
            False,
            "明天（10月2日周五）10:00开门",
            id="after duty",
        ),
        pytest.param(ALWAYS, "open", "2026-02-17 03:00", True, "24小时开放", id="always open"),
        pytest.param(WEEKDAYS, "closed", "2027-03-02 10:00", None, "", id="a year not entered"),
        pytest.param(
            DAILY,
            "open",
            "2027-03-02 10:00",
            True,
            "今天12:00午休",
            id="a hall without holidays needs no calendar",
        ),
        pytest.param(
            WEEKDAYS,
            "closed",
            "2026-12-31 17:30",
            False,
            "下次开门时间以2027年放假安排公布后的通知为准",
            id="the next opening is not known yet",
        ),
    ],
)
def test_a_hall_is_open_as_hours_holidays_and_make_up_days_say(
    calendar: WorkCalendar,
    hours: tuple[WeekHours, ...],
    holiday: str,
    moment: str,
    is_open_now: bool | None,
    until: str,
) -> None:
    """Nobody travels to a closed door because of us."""
    now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)

    state = is_open(hall(hours, Holiday(holiday)), now, calendar)

    assert (is_open_now, until) == (state.open, state.until)


def test_the_moment_may_be_given_in_any_zone(calendar: WorkCalendar) -> None:
    """Times are stored in UTC and judged in Shanghai."""
    now = datetime.fromisoformat("2026-11-24T01:00:00+00:00")

    assert is_open(hall(WEEKDAYS), now, calendar).open is True


@pytest.mark.parametrize(
    ("hours", "holiday", "text"),
    [
        (WEEKDAYS, "closed", "周一至周五 9:00—12:00、13:30—17:00（法定节假日休息）"),
        (
            WITH_SATURDAY,
            "closed",
            "周一至周五 9:00—12:00、13:30—17:00；周六 9:00—12:00（法定节假日休息）",
        ),
        (DAILY, "duty", "每天 9:00—12:00、13:30—17:00（法定节假日值班 10:00—15:00）"),
        (ALWAYS, "open", "每天 24小时（节假日不休）"),
    ],
)
def test_hours_are_shown_as_citizens_write_them(
    hours: tuple[WeekHours, ...], holiday: str, text: str
) -> None:
    """The week, then what happens on holidays."""
    assert text == hall(hours, Holiday(holiday)).hours_text
