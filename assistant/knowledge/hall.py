"""One hall or outlet of the city, as halls.yml describes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.knowledge.hours import Span, WeekHours, spans_text


class Holiday(StrEnum):
    """What a hall does on public holidays: rests, opens as ever, or has a duty window."""

    CLOSED = "closed"
    OPEN = "open"
    DUTY = "duty"


class Serves(StrEnum):
    """Whom a hall serves: everybody, or its own district."""

    CITY = "city"
    DISTRICT = "district"


@dataclass(frozen=True)
class Hall:
    """A place where matters are handled; `topics` are topic folders of the knowledge base."""

    id: str
    name: str
    aliases: tuple[str, ...]
    district: str
    serves: Serves
    address: str
    phone: str
    bus: str
    hours: tuple[WeekHours, ...]
    holiday: Holiday
    holiday_spans: tuple[Span, ...]
    booking: str
    topics: tuple[str, ...]

    @property
    def hours_text(self) -> str:
        """The week's hours and the holiday rule, as citizens read them."""
        week = "；".join(row.text for row in self.hours)
        if self.holiday is Holiday.CLOSED:
            return f"{week}（法定节假日休息）"
        if self.holiday is Holiday.DUTY:
            return f"{week}（法定节假日值班 {spans_text(self.holiday_spans)}）"
        return f"{week}（节假日不休）"
