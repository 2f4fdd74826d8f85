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
from tests.live.load import Sent

DRAIN_SECONDS = 90.0
# The status of the reply that ends a turn which could not be thought about.
APOLOGY = "error_internal"
NOT_ACTED_ON = (APOLOGY, "redirected_emergency", "redirected_crisis")


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


def apologies(url: str) -> int:
    """Return how many turns ended with an apology: not lost, but no answer either."""
    store = open_message_store(url, utc_now())
    try:
        with store.database.reading() as connection:
            bodies = connection.execute(select(outbox.c.body)).scalars().all()
        return sum(json.loads(body)["status"] == APOLOGY for body in bodies)
    finally:
        store.close()


def held_messages(url: str) -> set[str]:
    """Return the ids of the messages that workers hold now."""
    store = open_message_store(url, utc_now())
    try:
        with store.database.reading() as connection:
            held = select(conversations.c.held_message_id).where(
                conversations.c.held_by.isnot(None)
            )
            return set(connection.execute(held).scalars())
    finally:
        store.close()


def claimed_again(url: str) -> int:
    """Return how many messages were claimed more than once: a worker did not finish them."""
    store = open_message_store(url, utc_now())
    try:
        with store.database.reading() as connection:
            again = select(inbox.c.id).where(inbox.c.attempts > 1)
            return len(connection.execute(again).all())
    finally:
        store.close()


def violations(url: str, accepted: Iterable[Sent]) -> list[Violation]:
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
            *_stored_out_of_order(messages, accepted),
            *_disordered(messages, told, trackers),
            *_unaudited(store, [row["id"] for row in messages if row["done_at"]]),
        ]
    finally:
        store.close()


def _lost(messages: Iterable[dict], accepted: Iterable[Sent]) -> list[Violation]:
    """Find what was said to be accepted and is not stored, or never answered."""
    done = {
        (row["conversation_id"], row["client_message_id"]): row["done_at"] is not None
        for row in messages
    }
    return [
        Violation("lost", f"{sent.conversation} {sent.key}")
        for sent in accepted
        if not done.get((sent.conversation, sent.key), False)
    ]


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


def _stored_out_of_order(messages: Iterable[dict], accepted: Iterable[Sent]) -> list[Violation]:
    """Find conversations whose messages are not stored in the order in which they were sent."""
    rounds = {(sent.conversation, sent.key): sent.round for sent in accepted}
    stored: dict[str, list[int]] = defaultdict(list)
    for row in messages:
        number = rounds.get((row["conversation_id"], row["client_message_id"]))
        if number is not None:
            stored[row["conversation_id"]].append(number)
    return [
        Violation("disordered", f"stored {c}") for c in stored if stored[c] != sorted(stored[c])
    ]


def _disordered(
    messages: Iterable[dict],
    told: Iterable[tuple[str, str, str]],
    trackers: dict[str, str | None],
) -> list[Violation]:
    """Find conversations whose answers or deeds are not in the order of acceptance.

    A turn that was apologised for, or that the gateway answered by itself because it told
    of danger, was not acted on by a worker.
    """
    not_acted_on = {row[0] for row in told if json.loads(row[2])["status"] in NOT_ACTED_ON}
    ids: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for row in messages:
        if row["done_at"] is not None:
            ids[row["conversation_id"]].append(row["id"])
            if row["id"] not in not_acted_on:
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
    strangers = sorted(turns.keys() - set(done))
    return [
        *(Violation("unaudited", message) for message in done if turns[message] != 1),
        *(Violation("unaudited", f"no such turn: {subject}") for subject in strangers),
    ]
