"""What a turn is given: the question as understood, and what the conversation remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from assistant.knowledge.entry import Entry
from assistant.knowledge.registers import Registers


@dataclass(frozen=True)
class Question:
    """One message after NLU. `ranked` is best first: entry id and fused score.

    `probability` is the calibrated chance that the first candidate answers it.
    `is_searched` is False when retrieval did not run, so that no candidate proves nothing.
    """

    text: str
    intent: str
    intent_confidence: float
    probability: float
    ranked: tuple[tuple[str, float], ...]
    now: datetime
    is_searched: bool = True


@dataclass(frozen=True)
class Memory:
    """What earlier turns left: the entry last answered, the district last named, the last offer.

    `lapsed` is set within a turn: the entry last answered may no longer be told.
    """

    entry_id: str = ""
    district: str = ""
    offered: tuple[str, ...] = ()
    lapsed: bool = False


@dataclass(frozen=True)
class Thresholds:
    """From `answer_at` the first candidate is told, from `offer_at` up to three are offered."""

    answer_at: float
    offer_at: float


@dataclass(frozen=True)
class KnowledgeView:
    """The edition to answer from."""

    edition: str
    entries: dict[str, Entry]
    registers: Registers
    thresholds: Thresholds


@dataclass(frozen=True)
class Button:
    """A choice; pressing it sends `payload` as the citizen's text."""

    title: str
    payload: str


@dataclass(frozen=True)
class Answer:
    """One decision with its words. `sections` are (heading, text) pairs.

    Where `is_text_kept` is false, the question's own text may not be stored.
    """

    status: str
    text: str
    kind: str = "text"
    entry: Entry | None = None
    aspect: str | None = None
    buttons: tuple[Button, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    offered: tuple[str, ...] = ()
    hotline_number: str | None = None
    department: str | None = None
    district: str = ""
    is_text_kept: bool = True
    extra: dict[str, str] = field(default_factory=dict)
