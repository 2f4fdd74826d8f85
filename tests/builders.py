"""Small objects for tests of answering: defaults for everything a test does not care about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from assistant.answering.conversation import KnowledgeView, Question, Thresholds
from assistant.knowledge.entry import Entry, Kind, PolicySource
from assistant.knowledge.registers import Registers

# A Wednesday, 10:00 in Shanghai: no holiday is near.
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
THRESHOLDS = Thresholds(answer_at=0.8, offer_at=0.2)
SURE, OFFERED, UNKNOWN = 0.95, 0.6, 0.05

SOURCE = PolicySource("云州市身份证办理规定", "云公发〔2024〕3号（示例）", "第五条", "2024-01-02")


def an_entry(entry_id: str = "id-card/renewal", **changes: Any) -> Entry:
    """Return a public guide in force, with sections; `changes` replaces fields."""
    fields: dict[str, Any] = {
        "id": entry_id,
        "kind": Kind.GUIDE,
        "title": "身份证到期怎么换领？",
        "similar": (),
        "unlike": (),
        "owner": "public-security",
        "topic": ("公共安全", "户籍", "身份证"),
        "area": "yunzhou",
        "audience": ("person",),
        "visibility": "public",
        "sources": (SOURCE,),
        "valid_from": "2024-03-01",
        "valid_to": "",
        "supersedes": "",
        "review_by": "2027-12-31",
        "author": "editor-lin",
        "answer": "到期前三个月内带旧证到派出所换领。",
        "sections": {
            "basis": "《云州市身份证办理规定》第五条。",
            "time_limit": "10个工作日。",
            "materials": "- 旧身份证原件1份",
            "fee": "20元。",
            "place": "任一公安派出所户籍窗口。",
        },
    }
    return Entry(**{**fields, **changes})


def a_view(
    registers: Registers, *entries: Entry, thresholds: Thresholds = THRESHOLDS
) -> KnowledgeView:
    """Return an edition of these entries with real registers."""
    return KnowledgeView(
        "test-edition", {entry.id: entry for entry in entries}, registers, thresholds
    )


def a_question(
    text: str,
    intent: str = "ask_policy",
    *,
    confidence: float = 0.9,
    probability: float = UNKNOWN,
    ranked: Sequence[str] = (),
    now: datetime = NOW,
    is_searched: bool = True,
) -> Question:
    """Return a message after NLU; candidates are given best first."""
    scores = tuple((entry_id, 10.0 - place) for place, entry_id in enumerate(ranked))
    return Question(text, intent, confidence, probability, scores, now, is_searched)
