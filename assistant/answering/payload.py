"""An answer as plain data: what an action hands to the worker and `wenban ask` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from assistant.answering.conversation import Answer, KnowledgeView
from assistant.knowledge.entry import Entry


def payload_of(answer: Answer, view: KnowledgeView) -> dict[str, Any]:
    """Return the JSON object of one reply, without id and time, which the worker adds."""
    entry = answer.entry
    return {
        "status": str(answer.status),
        "text": answer.text,
        "kind": answer.kind,
        "buttons": [asdict(button) for button in answer.buttons],
        "entry_id": entry.id if entry is not None else None,
        "edition": view.edition,
        "sources": sources_of(entry) if entry is not None else [],
        "ticket": None,
        "hotline_number": answer.hotline_number,
        "sections": [{"heading": heading, "text": text} for heading, text in answer.sections],
        "department": answer.department,
        "last_checked_on": entry.last_checked_on if entry is not None else None,
        "aspect": answer.aspect,
        "offered": list(answer.offered),
        "district": answer.district,
        "is_text_kept": answer.is_text_kept,
    }


def sources_of(entry: Entry) -> list[dict[str, str]]:
    """Return the sources of an entry with the day from which the answer holds."""
    return [
        {
            "title": source.title,
            "document_no": source.document_no,
            "clause": source.clause,
            "valid_from": entry.valid_from,
            "published_on": source.published_on,
            "url": source.url,
        }
        for source in entry.sources
    ]
