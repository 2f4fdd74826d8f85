"""Districts, streets, communities and other cities, and where a text names them.

Reads places.yml and other_cities.yml. Streets and communities count only under
their full names or listed aliases, because short ones are common words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.knowledge.other_cities import OtherCity, load_other_cities
from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read

PLACES = "places.yml"
OTHER_CITIES = "other_cities.yml"

# What makes a city's name part of another name: 北京路, 南京银行, 上海花园, 北京时间.
_NOT_A_CITY = (
    "[东西南北中]?(?:路|街|大道|大街|巷|里弄|广场|公园|小区|花园|大厦|银行|酒店|饭店|烤鸭|时间)"
)


class PlaceKind(StrEnum):
    """What a name stands for."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    OTHER_CITY = "other_city"


@dataclass(frozen=True)
class Place:
    """A named place; `district` is the id of the district it lies in, empty for other cities."""

    kind: PlaceKind
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    district: str = ""
    not_before: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceMention:
    """A place in a text, by its official name; `start` and `end` are offsets of characters."""

    kind: PlaceKind
    id: str
    name: str
    start: int
    end: int


class Gazetteer:
    """Finds places in texts. Names are unique over all kinds; the longest one wins."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = {place.id: place for place in places}
        self._by_name: dict[str, Place] = {}
        for place in self._places.values():
            for name in (place.name, *place.aliases):
                self._by_name.setdefault(name, place)
        self._pattern = _pattern(self._by_name)

    @property
    def districts(self) -> tuple[Place, ...]:
        """The districts of this city, in file order."""
        return tuple(place for place in self._places.values() if place.kind is PlaceKind.DISTRICT)

    def find(self, text: str) -> list[PlaceMention]:
        """Return the places that a text names, in order, without overlaps."""
        if self._pattern is None:
            return []
        found = []
        for match in self._pattern.finditer(text):
            place = self._by_name[match.group()]
            found.append(PlaceMention(place.kind, place.id, place.name, match.start(), match.end()))
        return found

    def district_of(self, mention: PlaceMention) -> str:
        """Return the id of the district that a mention lies in, empty for another city."""
        return self._places[mention.id].district

    def name_of(self, area_id: str) -> str:
        """Return the official name of a district, street, community or other city.

        Raises:
            KeyError: there is no such place.
        """
        return self._places[area_id].name


def load_gazetteer(folder: Path) -> tuple[Gazetteer, list[Problem]]:
    """Return the gazetteer of a folder's places.yml and other_cities.yml, and all problems."""
    cities, problems = load_other_cities(folder / OTHER_CITIES)
    places, place_problems = load_places(folder / PLACES)
    return gazetteer_of(places, cities), [*problems, *place_problems]


def gazetteer_of(places: Iterable[Place], cities: Mapping[str, OtherCity]) -> Gazetteer:
    """Return the gazetteer of this city's places, which win over other cities, and those."""
    others = (
        Place(
            PlaceKind.OTHER_CITY,
            id=city.id,
            name=city.id,
            aliases=city.aliases,
            not_before=city.not_before,
        )
        for city in cities.values()
    )
    return Gazetteer((*places, *others))


def load_places(path: Path) -> tuple[list[Place], list[Problem]]:
    """Return districts, streets and communities, and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return [], register.problems
    register.allow("districts")
    places: list[Place] = []
    ids, names = Unique("地点编号"), Unique("地名")
    for record in register.records("districts"):
        record.allow("id", "name", "aliases", "not_before", "streets")
        district = record.id()
        _add(record, PlaceKind.DISTRICT, district, places, ids, names)
        for street in record.records("streets"):
            street.allow("id", "name", "aliases", "communities")
            _add(street, PlaceKind.STREET, district, places, ids, names)
            for community in street.records("communities"):
                community.allow("id", "name", "aliases")
                _add(community, PlaceKind.COMMUNITY, district, places, ids, names)
    return places, register.problems


def _add(
    record: Record,
    kind: PlaceKind,
    district: str,
    places: list[Place],
    ids: Unique,
    names: Unique,
) -> None:
    """Read one place of any kind into `places`."""
    place_id, name = record.id(), record.text("name")
    aliases = record.texts("aliases", is_optional=True)
    names.add(record, "name", name)
    for alias in aliases:
        names.add(record, "aliases", alias)
        if kind is not PlaceKind.DISTRICT and len(alias) < 3:
            record.report("aliases", "alias-short", f"别名“{alias}”太短，容易与普通词混淆")
    if ids.add(record, "id", place_id):
        not_before = record.texts("not_before", is_optional=True)
        places.append(Place(kind, place_id, name, aliases, district, not_before))


def _pattern(by_name: Mapping[str, Place]) -> re.Pattern[str] | None:
    """Return one expression of all names, longest first; None when there are none."""
    names = sorted((name for name in by_name if name), key=lambda name: (-len(name), name))
    if not names:
        return None
    return re.compile("|".join(_alternative(name, by_name[name]) for name in names))


def _alternative(name: str, place: Place) -> str:
    """Return a name with what must not follow it."""
    stops = [re.escape(stop) for stop in place.not_before if name != place.name]
    if place.kind is PlaceKind.OTHER_CITY:
        stops.append(_NOT_A_CITY)
    return re.escape(name) + (f"(?!{'|'.join(stops)})" if stops else "")
