"""The other cities of the country, so that a citizen of one is sent to its own 12345.

Reads other_cities.yml. Hong Kong, Macao and Taiwan are left out on purpose:
they have no 12345, and questions that name them are about travel documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Unique, read_register, was_read

_AREA_CODE = re.compile(r"010|02\d|0[3-9]\d{2}")


@dataclass(frozen=True)
class OtherCity:
    """A city, prefecture or province; a province has its capital's area code.

    An alias does not count when one of `not_before` follows it (三明 + 治).
    """

    id: str
    name: str
    area_code: str
    aliases: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()


def load_other_cities(path: Path) -> tuple[dict[str, OtherCity], list[Problem]]:
    """Return the cities by id, in file order, and every problem of the file.

    The id is the official name: it is what the register is looked up by in China.
    """
    register = read_register(path)
    if not was_read(register):
        return {}, register.problems
    register.allow("cities")
    names = Unique("城市名称")
    found: dict[str, OtherCity] = {}
    for record in register.records("cities"):
        record.allow("name", "shown", "aliases", "area_code", "not_before")
        name, area_code = record.text("name"), record.text("area_code")
        if area_code and not _AREA_CODE.fullmatch(area_code):
            record.report("area_code", "area-code", f"“{area_code}”不是长途区号")
        aliases = tuple(
            alias
            for alias in record.texts("aliases", is_optional=True)
            if names.add(record, "aliases", alias)
        )
        if names.add(record, "name", name):
            shown = record.text("shown", is_optional=True) or name
            not_before = record.texts("not_before", is_optional=True)
            found[name] = OtherCity(name, shown, area_code, aliases, not_before)
    return found, register.problems
