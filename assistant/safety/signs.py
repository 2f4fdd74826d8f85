"""The small language in which signs of danger are written, and where a sign stands in a text.

A sign is a row of parts: `煤气|燃气 ~4 味|漏` means that one of the second words
follows one of the first within four characters of the same sentence; `A & B` means
that both stand near each other, in any order; `A ! B` that no B stands in the
sentence. `<name>` stands for a list of words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# How far apart the parts of `A & B` may stand, in characters.
NEAR = 24

_LIST = re.compile(r"<([a-z_]+)>")
_JOINT = re.compile(r"\s+(~\d+|&|!)\s+")

Words = frozenset[str]


class SignInvalid(ValueError):
    """A sign cannot be read; the text is for editors."""


@dataclass(frozen=True)
class Sign:
    """A row of parts; `gaps[i]` is the greatest distance of part i+1, None for `&`."""

    text: str
    parts: tuple[Words, ...]
    gaps: tuple[int | None, ...] = ()
    unless: Words = frozenset()

    def words(self) -> set[str]:
        """Return every word that the sign needs to be looked for."""
        return set().union(*self.parts, self.unless)


class Span(NamedTuple):
    """Where a sign stands: from its first to its last character."""

    start: int
    end: int


def parse_sign(text: str, lists: Mapping[str, Words]) -> Sign:
    """Return the sign that a text describes.

    Raises:
        SignInvalid: an unknown list, an empty part, or an exclusion that is not last.
    """
    pieces = _JOINT.split(f" {text.strip()} ".strip())
    parts: list[Words] = [_part(pieces[0], lists)]
    gaps: list[int | None] = []
    unless: Words = frozenset()
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if unless:
            raise SignInvalid(f"“{text}”里“!”之后不能再有别的部分")
        if joint == "!":
            unless = _part(piece, lists)
        else:
            parts.append(_part(piece, lists))
            gaps.append(None if joint == "&" else int(joint[1:]))
    return Sign(text, tuple(parts), tuple(gaps), unless)


def _part(text: str, lists: Mapping[str, Words]) -> Words:
    """Return the words of one part."""
    words: set[str] = set()
    for choice in text.split("|"):
        named = _LIST.fullmatch(choice.strip())
        if named is None:
            # Compared with text in the spelling of `plain_text`.
            words.add(unicodedata.normalize("NFKC", choice.strip()).lower())
        elif named.group(1) in lists:
            words |= lists[named.group(1)]
        else:
            raise SignInvalid(f"没有名为“{named.group(1)}”的词表")
    if "" in words or any(mark in word for word in words for mark in ("<", "~", " &", " !")):
        raise SignInvalid(f"“{text}”写得不对：空的词，或者“<”“~”两边缺少空格")
    return frozenset(words)


class Scene:
    """The words found in one text, by part, so that signs can be looked for quickly."""

    def __init__(self, places: Mapping[str, Sequence[Span]], sentence_of: Sequence[int]) -> None:
        self._places, self._sentence_of = places, sentence_of
        self._by_part: dict[Words, list[Span]] = {}
        self._by_sign: dict[str, list[Span]] = {}

    def sentence(self, position: int) -> int:
        """Return the number of the sentence that a position is in."""
        return self._sentence_of[min(position, len(self._sentence_of) - 1)]

    def places(self, part: Words) -> list[Span]:
        """Return where any word of a part stands, by start."""
        found = self._by_part.get(part)
        if found is None:
            spans: Iterable[Span] = {
                span for word in part if word in self._places for span in self._places[word]
            }
            found = sorted(spans)
            self._by_part[part] = found
        return found

    @property
    def words(self) -> Iterable[str]:
        """The words that stand in the text."""
        return self._places.keys()

    def find(self, sign: Sign) -> list[Span]:
        """Return where a sign stands, by start; for one start, the shortest."""
        found = self._by_sign.get(sign.text)
        if found is None:
            found = self._by_sign[sign.text] = self._look(sign)
        return found

    def _look(self, sign: Sign) -> list[Span]:
        """Join the places of a sign's parts."""
        spans = self.places(sign.parts[0])
        for part, gap in zip(sign.parts[1:], sign.gaps, strict=True):
            if not spans:
                return []
            nexts = self.places(part)
            spans = self._near(spans, nexts) if gap is None else self._after(spans, nexts, gap)
        if sign.unless and spans:
            barred = {self.sentence(span.start) for span in self.places(sign.unless)}
            spans = [span for span in spans if self.sentence(span.start) not in barred]
        return spans

    def _after(self, spans: list[Span], nexts: list[Span], gap: int) -> list[Span]:
        """Return spans that are followed by one of `nexts` within `gap` characters."""
        starts = [span.start for span in nexts]
        found = []
        for span in spans:
            at = bisect_left(starts, span.end)
            if at < len(nexts) and nexts[at].start - span.end <= gap:
                last = nexts[at]
                if self.sentence(span.start) == self.sentence(last.start):
                    found.append(Span(span.start, last.end))
        return found

    def _near(self, spans: list[Span], others: list[Span]) -> list[Span]:
        """Return spans joined with the nearest other that does not overlap."""
        found = []
        for span in spans:
            apart = [
                (max(other.start - span.end, span.start - other.end), other)
                for other in others
                if other.end <= span.start or other.start >= span.end
            ]
            near = [pair for pair in apart if pair[0] <= NEAR]
            if near:
                _distance, other = min(near, key=lambda pair: (pair[0], pair[1].start))
                found.append(Span(min(span.start, other.start), max(span.end, other.end)))
        return found
