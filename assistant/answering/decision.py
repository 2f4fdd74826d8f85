"""The Decision object that `wenban ask` prints: one turn, seen from outside (contracts.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answering.conversation import KnowledgeView
from assistant.knowledge.places import PlaceKind

REQUEST_TYPES: dict[str, str] = {
    "seek_help": "求助",
    "complain": "投诉",
    "report_violation": "举报",
    "suggest": "建议",
    "praise": "表扬",
}

# The aspects that contracts.md knows; contact, forms and mistakes are told, but not named there.
ASPECTS = ("materials", "fee", "time_limit", "place", "process", "basis")


def request_type(intent: str) -> str | None:
    """Return the kind of request that an intent is, or None."""
    return "咨询" if intent.startswith("ask_") else REQUEST_TYPES.get(intent)


def decision_of(
    *,
    text: str,
    parsed: Mapping[str, Any],
    payloads: Sequence[Mapping[str, Any]],
    view: KnowledgeView,
    elapsed_ms: float,
) -> dict[str, Any]:
    """Return the Decision of one turn; the first payload decides status and entry."""
    intent = parsed.get("intent") or {}
    name = str(intent.get("name") or "")
    first = payloads[0] if payloads else {}
    passages = parsed.get("passages") or {}
    entry = view.entries.get(str(first.get("entry_id") or ""))
    return {
        "text": text,
        "status": first.get("status", "error_internal"),
        "intent": name,
        "intent_confidence": round(float(intent.get("confidence") or 0.0), 4),
        "request_type": request_type(name),
        "topic": list(entry.topic) if entry is not None else [],
        "department": entry.owner if entry is not None else None,
        "alternatives": _alternatives(passages, view, entry.owner if entry else ""),
        "place": _place(text, view),
        "danger": None,
        "hotline_number": first.get("hotline_number"),
        "entry_id": first.get("entry_id"),
        "edition": view.edition,
        "score": passages.get("probability", 0.0),
        "aspect": first.get("aspect") if first.get("aspect") in ASPECTS else None,
        "sources": list(first.get("sources", ())),
        "replies": [
            {key: payload[key] for key in ("text", "kind", "buttons", "sections") if key in payload}
            for payload in payloads
        ],
        "ranked": list(passages.get("ranked", ())),
        "handoff": str(first.get("status", "")).startswith("handoff"),
        "elapsed_ms": round(elapsed_ms, 1),
    }


def _alternatives(
    passages: Mapping[str, Any], view: KnowledgeView, owner: str
) -> list[dict[str, Any]]:
    """Return the other departments whose entries came near, with the best score of each."""
    best: dict[str, float] = {}
    for item in passages.get("ranked", ()):
        entry = view.entries.get(str(item["entry_id"]))
        if entry is not None and entry.owner != owner:
            best.setdefault(entry.owner, float(item["score"]))
    return [{"department": department, "score": score} for department, score in best.items()][:3]


def _place(text: str, view: KnowledgeView) -> dict[str, str]:
    """Return the district, street and community that a text names; empty where none."""
    place = {"district": "", "street": "", "detail": ""}
    gazetteer = view.registers.gazetteer
    for mention in gazetteer.find(text):
        if mention.kind is PlaceKind.OTHER_CITY:
            continue
        place["district"] = place["district"] or gazetteer.name_of(gazetteer.district_of(mention))
        if mention.kind is PlaceKind.STREET:
            place["street"] = mention.name
        elif mention.kind is PlaceKind.COMMUNITY:
            place["detail"] = mention.name
    return place
