"""What the service says to a citizen, in the shape that the HTTP contract fixes.

A worker makes a `Reply`, storage keeps it in the outbox, the gateway sends it as
JSON. After that only `from_dict` turns JSON back into a `Reply`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

ReplyKind = Literal["text", "card", "options", "danger"]
Sender = Literal["bot", "agent", "system"]


@dataclass(frozen=True)
class Button:
    """A choice under a reply; pressing it sends `payload` as the citizen's text."""

    title: str
    payload: str


@dataclass(frozen=True)
class Source:
    """A document that an answer rests on. Days are ISO days in Shanghai or empty."""

    title: str
    document_no: str = ""
    clause: str = ""
    valid_from: str = ""
    published_on: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """One part of an answer under its own heading, e.g. 材料."""

    heading: str
    text: str


@dataclass(frozen=True)
class TicketReference:
    """The number of a ticket and the code that shows its progress."""

    number: str
    code: str


@dataclass(frozen=True)
class Reply:
    """One reply; `text` is plain text with newlines and at most simple Markdown.

    `id` is unique over all conversations (see `assistant.messages.ids`).
    `created_at` is aware. `department` and `last_checked_on` belong to the
    entry that the answer was taken from. `also_number` is a second number to call.
    """

    id: str
    status: str
    text: str
    created_at: datetime
    kind: ReplyKind = "text"
    buttons: tuple[Button, ...] = ()
    entry_id: str | None = None
    edition: str | None = None
    sources: tuple[Source, ...] = ()
    ticket: TicketReference | None = None
    hotline_number: str | None = None
    sender: Sender = "bot"
    sections: tuple[Section, ...] = ()
    department: str | None = None
    last_checked_on: str | None = None
    also_number: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the contract's JSON object; `sender` is written as `from`."""
        body = asdict(self)
        body["from"] = body.pop("sender")
        body["created_at"] = self.created_at.isoformat()
        for key in ("buttons", "sources", "sections"):
            body[key] = list(body[key])
        return body

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Reply:
        """Return the reply that `to_dict` wrote; keys it does not know are left out.

        Raises:
            KeyError: a key that every reply has is missing.
        """
        ticket = body.get("ticket")
        return cls(
            id=body["id"],
            status=body["status"],
            text=body["text"],
            created_at=datetime.fromisoformat(body["created_at"]),
            kind=body["kind"],
            buttons=tuple(Button(b["title"], b["payload"]) for b in body["buttons"]),
            entry_id=body["entry_id"],
            edition=body["edition"],
            sources=tuple(_source(source) for source in body["sources"]),
            ticket=TicketReference(ticket["number"], ticket["code"]) if ticket else None,
            hotline_number=body["hotline_number"],
            sender=body["from"],
            sections=tuple(Section(s["heading"], s["text"]) for s in body.get("sections", ())),
            department=body.get("department"),
            last_checked_on=body.get("last_checked_on"),
            also_number=body.get("also_number"),
        )


def _source(body: Mapping[str, Any]) -> Source:
    """Return the source in a JSON object; keys of a newer release are left out."""
    known = {field.name for field in fields(Source)}
    return Source(**{key: value for key, value in body.items() if key in known})
