"""Halls and outlets (政务服务地图): where citizens go, for what, and which ones a text means.

Reads halls.yml. What a hall is stands in `hall`, whether it is open in `opening`;
their names are offered here too, so that callers need one module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.hall import Hall, Holiday, Serves
from assistant.knowledge.hours import read_spans, read_week
from assistant.knowledge.opening import OpenState, is_open
from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read
from assistant.text import fold

__all__ = [
    "Hall", "HallRegister", "Holiday", "OpenState", "Serves", "halls_for", "is_open",
    "load_halls", "named_halls",
]  # fmt: skip

_FIELDS = (
    "id", "name", "aliases", "district", "serves", "address", "phone", "bus", "hours",
    "holiday", "holiday_spans", "booking", "topics",
)  # fmt: skip


@dataclass(frozen=True)
class HallRegister:
    """All halls in file order, the city's first, and where the facts come from."""

    source: str = ""
    halls: tuple[Hall, ...] = ()


def load_halls(
    path: Path, *, districts: Collection[str], topics: Collection[str]
) -> tuple[HallRegister, list[Problem]]:
    """Return the halls and every problem of the file.

    Args:
        path: halls.yml.
        districts: ids of places.yml.
        topics: ids of topics.yml; each must be served by a hall.
    """
    register = read_register(path)
    if not was_read(register):
        return HallRegister(), register.problems
    register.allow("source", "halls")
    source = register.text("source")
    ids, names = Unique("网点编号"), Unique("网点名称或别名")
    halls: list[Hall] = []
    for record in register.records("halls"):
        hall = _hall(record, districts, topics)
        for name in (hall.name, *hall.aliases):
            names.add(record, "name" if name == hall.name else "aliases", name)
        if ids.add(record, "id", hall.id):
            halls.append(hall)
    for topic in sorted(set(topics) - {topic for hall in halls for topic in hall.topics}):
        register.report("halls", "topic-unserved", f"没有网点办理主题 {topic}")
    return HallRegister(source, tuple(halls)), register.problems


def halls_for(halls: Iterable[Hall], topic: str, district: str, limit: int = 3) -> list[Hall]:
    """Return up to `limit` halls that serve a topic: the district's own first, then the city's.

    Those with fewer topics come first, for a specialised counter beats a general
    hall; among equals the nearer one, then the order of the file. Without a
    district, or when neither serves the topic, other districts' halls follow.
    """
    serving = sorted(
        (hall for hall in halls if topic in hall.topics),
        key=lambda hall: (len(hall.topics), hall.district != district),
    )
    city = [hall for hall in serving if hall.serves is Serves.CITY]
    own = [hall for hall in serving if hall not in city and hall.district == district]
    rest = [hall for hall in serving if hall not in city and hall not in own]
    chosen = [*own, *city]
    return (chosen if district and chosen else [*chosen, *rest])[:limit]


def named_halls(halls: Sequence[Hall], text: str) -> list[Hall]:
    """Return the halls whose name or alias stands in a text, in the order of the file.

    A name inside a longer one that also stands there does not count: 青湖区婚姻登记处
    is not 婚姻登记处.
    """
    folded = fold(text)
    named: dict[str, list[Hall]] = {}
    for hall in halls:
        for name in (hall.name, *hall.aliases):
            if (key := fold(name)) in folded:
                named.setdefault(key, []).append(hall)
    left, found = folded, set[str]()
    for key in sorted(named, key=lambda key: (-len(key), key)):
        if key in left:
            left = left.replace(key, "\n")
            found |= {hall.id for hall in named[key]}
    return [hall for hall in halls if hall.id in found]


def _hall(record: Record, districts: Collection[str], topics: Collection[str]) -> Hall:
    """Read one hall and check what it refers to."""
    record.allow(*_FIELDS)
    district, served = record.id("district"), record.texts("topics")
    if district and district not in districts:
        record.report("district", "district-unknown", f"places.yml 里没有区县 {district}")
    for topic in served:
        if topic not in topics:
            record.report("topics", "topic-unknown", f"topics.yml 里没有主题 {topic}")
    holiday = Holiday(record.choice("holiday", Holiday))
    is_on_duty = holiday is Holiday.DUTY
    if "holiday_spans" in record.values and not is_on_duty:
        record.report("holiday_spans", "hours", "只有 holiday 为 duty 时才写 holiday_spans")
    return Hall(
        id=record.id(),
        name=record.text("name"),
        aliases=record.texts("aliases", is_optional=True),
        district=district,
        serves=Serves(record.choice("serves", Serves)),
        address=record.text("address"),
        phone=record.phone(),
        bus=record.text("bus"),
        hours=read_week(record),
        holiday=holiday,
        holiday_spans=read_spans(record, "holiday_spans") if is_on_duty else (),
        booking=record.text("booking", is_optional=True),
        topics=served,
    )
