"""Turns a class of messages that may not be stored into the reply with its lawful way."""

from __future__ import annotations

from datetime import datetime

from assistant.knowledge.out_of_scope import OutOfScope
from assistant.messages.ids import new_id
from assistant.messages.reply import Reply


def lawful_path(found: OutOfScope, now: datetime) -> Reply:
    """Return what the citizen reads: the reviewed answer of the class and its source."""
    return Reply(
        id=new_id("r"),
        status="redirected_lawful_path",
        text=found.told,
        created_at=now,
        hotline_number=found.phone,
    )
