"""The schemas of the OpenAPI document: what goes in and what comes out."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_TEXT_OR_NULL: dict[str, Any] = {"type": ["string", "null"]}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a schema of this file."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    """Return an object schema; without `required` every property is."""
    return {
        "type": "object",
        "required": list(required or properties),
        "properties": properties,
    }


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    """Return an array schema."""
    return {"type": "array", "items": items}


def _reply() -> dict[str, Any]:
    """Return the schema of a reply; `from` is no name in Python, so it is added here."""
    schema = _object(
        id=_TEXT,
        status=_TEXT,
        text=_TEXT,
        kind={"enum": ["text", "card", "options", "danger"]},
        buttons=_list_of(_object(title=_TEXT, payload=_TEXT)),
        entry_id=_TEXT_OR_NULL,
        edition=_TEXT_OR_NULL,
        sources=_list_of(ref("Source")),
        ticket={"anyOf": [_object(number=_TEXT, code=_TEXT), {"type": "null"}]},
        hotline_number=_TEXT_OR_NULL,
        created_at=_MOMENT,
        sections=_list_of(_object(heading=_TEXT, text=_TEXT)),
        department=_TEXT_OR_NULL,
        last_checked_on=_TEXT_OR_NULL,
        also_number=_TEXT_OR_NULL,
    )
    schema["properties"]["from"] = {"enum": ["bot", "agent", "system"]}
    schema["required"].append("from")
    return schema


def _history() -> dict[str, Any]:
    """Return the schema of a conversation read back."""
    citizen = _object(
        role={"const": "citizen"},
        message_id=_TEXT,
        client_message_id=_ID,
        text=_TEXT,
        created_at=_MOMENT,
        pending={"type": "boolean"},
    )
    service = _object(
        role={"const": "service"}, reply=ref("Reply"), useful={"type": ["boolean", "null"]}
    )
    return _object(
        conversation_id=_TEXT,
        last_event_id={"type": "integer"},
        items=_list_of({"oneOf": [citizen, service]}),
    )


def schemas() -> dict[str, Any]:
    """Return all schemas by name."""
    fields = {"type": "object", "additionalProperties": _TEXT}
    return {
        "Error": _object(
            ("error",),
            error=_object(code=_TEXT, message=_TEXT, fields=fields),
            replies=_list_of(ref("Reply")),
        ),
        "Session": _object(conversation_id=_TEXT),
        "Source": _object(
            title=_TEXT,
            document_no=_TEXT,
            clause=_TEXT,
            valid_from=_TEXT,
            published_on=_TEXT,
            url=_TEXT,
        ),
        "Reply": _reply(),
        "History": _history(),
        **_message_schemas(),
        **_feedback_schemas(),
        **_reading_schemas(),
    }


def _message_schemas() -> dict[str, Any]:
    """Return the schemas of sending a message."""
    return {
        "NewMessage": _object(
            client_message_id=_ID, text={"type": "string", "minLength": 1, "maxLength": 2000}
        ),
        "MessageResult": _object(
            ("message_id", "replies", "pending"),
            message_id=_TEXT,
            replies=_list_of(ref("Reply")),
            pending={"type": "boolean"},
            notice={"anyOf": [ref("Reply"), {"type": "null"}]},
        ),
    }


def _feedback_schemas() -> dict[str, Any]:
    """Return the schemas of judging a reply."""
    return {
        "NewFeedback": _object(
            ("reply_id", "useful"),
            reply_id=_ID,
            useful={"type": "boolean"},
            comment={"type": ["string", "null"], "maxLength": 500},
        ),
        "FeedbackResult": _object(
            reply_id=_TEXT, useful={"type": "boolean"}, stored={"type": "boolean"}
        ),
    }


def _reading_schemas() -> dict[str, Any]:
    """Return the schemas of the knowledge search and of the state of health."""
    hit = _object(entry_id=_TEXT, title=_TEXT, summary=_TEXT, score={"type": "number"}, url=_TEXT)
    return {
        "SearchResult": _object(query=_TEXT, edition=_TEXT, hits=_list_of(hit)),
        "Health": _object(
            status={"const": "ok"},
            worker={"enum": ["ready", "starting", "down"]},
            edition=_TEXT,
            answering={"enum": ["on", "paused"]},
            storage={"enum": ["ok", "unreadable", "unwritable"]},
            version=_TEXT,
        ),
    }
