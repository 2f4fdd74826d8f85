"""A desk over a folder, and the ways to its files."""

from __future__ import annotations

from pathlib import Path

from assistant.knowledge.checks import read_context
from assistant.knowledge.entry import Entry
from assistant.knowledge.review import ReviewDesk
from tests.knowledge.small_base import TODAY, write_entry

CARD = "social-insurance/lost-card"


def desk_of(knowledge: Path) -> ReviewDesk:
    """Return the desk of a folder."""
    context, _, _ = read_context(knowledge, TODAY)
    return ReviewDesk(knowledge, context.signers, TODAY)


def file_of(desk: ReviewDesk, entry_id: str = CARD) -> Path:
    """Return the file of a question."""
    return desk.knowledge / "faq" / f"{entry_id}.md"


def put(desk: ReviewDesk, entry: Entry) -> Path:
    """Write an entry as it is."""
    return write_entry(desk.knowledge, entry)
