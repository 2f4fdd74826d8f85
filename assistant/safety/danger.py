"""Recognises who is in danger, before anything else is done with a message.

A sign of danger (an event, a symptom) is weighed with what stands around it: does
it happen now, to a person, is help called for; or is it long over, only feared,
asked about, a drill, a film. `Emergencies` holds all words and points. The same
text always gives the same result; 2,000 characters take a few milliseconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.safety.emergencies import ALARM_AT, STRENGTHS, Cue, Emergencies, Kind
from assistant.safety.plain_text import plain_text
from assistant.safety.signs import Scene
from assistant.safety.word_finder import Span, WordFinder

if TYPE_CHECKING:
    from assistant.safety.meaning import Listener
    from assistant.safety.phrase_weights import PhraseWeights

# Longer texts are cut in the middle: the end of a long message is where help is called for.
MAX_CHARS = 2000
# Cues count within this many characters of a sign.
SHORT = 80
MOST_SIGNS, MOST_SUPPORT = 5, 3
# Who writes so little has no time: it counts like a cry for help.
BRIEF = 14
# A text longer than each of these needs one point more: letters tell much that is over.
LONG = (60, 150, 400)
# Where weights were learned, sound and points are added: an alarm needs this much, and a
# text longer than each of `LONG` so much more; a point of the rules is worth so much; from
# `SURE_AT` on the points alone alarm. Chosen on texts that neither the rules nor the weights
# had seen (docs/evaluation.md, "Danger").
HEARD_AT, LONG_WORTH, POINT_WORTH, SURE_AT = 1.5, 1.5, 0.3, 6
IS_LETTER = 2
NO_SIGN, LEAST_POINTS, MOST_POINTS = -1, -3, 6
# Where the meaning is listened to as well, what did not alarm so far does so from here on.
UNDERSTOOD_AT, MEANING_WORTH, NUMBER_MEANING_WORTH = 2.5, 0.7, 0.5
# What a point is worth for the number beside the sound, and how many count.
NUMBER_WORTH, MOST_RANKED = 0.4, 8
# Longer texts are heard in overlapping pieces of so many sentences.
PIECE_SENTENCES, PIECE_STEP = 3, 2

_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True)
class Danger:
    """What a message tells of: the kind if it is clear, the number, and perhaps a second one.

    `evidence` are the words it rests on; it is empty when only the sound told.
    """

    kind: Kind | None
    number: str
    also: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Weighed:
    """The evidence for one kind at one place of a text."""

    kind: Kind
    points: int
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """A text with the places of its words; `ends` are the ends of its sentences."""

    text: str
    data: Emergencies
    signs: Scene
    cues: Scene
    ends: list[int]

    @cached_property
    def standing_cues(self) -> list[tuple[Cue, list[int]]]:
        """The cues that stand in the text, with where they begin, ascending."""
        starts = (
            (cue, sorted(start for sign in cue.signs for start, _end in self.cues.find(sign)))
            for cue in self.data.cues
        )
        return [(cue, found) for cue, found in starts if found]

    @cached_property
    def turns(self) -> list[int]:
        """Where the text turns to something else ("但是现在"), ascending."""
        return [start for start, _end in self.cues.places(self.data.turns)]


@dataclass(frozen=True)
class _Window:
    """What counts for a sign: its sentence, and that with its neighbours (positions)."""

    near_start: int
    near_end: int
    sentence_start: int
    sentence_end: int


class DangerRecogniser:
    """Recognises danger by rules and, where they were learned, by weights of phrases.

    The rules alone suffice to run. With weights, points and sound are added up, which finds
    much that no rule knows and silences rules that ring at harmless talk. With a listener
    for the meaning, what these two leave is listened to once more; it never takes an alarm
    back. Safe to share between threads.
    """

    def __init__(
        self,
        emergencies: Emergencies,
        weights: PhraseWeights | None = None,
        meaning: Listener | None = None,
    ) -> None:
        """Take the data; `meaning` is used where there are `weights`."""
        self._weights, self._meaning = weights, meaning
        self._data = emergencies
        words: set[str] = set(emergencies.masks | emergencies.turns)
        for kind in emergencies.kinds:
            for sign, _points in kind.signs:
                words |= sign.words()
        for cue in emergencies.cues:
            for sign in cue.signs:
                words |= sign.words()
        self._finder = WordFinder(words, emergencies.spelt, emergencies.misspelt)
        negations = "|".join(map(re.escape, sorted(emergencies.negations, key=len, reverse=True)))
        fillers = "|".join(map(re.escape, sorted(emergencies.fillers, key=len, reverse=True)))
        self._negated = re.compile(f"(?:{negations})(?:{fillers}){{0,2}}$")
        self._longest_negation = 12
        self._negation_ends = {word[-1] for word in (*emergencies.negations, *emergencies.fillers)}
        # Only signs whose first words stand in a text are looked for.
        self._signs = [
            (kind.id, sign, points) for kind in emergencies.kinds for sign, points in kind.signs
        ]
        self._by_word: dict[str, list[int]] = {}
        for place, (_kind_id, sign, _points) in enumerate(self._signs):
            for word in sign.parts[0]:
                self._by_word.setdefault(word, []).append(place)

    def recognise(self, message: str) -> Danger | None:
        """Return the danger that a message tells of, or None."""
        text = plain_text(_shortened(message), self._data.pictures)
        if _WORD.search(text) is None:
            return None
        read = self._read(text)
        weighed = self._weighed(read)
        longer = sum(len(text) > length for length in LONG)
        if self._weights is None:
            alarms = [found for found in weighed if found.points >= ALARM_AT + longer]
            return _clearest(alarms) if alarms else None
        return self._heard(read, weighed, self._weights, longer)

    def _heard(
        self, read: _Read, weighed: Sequence[_Weighed], weights: PhraseWeights, longer: int
    ) -> Danger | None:
        """Return the danger that signs and sound together tell of."""
        heard = weights.listen(read.text)
        start, end = max(_pieces(read.text, read.ends), key=lambda piece: heard.danger(*piece))
        # A letter that sounds calm as a whole makes its loudest piece count less.
        loud = (heard.danger(start, end) + heard.whole) / 2
        points = max((found.points for found in weighed), default=NO_SIGN)
        total = loud + POINT_WORTH * min(max(points, LEAST_POINTS), MOST_POINTS)
        total -= LONG_WORTH * longer
        meant: dict[str, float] = {}
        if total < HEARD_AT and points < SURE_AT + longer:
            if self._meaning is None:
                return None
            meaning = self._meaning.listen(read.text[start:end])
            if total + MEANING_WORTH * meaning.danger < UNDERSTOOD_AT:
                return None
            meant = meaning.numbers
        sounds = weights.numbers(read.text[start:end])
        for name, odds in meant.items():
            sounds[name] += NUMBER_MEANING_WORTH * odds
        numbers = dict(sounds)
        for found in weighed:
            told = min(max(found.points + found.kind.rank, 0), MOST_RANKED) * NUMBER_WORTH
            numbers[found.kind.number] = max(
                numbers[found.kind.number], sounds[found.kind.number] + told
            )
        number = max(numbers, key=lambda name: (numbers[name], name))
        fitting = [found for found in weighed if found.kind.number == number and found.points > 0]
        if not fitting:
            # A letter without any sign only sounds excited.
            return None if longer >= IS_LETTER else Danger(None, number, "", ())
        others = [found for found in weighed if found.points >= ALARM_AT + longer]
        return _clearest(fitting, others)

    def _read(self, text: str) -> _Read:
        """Return a text with the words found in it; masks hide signs, but no cues."""
        found = self._finder.find(text)
        masks = self._data.masks & found.keys()
        standing = {word: spans for word, spans in found.items() if word not in masks}
        ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        sentence_of: list[int] = []
        for number, end in enumerate((*ends, len(text))):
            sentence_of += [number] * (end - len(sentence_of))
        cues = signs = Scene(standing, sentence_of)
        if masks:
            hidden = _hidden([span for mask in masks for span in found[mask]], len(text))
            signs = Scene(standing, sentence_of, hidden)
        return _Read(text, self._data, signs, cues, [*ends, len(text)])

    def _weighed(self, read: _Read) -> list[_Weighed]:
        """Return the strongest evidence for each kind that has a sign in a text."""
        standing: dict[str, set[tuple[Span, int]]] = {}
        candidates = {n for word in read.signs.words for n in self._by_word.get(word, ())}
        for place in candidates:
            kind_id, sign, points = self._signs[place]
            for span in read.signs.find(sign):
                if not self._is_negated(read.text, span):
                    standing.setdefault(kind_id, set()).add((span, points))
        found = (
            self._weigh(kind, read, sorted(standing[kind.id]))
            for kind in self._data.kinds
            if kind.id in standing
        )
        return [weighed for weighed in found if weighed is not None]

    def _weigh(self, kind: Kind, read: _Read, signs: Sequence[tuple[Span, int]]) -> _Weighed | None:
        """Return the strongest evidence for one kind anywhere in a text."""
        text = read.text
        best: _Weighed | None = None
        for span in sorted({span for span, _ in signs}):
            window = self._window(read, span)
            inside = [item for item in signs if window.near_start <= item[0][0] < window.near_end]
            points, evidence = _sum_of_signs(text, inside)
            support, against, cues = self._cues(kind, read, window)
            support += len(text) <= BRIEF and points >= STRENGTHS["likely"] and not against
            total = points + min(support, MOST_SUPPORT) + against
            if best is None or total > best.points:
                best = _Weighed(kind, total, (*evidence, *cues))
        return best

    def _window(self, read: _Read, span: Span) -> _Window:
        """Return what belongs to a sign: its sentence, those beside it, from the last turn on."""
        first, last = span
        ends = read.ends
        number = bisect_right(ends, first)
        sentence_start = ends[number - 1] if number else 0
        sentence_end = ends[min(number, len(ends) - 1)]
        start = max(ends[number - 2] if number >= 2 else 0, first - SHORT)
        end = min(ends[min(number + 1, len(ends) - 1)], last + SHORT)
        before = bisect_right(read.turns, first)
        if before:
            turn = read.turns[before - 1]
            start, sentence_start = max(start, turn), max(sentence_start, turn)
        return _Window(start, end, sentence_start, sentence_end)

    def _cues(self, kind: Kind, read: _Read, window: _Window) -> tuple[int, int, tuple[str, ...]]:
        """Return the points for and against danger around a sign, and which cues they are of."""
        support = against = 0
        names = []
        for cue, starts in read.standing_cues:
            if cue.id in kind.despite or not _stands(cue, starts, window):
                continue
            names.append(cue.id)
            if cue.points > 0:
                support += cue.points
            else:
                against += cue.points
        return support, against, tuple(names)

    def _is_negated(self, text: str, span: Span) -> bool:
        """Return whether a negation stands right before a sign."""
        start = span[0]
        # Few signs have such a character before them, and a search takes long.
        if not start or text[start - 1] not in self._negation_ends:
            return False
        before = text[max(0, start - self._longest_negation) : start]
        return self._negated.search(before) is not None


def _clearest(found: Sequence[_Weighed], others: Sequence[_Weighed] = ()) -> Danger:
    """Return the danger with most evidence; `also` is the next number that is as sure."""
    ranked = sorted(found, key=lambda item: -item.points - item.kind.rank)
    first = ranked[0]
    more = sorted((*ranked[1:], *others), key=lambda item: -item.points - item.kind.rank)
    numbers = [item.kind.number for item in more if item.kind.number != first.kind.number]
    also = numbers[0] if numbers else first.kind.also
    return Danger(first.kind, first.kind.number, also, first.evidence)


def _pieces(text: str, ends: list[int]) -> list[tuple[int, int]]:
    """Return what is listened to: a short text as a whole, a long one in overlapping pieces."""
    if len(text) <= SHORT:
        return [(0, len(text))]
    starts = [0, *ends[:-1]]
    return [
        (starts[number], ends[min(number + PIECE_SENTENCES, len(ends)) - 1])
        for number in range(0, len(starts), PIECE_STEP)
    ]


def _shortened(message: str) -> str:
    """Return the head and the tail of a text that is too long."""
    if len(message) <= MAX_CHARS:
        return message
    half = MAX_CHARS // 2
    return f"{message[:half]}\n{message[-half:]}"


def _hidden(masks: Sequence[Span], size: int) -> list[int]:
    """Return, for each character, how long the longest mask over it is; 0 for none."""
    hidden = [0] * size
    for start, end in masks:
        for position in range(start, end):
            hidden[position] = max(hidden[position], end - start)
    return hidden


def _sum_of_signs(text: str, signs: Sequence[tuple[Span, int]]) -> tuple[int, tuple[str, ...]]:
    """Return what the signs of one place are worth together; one inside another counts once."""
    taken: list[Span] = []
    total = 0
    evidence = []
    for (start, end), points in sorted(signs, key=lambda item: (-item[1], item[0][0])):
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        words = text[start:end]
        if words in evidence:
            continue
        taken.append((start, end))
        total += points
        evidence.append(words)
    return min(total, MOST_SIGNS), tuple(evidence)


def _stands(cue: Cue, starts: Sequence[int], window: _Window) -> bool:
    """Return whether a cue, which begins at `starts`, stands where it counts."""
    if cue.reach == "message":
        return True
    start, end = window.near_start, window.near_end
    if cue.reach == "sentence":
        start, end = window.sentence_start, window.sentence_end
    at = bisect_left(starts, start)
    return at < len(starts) and starts[at] < end
