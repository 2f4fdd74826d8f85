"""Finds all words of a fixed list in a text, in one pass, as written or as heard.

A word may also be found by its sound: spelt in Latin letters ("zhaohuo", "zhao huo
le") or with a wrong character of the same sound (媒气 for 煤气). A misspelling must
share a character with its word; Latin letters must be syllables from end to end, so
that English is not heard as Chinese. Tones are ignored.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from operator import add
from typing import TypeAlias

_LATIN = re.compile(r"[a-z][a-z ']*[a-z]")
_TONES = str.maketrans(
    "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm", "\u0304\u0301\u030c\u0300"
)
_NOT_SYLLABLES = frozenset(("n", "m", "ng", "hm", "hng", "e", "o"))
_LONGEST_LATIN = 60

Sounds: TypeAlias = tuple[frozenset[str], ...]
# Where something stands in a text: its first character, and the one after its last.
Span: TypeAlias = tuple[int, int]
Places: TypeAlias = Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class _Unit:
    """One syllable of a text: a Chinese character, or Latin letters."""

    start: int
    end: int
    sound: str


class WordFinder:
    """Finds `words`; those also in `spelt` or `misspelt` are found by their sound as well."""

    def __init__(
        self, words: Collection[str], spelt: Collection[str] = (), misspelt: Collection[str] = ()
    ) -> None:
        self._by_head: dict[str, list[tuple[str, int]]] = {}
        self._singles = frozenset(word for word in words if len(word) == 1)
        for word in sorted(set(words) - self._singles):
            self._by_head.setdefault(word[:2], []).append((word, len(word)))
        self._spelt, self._misspelt = _by_sound(spelt), _by_sound(misspelt)
        self._may_be_misspelt = _any_of_sounds(self._misspelt)

    def find(self, text: str) -> Places:
        """Return the places of every word that stands in a text, ascending; words may overlap."""
        places: defaultdict[str, list[Span]] = defaultdict(list)
        singles, by_head = self._singles, self._by_head
        for start, char in enumerate(text):
            if char in singles:
                places[char].append((start, start + 1))
        for start, head in enumerate(map(add, text, text[1:])):
            if head in by_head:
                for word, length in by_head[head]:
                    if text.startswith(word, start):
                        places[word].append((start, start + length))
        heard = [*self._find_misspelt(text), *self._find_spelt(text)]
        for word, place in heard:
            places[word].append(place)
        for word, _place in heard:
            places[word].sort()
        return dict(places)

    def _find_misspelt(self, text: str) -> Iterator[tuple[str, Span]]:
        """Yield the words in which another character of the same sound stands."""
        usual = _usual_readings()
        for match in self._may_be_misspelt.finditer(text):
            start = match.start()
            pair = (usual[text[start]], usual[text[start + 1]])
            for word, wanted in self._misspelt.get(pair, ()):
                part = text[start : start + len(word)]
                if len(part) < len(word) or part == word:
                    continue
                if not all(
                    usual.get(char) in choices for char, choices in zip(part, wanted, strict=True)
                ):
                    continue
                if any(a == b for a, b in zip(part, word, strict=True)):
                    yield word, (start, start + len(word))

    def _find_spelt(self, text: str) -> Iterator[tuple[str, Span]]:
        """Yield the words that are spelt in Latin letters."""
        for units in _latin_syllables(text):
            for number in range(len(units) - 1):
                pair = (units[number].sound, units[number + 1].sound)
                for word, wanted in self._spelt.get(pair, ()):
                    part = units[number : number + len(word)]
                    if len(part) == len(word) and all(
                        unit.sound in choices for unit, choices in zip(part, wanted, strict=True)
                    ):
                        yield word, (part[0].start, part[-1].end)


def _by_sound(words: Iterable[str]) -> dict[tuple[str, str], list[tuple[str, Sounds]]]:
    """Return words of two and more characters by their first two sounds."""
    readings = _readings()
    found: dict[tuple[str, str], list[tuple[str, Sounds]]] = {}
    for word in sorted(set(words)):
        sounds = tuple(frozenset(readings.get(char, ())) for char in word)
        if len(word) < 2 or not all(sounds):
            continue
        for first, second in product(sorted(sounds[0]), sorted(sounds[1])):
            found.setdefault((first, second), []).append((word, sounds))
    return found


def _any_of_sounds(pairs: Collection[tuple[str, str]]) -> re.Pattern[str]:
    """Return what finds where two characters stand that may have one of these pairs of sounds."""
    usual = _usual_readings()
    heads = "".join(
        "[" + "".join(char for char, sound in usual.items() if sound in wanted) + "]"
        for wanted in map(set, zip(*pairs, strict=True))
    )
    return re.compile(f"(?={heads})" if heads else "(?!)")


def _latin_syllables(text: str) -> list[list[_Unit]]:
    """Return the syllables of every Latin run that is made of nothing else."""
    found = []
    for run in _LATIN.finditer(text):
        units: list[_Unit] = []
        for word in re.finditer("[a-z]+", run.group()):
            position = run.start() + word.start()
            for syllable in _split(word.group()):
                units.append(_Unit(position, position + len(syllable), syllable))
                position += len(syllable)
        found.append(units)
    return found


def _split(letters: str) -> tuple[str, ...]:
    """Return letters cut into the fewest syllables; all of them as one when they are none."""
    if len(letters) > _LONGEST_LATIN:
        return (letters,)
    known = _syllables()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for length in range(min(6, end), 0, -1):
            before = best[end - length]
            syllable = letters[end - length : end]
            shortest = best[end]
            if before is None or syllable not in known:
                continue
            if shortest is None or len(before) + 1 < len(shortest):
                best[end] = (*before, syllable)
    return best[-1] or (letters,)


@cache
def _readings() -> Mapping[str, tuple[str, ...]]:
    """Return the syllables of every character, without tones, usual first (pypinyin's table)."""
    raw = json.loads((files("pypinyin") / "pinyin_dict.json").read_text("utf-8"))
    return {
        chr(int(code)): tuple(dict.fromkeys(text.translate(_TONES).split(",")))
        for code, text in raw.items()
        if 0x4E00 <= int(code) <= 0x9FFF
    }


@cache
def _usual_readings() -> Mapping[str, str]:
    """Return the usual syllable of every character."""
    return {char: sounds[0] for char, sounds in _readings().items()}


@cache
def _syllables() -> frozenset[str]:
    """Return all syllables that a character has."""
    return frozenset(sounds[0] for sounds in _readings().values()) - _NOT_SYLLABLES
