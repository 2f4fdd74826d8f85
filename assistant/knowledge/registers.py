"""All registers of the knowledge folder in one frozen bundle.

Reads departments.yml, topics.yml, places.yml, other_cities.yml, halls.yml,
out_of_scope.yml, legacy_numbers.yml, phrases.yml, reviewers.yml and calendar/.
An edition keeps a copy of them, so that answers and registers never differ.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.departments import Department, load_departments
from assistant.knowledge.entry import KIND_FOLDERS
from assistant.knowledge.halls import Hall, load_halls
from assistant.knowledge.legacy_numbers import LegacyNumber, load_legacy_numbers
from assistant.knowledge.other_cities import OtherCity, load_other_cities
from assistant.knowledge.out_of_scope import OutOfScope, load_out_of_scope
from assistant.knowledge.phrases import Phrases, load_phrases
from assistant.knowledge.places import (
    OTHER_CITIES,
    PLACES,
    Gazetteer,
    gazetteer_of,
    load_places,
)
from assistant.knowledge.problems import Problem
from assistant.knowledge.reviewers import Reviewer, load_reviewers
from assistant.knowledge.topics import Topic, load_topics
from assistant.knowledge.work_calendar import WorkCalendar

CALENDAR = "calendar"
# Everything that an edition copies beside the entries.
REGISTER_FILES = (
    "departments.yml", "topics.yml", PLACES, OTHER_CITIES, "halls.yml", "out_of_scope.yml",
    "legacy_numbers.yml", "phrases.yml", "reviewers.yml",
)  # fmt: skip


@dataclass(frozen=True)
class Registers:
    """What answers need besides entries; dictionaries are by id and in file order."""

    departments: dict[str, Department]
    topics: dict[str, Topic]
    gazetteer: Gazetteer
    other_cities: dict[str, OtherCity]
    halls: tuple[Hall, ...]
    halls_source: str
    out_of_scope: tuple[OutOfScope, ...]
    legacy_numbers: dict[str, LegacyNumber]
    phrases: Phrases
    reviewers: dict[str, Reviewer]
    calendar: WorkCalendar


def load_registers(knowledge: Path) -> tuple[Registers, list[Problem]]:
    """Return all registers of a knowledge folder and every problem of their files, sorted."""
    departments, problems = load_departments(knowledge / "departments.yml")
    topics, found = load_topics(knowledge / "topics.yml")
    problems += [*found, *_folder_problems(knowledge, topics)]
    cities, found = load_other_cities(knowledge / OTHER_CITIES)
    problems += found
    places, found = load_places(knowledge / PLACES)
    problems += found
    gazetteer = gazetteer_of(places, cities)
    districts = [place.id for place in gazetteer.districts]
    halls, found = load_halls(knowledge / "halls.yml", districts=districts, topics=topics)
    problems += found
    out_of_scope, found = load_out_of_scope(knowledge / "out_of_scope.yml")
    problems += found
    legacy_numbers, found = load_legacy_numbers(knowledge / "legacy_numbers.yml")
    problems += found
    phrases, found = load_phrases(knowledge / "phrases.yml")
    problems += found
    reviewers, found = load_reviewers(knowledge / "reviewers.yml", departments=departments)
    problems += found
    calendar, found = WorkCalendar.load(knowledge / CALENDAR)
    problems += found
    registers = Registers(
        departments=departments,
        topics=topics,
        gazetteer=gazetteer,
        other_cities=cities,
        halls=halls.halls,
        halls_source=halls.source,
        out_of_scope=out_of_scope,
        legacy_numbers=legacy_numbers,
        phrases=phrases,
        reviewers=reviewers,
        calendar=calendar,
    )
    return registers, sorted(problems)


def _folder_problems(knowledge: Path, topics: Collection[str]) -> list[Problem]:
    """Report folders of entries that are no topics."""
    folders = [
        path
        for kind in KIND_FOLDERS.values()
        for path in sorted((knowledge / kind).glob("*"))
        if path.is_dir() and path.name not in topics
    ]
    return [
        Problem(str(folder), 1, "topic-unknown", f"topics.yml 里没有主题 {folder.name}")
        for folder in folders
    ]
