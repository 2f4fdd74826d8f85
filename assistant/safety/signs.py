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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from assistant.safety.word_finder import Places, Span

# How far apart the parts of `A & B` may stand, in characters.
NEAR = 24
# Of a word that stands more often than twice this, the first and the last places are looked
# at: nobody in danger repeats himself so, and the time must not grow with the square.
MOST_PLACES = 10

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
    """The `words` found in one text, by part, so that signs can be looked for quickly.

    `hidden[i]` is how long the longest mask over character i is; a word that masks touch
    is seen only if it is longer.
    """

    def __init__(
        self, places: Places, sentence_of: Sequence[int], hidden: Sequence[int] | None = None
    ) -> None:
        self._places, self._sentence_of, self._hidden = places, sentence_of, hidden
        self.words = frozenset(places)
        self._by_part: dict[Words, Sequence[Span]] = {}
        self._by_word: dict[str, Sequence[Span]] = {}
        self._by_sign: dict[str, Sequence[Span]] = {}

    def sentence(self, position: int) -> int:
        """Return the number of the sentence that a position is in."""
        return self._sentence_of[min(position, len(self._sentence_of) - 1)]

    def places(self, part: Words) -> Sequence[Span]:
        """Return where any word of a part stands, by start."""
        found = self._by_part.get(part)
        if found is None:
            spans = [self._seen(word) for word in part & self.words]
            # Most parts have no word in a text, or one, whose places are in order.
            found = spans[0] if len(spans) == 1 else sorted(set(chain.from_iterable(spans)))
            self._by_part[part] = found
        return found

    def _seen(self, word: str) -> Sequence[Span]:
        """Return the places of a word that no mask hides, without the middle of very many."""
        found = self._by_word.get(word)
        if found is None:
            found = self._places[word]
            hidden = self._hidden
            if hidden is not None:
                found = [
                    (start, end) for start, end in found if end - start > max(hidden[start:end])
                ]
            if len(found) > 2 * MOST_PLACES:
                found = [*found[:MOST_PLACES], *found[-MOST_PLACES:]]
            self._by_word[word] = found
        return found

    def find(self, sign: Sign) -> Sequence[Span]:
        """Return where a sign stands, by start; for one start, the shortest."""
        found = self._by_sign.get(sign.text)
        if found is None:
            found = self._by_sign[sign.text] = self._look(sign)
        return found

    def _look(self, sign: Sign) -> Sequence[Span]:
        """Join the places of a sign's parts."""
        if any(part.isdisjoint(self.words) for part in sign.parts):
            return []
        spans = self.places(sign.parts[0])
        for part, gap in zip(sign.parts[1:], sign.gaps, strict=True):
            nexts = self.places(part)
            spans = self._near(spans, nexts) if gap is None else self._after(spans, nexts, gap)
        if sign.unless and spans:
            barred = {self.sentence(start) for start, _end in self.places(sign.unless)}
            spans = [span for span in spans if self.sentence(span[0]) not in barred]
        return spans

    def _after(self, spans: Sequence[Span], nexts: Sequence[Span], gap: int) -> list[Span]:
        """Return spans that are followed by one of `nexts` within `gap` characters."""
        found = []
        for start, end in spans:
            # A place that begins here or later is no less than (end,).
            at = bisect_left(nexts, (end,))
            if at < len(nexts):
                next_start, next_end = nexts[at]
                if next_start - end <= gap and self.sentence(start) == self.sentence(next_start):
                    found.append((start, next_end))
        return found

    def _near(self, spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
        """Return spans joined with the nearest other that does not overlap."""
        found = []
        for start, end in spans:
            near = [
                (distance, other_start, other_end)
                for other_start, other_end in others
                if 0 <= (distance := max(other_start - end, start - other_end)) <= NEAR
            ]
            if near:
                _distance, other_start, other_end = min(near)
                found.append((min(start, other_start), max(end, other_end)))
        return found
