"""What is wrong with a database after a fault, compared with what citizens were told."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from assistant.clock import utc_now
from assistant.messages.audit import ChainCheck
from assistant.messages.oversight import all_audit_rows
from assistant.storage.messages import SqlMessageStore, open_message_store
from assistant.storage.tables import conversations, inbox, outbox

DRAIN_SECONDS = 90.0


@dataclass(frozen=True)
class Violation:
    """One broken promise: `lost`, `doubled`, `disordered` or `unaudited`, and where."""

    kind: str
    where: str


def drained(url: str, seconds: float = DRAIN_SECONDS) -> bool:
    """Wait until no message waits any more; return whether that came about."""
    store = open_message_store(url, utc_now())
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            with store.database.reading() as connection:
                waiting = select(inbox.c.id).where(inbox.c.done_at.is_(None)).limit(1)
                if connection.execute(waiting).first() is None:
                    return True
            time.sleep(0.1)
        return False
    finally:
        store.close()


def violations(url: str, accepted: Iterable[tuple[str, str]]) -> list[Violation]:
    """Return every broken promise, in the order lost, doubled, disordered, unaudited."""
    store = open_message_store(url, utc_now())
    try:
        with store.database.reading() as connection:
            messages = connection.execute(select(inbox).order_by(inbox.c.sequence)).mappings().all()
            told = connection.execute(
                select(outbox.c.message_id, outbox.c.conversation_id, outbox.c.body).order_by(
                    outbox.c.sequence
                )
            ).all()
            trackers = dict(
                connection.execute(select(conversations.c.id, conversations.c.tracker)).all()
            )
        return [
            *_lost(messages, accepted),
            *_doubled(messages, [row[0] for row in told], trackers),
            *_disordered(messages, told, trackers),
            *_unaudited(store, [row["id"] for row in messages if row["done_at"]]),
        ]
    finally:
        store.close()


def _lost(messages: Iterable[dict], accepted: Iterable[tuple[str, str]]) -> list[Violation]:
    """Find what was said to be accepted and is not stored, or never answered."""
    done = {
        (row["conversation_id"], row["client_message_id"]): row["done_at"] is not None
        for row in messages
    }
    return [Violation("lost", f"{c} {key}") for c, key in accepted if not done.get((c, key), False)]


def _doubled(
    messages: Iterable[dict], told: list[str], trackers: dict[str, str | None]
) -> list[Violation]:
    """Find what was stored, answered or acted on twice."""
    found = []
    texts = Counter((row["conversation_id"], row["text"]) for row in messages)
    found += [Violation("doubled", f"stored {where}") for where, n in texts.items() if n > 1]
    found += [Violation("doubled", f"told {m}") for m, n in Counter(told).items() if n > 1]
    for conversation, tracker in trackers.items():
        acted = Counter(json.loads(tracker or "[]"))
        found += [
            Violation("doubled", f"acted {conversation} {text}")
            for text, n in acted.items()
            if n > 1
        ]
    return found


def _disordered(
    messages: Iterable[dict],
    told: Iterable[tuple[str, str, str]],
    trackers: dict[str, str | None],
) -> list[Violation]:
    """Find conversations whose answers or deeds are not in the order of acceptance.

    A turn that was apologised for was not acted on.
    """
    apologised = {row[0] for row in told if json.loads(row[2])["status"] == "error_internal"}
    ids: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for row in messages:
        if row["done_at"] is not None:
            ids[row["conversation_id"]].append(row["id"])
            if row["id"] not in apologised:
                texts[row["conversation_id"]].append(row["text"])
    answered: dict[str, list[str]] = defaultdict(list)
    for message_id, conversation, _body in told:
        if message_id not in answered[conversation]:
            answered[conversation].append(message_id)
    found = [Violation("disordered", f"told {c}") for c in ids if ids[c] != answered[c]]
    for conversation, expected in texts.items():
        acted = list(dict.fromkeys(json.loads(trackers.get(conversation) or "[]")))
        if acted != list(dict.fromkeys(expected)):
            found.append(Violation("disordered", f"acted {conversation}"))
    return found


def _unaudited(store: SqlMessageStore, done: list[str]) -> list[Violation]:
    """Find turns that are not in the audit trail exactly once, and breaks of its chain."""
    check, turns = ChainCheck(), Counter[str]()
    for rows in all_audit_rows(store):
        fault = check.feed(rows)
        if fault is not None:
            return [Violation("unaudited", f"{fault.sequence}: {fault.reason}")]
        turns.update(row.subject for row in rows if row.action == "turn")
    return [Violation("unaudited", message) for message in done if turns[message] != 1]
