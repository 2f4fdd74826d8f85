"""The contract of the switch, the audit chain and the counts, on every kind of database."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, text

from assistant.messages.alarm import DutyAlarm
from assistant.messages.audit import GENESIS, AuditEvent, ChainCheck, next_row
from assistant.messages.message import UNKEPT_TEXT
from assistant.messages.oversight import Answering, Count, all_audit_rows
from assistant.messages.reply import Reply
from assistant.storage.audit import append_audit
from assistant.storage.messages import SqlMessageStore, open_message_store
from assistant.storage.migrate import STEPS, migrate
from assistant.storage.session import open_database
from assistant.storage.turns import bucket

NOW = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = "2026-03-02"


def reply(number: int = 1, **values: object) -> Reply:
    fields: dict[str, object] = {"status": "smalltalk", "text": "好的", "created_at": NOW}
    return Reply(id=f"r-{number}", **(fields | values))  # type: ignore[arg-type]


def check(store: SqlMessageStore, head: str = "") -> ChainCheck:
    """Check the whole chain; it must hold."""
    checking = ChainCheck(head)
    for rows in all_audit_rows(store, batch=3):
        assert checking.feed(rows) is None
    return checking


def record(store: SqlMessageStore, event: AuditEvent, now: datetime) -> None:
    """Append an event in a transaction of its own."""
    with store.database.writing() as connection:
        append_audit(connection, event, now)


# ---- the switch


def test_a_switch_that_nobody_touched_is_on(store: SqlMessageStore) -> None:
    """A new service answers."""
    assert Answering() == store.answering()


def test_the_last_turn_of_the_switch_holds_with_its_reason(store: SqlMessageStore) -> None:
    """Off and on again, each with who and why; another process sees it at once."""
    store.set_answering(is_on=False, reason="答复有误", set_by="wang", now=NOW)
    assert Answering(False, "答复有误", "wang", NOW) == store.answering()
    store.set_answering(is_on=True, reason="已更正", set_by="li", now=NOW + SECOND)
    assert Answering(True, "已更正", "li", NOW + SECOND) == store.answering()
    actions = [(row.action, row.actor) for row in store.audit_rows()]
    assert [("answering_off", "wang"), ("answering_on", "li")] == actions


# ---- the audit chain


def test_a_turn_leaves_one_row_without_the_citizens_words(store: SqlMessageStore) -> None:
    """Who answered which message with what; neither question nor answer stands there."""
    conversation_id = store.create_conversation(NOW)
    message = store.accept(conversation_id, "k1", "我叫张三", NOW)
    store.claim_next("w-1", NOW, 30)
    told = reply(text="张三您好", entry_id="a/b", edition="e-1", status="answered_entry")
    store.complete(message.id, "w-1", [told], NOW + SECOND)
    (row,) = store.audit_rows()
    assert ("w-1", "turn", message.id, NOW + SECOND) == (row.actor, row.action, row.subject, row.at)
    assert '"entries": ["a/b"]' in row.detail
    assert '"statuses": ["answered_entry"]' in row.detail
    assert "张三" not in row.detail


def test_a_danger_leaves_its_row_and_its_counts(store: SqlMessageStore) -> None:
    """An alarm of the gateway is in the trail under the gateway's name."""
    conversation_id = store.create_conversation(NOW)
    card = reply(status="redirected_emergency", kind="danger")
    store.accept_answered(conversation_id, "k1", "着火", [card], DutyAlarm("fire", "119"), NOW)
    assert ["turn", "danger"] == [row.action for row in store.audit_rows()]
    assert {"gateway"} == {row.actor for row in store.audit_rows()}
    assert Count(DAY, "danger", "fire", 1) in store.counts()


def test_a_refused_turn_leaves_no_row(store: SqlMessageStore) -> None:
    """What is rolled back is not in the trail, and the numbers have no gap."""
    conversation_id = store.create_conversation(NOW)
    for number in range(3):
        store.accept_answered(conversation_id, f"k{number}", "x", [reply(number)], None, NOW)
    again = store.accept_answered(conversation_id, "k1", "x", [reply(9)], None, NOW)
    assert "x" == again.text
    assert [1, 2, 3] == [row.sequence for row in store.audit_rows()]
    assert 3 == check(store).count


def test_many_writers_make_one_chain(store: SqlMessageStore) -> None:
    """Threads that append at once get neighbouring numbers."""

    def write(number: int) -> None:
        for _ in range(5):
            record(store, AuditEvent(f"a{number}", "look", "x"), NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 30 == check(store).count


def test_the_head_of_the_chain_can_be_noted_and_found_again(store: SqlMessageStore) -> None:
    """Later rows do not hide it."""
    record(store, AuditEvent("a", "look", "x"), NOW)
    head = check(store).head
    record(store, AuditEvent("a", "look", "y"), NOW)
    assert check(store, head).end() is None


@pytest.mark.parametrize(
    ("change", "sequence", "words"),
    [
        pytest.param("UPDATE audit SET actor='b' WHERE sequence=2", 2, "改过", id="an actor"),
        pytest.param("UPDATE audit SET detail='{}' WHERE sequence=1", 1, "改过", id="a detail"),
        pytest.param("DELETE FROM audit WHERE sequence=2", 2, "缺少", id="a row removed"),
        pytest.param("DELETE FROM audit WHERE sequence=1", 1, "缺少", id="the first removed"),
        pytest.param("DELETE FROM audit WHERE sequence=3", 3, "末尾", id="the last removed"),
        pytest.param("DELETE FROM audit", 1, "末尾", id="all removed"),
    ],
)
def test_a_changed_trail_is_found(
    store: SqlMessageStore, database_url: str, change: str, sequence: int, words: str
) -> None:
    """Whoever writes into the table by hand is found at the first row that does not hold."""
    for number in range(3):
        record(store, AuditEvent("a", "look", str(number), {"n": number}), NOW)
    head = check(store).head
    engine = create_engine(database_url, future=True)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    checking = ChainCheck(head)
    fault = checking.feed(store.audit_rows()) or checking.end()
    assert fault is not None
    assert sequence == fault.sequence
    assert words in fault.reason


def test_a_row_made_anew_with_its_hash_is_found_by_the_next() -> None:
    """Recomputing one row's hash is not enough."""
    first = next_row(AuditEvent("a", "look", "x"), None, NOW)
    second = next_row(AuditEvent("a", "look", "y"), first, NOW)
    forged = next_row(AuditEvent("b", "look", "x"), None, NOW)
    fault = ChainCheck().feed([forged, second])
    assert fault is not None
    assert 2 == fault.sequence


def test_the_hash_does_not_depend_on_the_zone_of_the_moment() -> None:
    """SQLite gives UTC back, PostgreSQL the session's zone."""
    row = next_row(AuditEvent("a", "look", "x"), None, NOW)
    elsewhere = replace(row, at=NOW.astimezone(timezone(timedelta(hours=8))))
    assert ChainCheck().feed([elsewhere]) is None
    assert GENESIS == row.previous


def test_the_newest_rows_can_be_asked_for_by_action(store: SqlMessageStore) -> None:
    """Newest first, at most as many as asked for."""
    for number in range(4):
        record(store, AuditEvent("a", "look" if number % 2 else "open", str(number)), NOW)
    assert ["3", "1"] == [row.subject for row in store.newest_audit_rows(9, "look")]
    assert ["3", "2"] == [row.subject for row in store.newest_audit_rows(2)]


# ---- counts


def test_turns_are_counted_by_status_and_by_how_long_they_took(store: SqlMessageStore) -> None:
    """Counted in the turn's transaction, a number a day in Shanghai."""
    conversation_id = store.create_conversation(NOW)
    for number in range(3):
        message = store.accept(conversation_id, f"k{number}", "x", NOW)
        store.claim_next("w-1", NOW, 30)
        store.complete(message.id, "w-1", [reply(number)], NOW + 2 * SECOND * number)
    expected = (
        Count(DAY, "turn_seconds", "0.1", 1),
        Count(DAY, "turn_seconds", "2", 1),
        Count(DAY, "turn_seconds", "5", 1),
        Count(DAY, "turns", "smalltalk", 3),
    )
    assert expected == store.counts()
    assert 3 == store.totals()["turns", "smalltalk"]
    assert () == store.counts("2026-03-03")


@pytest.mark.parametrize(
    ("seconds", "label"),
    [(-5, "0.1"), (0.1, "0.1"), (0.11, "0.25"), (4.99, "5"), (60, "60"), (61, "inf")],
)
def test_a_wait_falls_into_its_bucket(seconds: float, label: str) -> None:
    """Bounds belong to their bucket; a clock that stepped back is no wait."""
    assert label == bucket(seconds)


# ---- what may not be kept


def test_a_text_that_may_not_be_kept_is_not_stored_by_the_gateway(store: SqlMessageStore) -> None:
    """The same id again, with whatever text, is the same message."""
    conversation_id = store.create_conversation(NOW)
    first = store.accept_answered(
        conversation_id, "k1", "绝密内容", [reply()], None, NOW, is_text_kept=False
    )
    assert UNKEPT_TEXT == first.text
    again = store.accept(conversation_id, "k1", "绝密内容", NOW)
    assert first == again
    assert [UNKEPT_TEXT] == [i.message.text for i in store.history(conversation_id, 9) if i.message]


def test_a_text_that_a_worker_finds_unkeepable_is_overwritten(
    store: SqlMessageStore, database_url: str
) -> None:
    """Message and tracker: neither holds the words after the commit."""
    conversation_id = store.create_conversation(NOW)
    message = store.accept(conversation_id, "k1", "某局长受贿的经过", NOW)
    store.claim_next("w-1", NOW, 30)
    store.complete(message.id, "w-1", [reply()], NOW, "受贿", is_text_kept=False)
    assert store.tracker(conversation_id) is None
    assert UNKEPT_TEXT == store.accept(conversation_id, "k1", "某局长受贿的经过", NOW).text


# ---- migrations forward


@pytest.mark.parametrize("from_step", [1, 2])
def test_an_older_database_is_brought_forward_with_what_is_in_it(
    database_url: str, from_step: int
) -> None:
    """Conversations of an older release go on under this one."""
    database = open_database(database_url)
    migrate(database, NOW, tuple(step for step in STEPS if step.number <= from_step))
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO conversations (id, created_at) VALUES ('c-old', :now)"),
            {"now": "2026-01-02 03:04:05.000000"},
        )
        connection.execute(
            text(
                "INSERT INTO inbox (id, conversation_id, client_message_id, text, received_at, "
                "attempts) VALUES ('m-old', 'c-old', 'k', '旧消息', :now, 0)"
            ),
            {"now": "2026-01-02 03:04:05.000000"},
        )
    database.close()
    store = open_message_store(database_url, NOW)
    message = store.claim_next("w-1", NOW, 30)
    assert message is not None
    assert "旧消息" == message.text
    store.complete(message.id, "w-1", [reply()], NOW)
    assert 1 == check(store).count
    store.close()
