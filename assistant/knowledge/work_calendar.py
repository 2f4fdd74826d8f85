"""Which days are worked: weekends, the State Council's holidays and make-up days.

Reads calendar/<year>.yml, one file a year, entered from the notice. A year
without a file is unknown, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assistant.errors import CalendarMissing
from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, read_register, was_read

_SATURDAY = 6


@dataclass(frozen=True)
class WorkCalendar:
    """Holidays by day, and weekend days that are worked; `years` are those entered."""

    years: frozenset[int] = frozenset()
    holidays: dict[date, str] = field(default_factory=dict)
    make_up_days: frozenset[date] = frozenset()

    @classmethod
    def load(cls, folder: Path) -> tuple[WorkCalendar, list[Problem]]:
        """Return the calendar of all years in a folder, and every problem of its files."""
        problems: list[Problem] = []
        years: set[int] = set()
        holidays: dict[date, str] = {}
        make_up: set[date] = set()
        for path in sorted(folder.glob("*.yml")):
            register = read_register(path)
            if was_read(register):
                years.add(_read_year(register, path.stem, holidays, make_up))
            problems += register.problems
        if not years and not problems:
            problems.append(Problem(str(folder), 1, "file-missing", "缺少放假安排文件"))
        return cls(frozenset(years), holidays, frozenset(make_up)), problems

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work on a day in Shanghai.

        Raises:
            CalendarMissing: the day's year has not been entered.
        """
        self._require(day)
        if day in self.make_up_days:
            return True
        return day not in self.holidays and day.isoweekday() < _SATURDAY

    def is_make_up_day(self, day: date) -> bool:
        """Return whether a weekend day is worked in exchange for a holiday.

        Raises:
            CalendarMissing: the day's year has not been entered.
        """
        self._require(day)
        return day in self.make_up_days

    def holiday_name(self, day: date) -> str:
        """Return the name of the holiday that a day off belongs to, or an empty string.

        Raises:
            CalendarMissing: the day's year has not been entered.
        """
        self._require(day)
        return self.holidays.get(day, "")

    def _require(self, day: date) -> None:
        """Refuse days of a year that has not been entered."""
        if day.year not in self.years:
            raise CalendarMissing(day.year)


def _read_year(register: Record, stem: str, holidays: dict[date, str], make_up: set[date]) -> int:
    """Read one year's notice into `holidays` and `make_up`; return the year, 0 if wrong."""
    register.allow("year", "source", "holidays", "make_up")
    year = register.text("year")
    if year != stem or not year.isdigit():
        register.report("year", "year", f"年份“{year}”与文件名 {stem}.yml 不一致")
        return 0
    source = register.record("source")
    source.allow("title", "document_no", "published_on")
    for name in ("title", "document_no", "published_on"):
        source.text(name)
    for record in register.records("holidays"):
        record.allow("name", "days")
        name = record.text("name")
        for day in record.days("days"):
            if _is_of_year(record, "days", day, int(year)):
                if day in holidays:
                    record.report("days", "duplicate", f"{day} 重复出现")
                holidays[day] = name
    for day in register.days("make_up", is_optional=True):
        if not _is_of_year(register, "make_up", day, int(year)):
            continue
        if day in holidays or day.isoweekday() < _SATURDAY:
            register.report("make_up", "make-up", f"{day} 不是周末，或者同时列为放假")
        make_up.add(day)
    return int(year)


def _is_of_year(record: Record, name: str, day: date, year: int) -> bool:
    """Return whether a day lies in the file's year, reporting one that does not."""
    if day.year != year:
        record.report(name, "year", f"{day} 不在 {year} 年内")
    return day.year == year
