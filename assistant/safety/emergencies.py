"""What counts as danger, as data: reads knowledge/emergencies.yml.

Kinds with their number, instruction and signs; cues that make a sign weigh more
(now, a person, a cry for help) or less (long ago, what if, a drill); words that
only look like a sign. `danger` weighs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import InvalidKnowledge
from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Record, Unique, read_register, was_read
from assistant.safety.signs import Sign, SignInvalid, Words, parse_sign

EMERGENCIES = "emergencies.yml"
NUMBERS = ("110", "119", "120", "122", "12356")
# What a sign of each list is worth; an alarm needs `ALARM_AT`.
STRENGTHS = {"certain": 3, "likely": 2, "hint": 1}
ALARM_AT = 3
REACHES = ("sentence", "near", "message")


@dataclass(frozen=True)
class Number:
    """An emergency number, its name, and what to do while the kind of danger is not clear."""

    number: str
    name: str
    instruction: str
    go_on: str


@dataclass(frozen=True)
class Kind:
    """One kind of danger. `also` is a second number that is always told, or empty.

    Of several kinds in one message the one with more points is told first; `rank` is added
    for that only: who lies under a car needs 122, whatever hurts. `despite` names cues
    that do not count for this kind: despair speaks of the past and of what would be if.
    """

    id: str
    title: str
    number: str
    also: str
    rank: int
    despite: frozenset[str]
    instruction: str
    go_on: str
    signs: tuple[tuple[Sign, int], ...]


@dataclass(frozen=True)
class Cue:
    """Words that make danger more or less likely; `points` is signed.

    `reach` says where they count: in the sentence of a sign, in it and the two beside it
    (`near`), or anywhere in the `message`.
    """

    id: str
    points: int
    reach: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Emergencies:
    """Everything that `danger` weighs, and the words of the card."""

    kinds: tuple[Kind, ...]
    cues: tuple[Cue, ...]
    turns: frozenset[str]
    masks: frozenset[str]
    negations: tuple[str, ...]
    fillers: tuple[str, ...]
    pictures: Mapping[str, str]
    spelt: frozenset[str]
    misspelt: frozenset[str]
    numbers: Mapping[str, Number]
    go_on: str
    not_stored: str
    source: str


def load_emergencies(path: Path) -> tuple[Emergencies | None, list[Problem]]:
    """Return the data, or None, and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return None, register.problems
    register.allow(
        "source", "numbers", "go_on", "not_stored", "lists", "kinds", "cues", "turns", "masks",
        "negations", "fillers", "pictures", "spelt",
        "misspelt",
    )  # fmt: skip
    lists = _lists(register)
    kinds = tuple(_kind(record, lists) for record in register.records("kinds"))
    cues = tuple(_cue(record, lists) for record in register.records("cues"))
    names = {cue.id for cue in cues}
    for unknown in sorted({name for kind in kinds for name in kind.despite} - names):
        register.report("kinds", "cue-unknown", f"despite 里的“{unknown}”不是旁证的编号")
    pictures = {
        record.text("picture"): record.text("word") for record in register.records("pictures")
    }
    numbers = _numbers(register)
    found = Emergencies(
        kinds=kinds,
        cues=cues,
        turns=_words(register, "turns", lists),
        masks=_words(register, "masks", lists),
        negations=tuple(sorted(_words(register, "negations", lists))),
        fillers=tuple(sorted(_words(register, "fillers", lists))),
        pictures=pictures,
        spelt=_words(register, "spelt", lists),
        misspelt=_words(register, "misspelt", lists),
        numbers=numbers,
        go_on=register.text("go_on"),
        not_stored=register.text("not_stored"),
        source=register.text("source"),
    )
    return (None if register.problems else found), register.problems


def read_emergencies(path: Path) -> Emergencies:
    """Return the data of a file that must be usable.

    Raises:
        InvalidKnowledge: it is missing or has errors.
    """
    emergencies, problems = load_emergencies(path)
    if emergencies is None:
        raise InvalidKnowledge(f"{path} cannot be used", tuple(problems))
    return emergencies


def _numbers(register: Record) -> dict[str, Number]:
    """Read the numbers; each of `NUMBERS` must be there."""
    found: dict[str, Number] = {}
    for record in register.records("numbers"):
        record.allow("number", "name", "instruction", "go_on")
        number = Number(
            record.choice("number", NUMBERS),
            record.text("name"),
            record.text("instruction"),
            record.text("go_on", is_optional=True),
        )
        found[number.number] = number
    for number_wanted in NUMBERS:
        if number_wanted not in found:
            register.report("numbers", "number-missing", f"号码表里缺少{number_wanted}")
    return found


def _lists(register: Record) -> dict[str, Words]:
    """Read the named lists; a list may use those before it."""
    lists: dict[str, Words] = {}
    names = Unique("词表")
    for record in register.records("lists"):
        record.allow("name", "words")
        name = record.text("name")
        if names.add(record, "name", name):
            lists[name] = _words(record, "words", lists)
    return lists


def _words(record: Record, name: str, lists: Mapping[str, Words]) -> Words:
    """Read a list of texts whose alternatives are parted by `|`."""
    words: set[str] = set()
    for text in record.texts(name):
        try:
            sign = parse_sign(text, lists)
        except SignInvalid as err:
            record.report(name, "sign", str(err))
            continue
        if len(sign.parts) > 1 or sign.unless:
            record.report(name, "sign", f"“{text}”应是用“|”分开的词")
        words |= sign.parts[0]
    return frozenset(words)


def _kind(record: Record, lists: Mapping[str, Words]) -> Kind:
    """Read one kind of danger."""
    record.allow(
        "id", "title", "number", "also", "rank", "despite", "instruction",
        "go_on", *STRENGTHS,
    )  # fmt: skip
    signs = [
        (sign, points)
        for strength, points in STRENGTHS.items()
        for sign in _signs(record, strength, lists)
    ]
    also = record.text("also", is_optional=True)
    if also and also not in NUMBERS:
        record.report("also", "number", f"“{also}”不是紧急号码")
    return Kind(
        id=record.id(),
        title=record.text("title"),
        number=record.choice("number", NUMBERS),
        also=also,
        rank=_whole_number(record, "rank"),
        despite=frozenset(record.texts("despite", is_optional=True)),
        instruction=record.text("instruction"),
        go_on=record.text("go_on", is_optional=True),
        signs=tuple(signs),
    )


def _cue(record: Record, lists: Mapping[str, Words]) -> Cue:
    """Read one cue."""
    record.allow("id", "points", "reach", "signs")
    reach = record.choice("reach", REACHES)
    return Cue(record.id(), _whole_number(record, "points"), reach, _signs(record, "signs", lists))


def _signs(record: Record, name: str, lists: Mapping[str, Words]) -> tuple[Sign, ...]:
    """Read a list of signs."""
    found = []
    for text in record.texts(name, is_optional=True):
        try:
            found.append(parse_sign(text, lists))
        except SignInvalid as err:
            record.report(name, "sign", str(err))
    return tuple(found)


def _whole_number(record: Record, name: str) -> int:
    """Read a whole number that may be negative; an absent one is 0."""
    text = record.text(name, is_optional=True) or "0"
    if not text.removeprefix("-").isdecimal():
        record.report(name, "points", f"“{text}”应是整数")
        return 0
    return int(text)
