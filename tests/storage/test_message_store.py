"""The contract of a message store, run against every implementation."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from assistant.errors import ClaimLost, ConversationUnknown, MessageConflict, ReplyUnknown
from assistant.messages.heartbeat import Heartbeat
from assistant.messages.reply import Button, Reply, Section, Source, TicketReference
from assistant.messages.store import MessageStore
from assistant.storage.messages import SqlMessageStore, open_message_store
from assistant.storage.tables import conversations

NOW = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reply(number: int = 1, text: str = "好的", at: datetime = NOW) -> Reply:
    return Reply(id=f"r-{number}", status="smalltalk", text=text, created_at=at)


def accepted(store: MessageStore, text: str = "你好", key: str = "k1", at: datetime = NOW) -> str:
    """Accept a message in a new conversation and return the conversation."""
    conversation_id = store.create_conversation(at)
    store.accept(conversation_id, key, text, at)
    return conversation_id


def test_an_accepted_message_is_read_back_as_it_was(store: SqlMessageStore) -> None:
    """Text, moment and ids survive, aware and to the microsecond."""
    conversation_id = store.create_conversation(NOW)
    message = store.accept(conversation_id, "k1", "你好 🙂 'x' {y} %s", NOW)
    assert store.waiting(conversation_id) == (message,)
    assert (message.text, message.received_at) == ("你好 🙂 'x' {y} %s", NOW)


def test_the_same_message_is_stored_once(store: SqlMessageStore) -> None:
    """A retry returns what is stored, with the first time."""
    conversation_id = store.create_conversation(NOW)
    first = store.accept(conversation_id, "k1", "你好", NOW)
    assert store.accept(conversation_id, "k1", "你好", NOW + SECOND) == first
    assert len(store.waiting(conversation_id)) == 1


def test_an_id_used_for_another_text_is_refused(store: SqlMessageStore) -> None:
    """The first text stays."""
    conversation_id = accepted(store, "你好")
    with pytest.raises(MessageConflict):
        store.accept(conversation_id, "k1", "再见", NOW)
    assert [message.text for message in store.waiting(conversation_id)] == ["你好"]


def test_a_hold_from_before_a_clock_step_does_not_last_for_the_step(
    store: SqlMessageStore,
) -> None:
    """A worker dies, the clock steps back an hour: the message is taken again at once."""
    accepted(store)
    assert store.claim_next("w-1", NOW + 3600 * SECOND, 30) is not None
    again = store.claim_next("w-2", NOW, 30)
    assert again is not None
    assert 2 == again.attempts


def test_messages_of_a_conversation_are_accepted_one_after_the_other(
    store: SqlMessageStore, database_url: str
) -> None:
    """No number is given while an earlier one is not committed, or the order would be lost.

    The retry storm on PostgreSQL found answers out of order without it.
    """
    conversation_id = store.create_conversation(NOW)
    thread = threading.Thread(target=store.accept, args=(conversation_id, "k1", "你好", NOW))
    with store.database.writing() as connection:
        connection.execute(
            select(conversations.c.id)
            .where(conversations.c.id == conversation_id)
            .with_for_update(key_share=True)
        )
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "a second writer passed the first"
    thread.join(10)
    assert ["你好"] == [message.text for message in store.waiting(conversation_id)]


def test_a_hold_of_now_is_respected(store: SqlMessageStore) -> None:
    """Also where two machines' clocks differ by as much as a lease."""
    accepted(store)
    assert store.claim_next("w-1", NOW + 30 * SECOND, 30) is not None
    assert store.claim_next("w-2", NOW, 30) is None


def test_an_unknown_conversation_is_refused(store: SqlMessageStore) -> None:
    """Nobody writes into a conversation that does not exist."""
    with pytest.raises(ConversationUnknown):
        store.accept("c-unknown", "k1", "你好", NOW)


def test_ids_belong_to_their_conversation(store: SqlMessageStore) -> None:
    """Two people may choose the same id."""
    assert store.waiting(accepted(store, "甲"))[0].text == "甲"
    assert store.waiting(accepted(store, "乙"))[0].text == "乙"


def test_a_storm_of_retries_stores_one_message(store: SqlMessageStore) -> None:
    """The unique key is in the database, so threads cannot slip past it."""
    conversation_id = store.create_conversation(NOW)
    ids: list[str] = []

    def retry() -> None:
        ids.append(store.accept(conversation_id, "k1", "你好", NOW).id)

    threads = [threading.Thread(target=retry) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_messages_are_claimed_oldest_first(store: SqlMessageStore) -> None:
    """Nobody is served before a person who came earlier."""
    for number in range(3):
        accepted(store, str(number))
    texts = [claim.text for _ in range(3) if (claim := store.claim_next("w1", NOW, 10))]
    assert texts == ["0", "1", "2"]
    assert store.claim_next("w1", NOW, 10) is None


def test_a_conversation_is_held_by_one_worker_and_keeps_its_order(store: SqlMessageStore) -> None:
    """The second message waits for the first to be done, whoever asks."""
    conversation_id = accepted(store, "甲", "k1")
    store.accept(conversation_id, "k2", "乙", NOW)
    first = store.claim_next("w1", NOW, 10)
    assert first is not None
    assert first.text == "甲"
    assert store.claim_next("w2", NOW, 10) is None
    assert store.claim_next("w1", NOW, 10) is None
    store.complete(first.id, "w1", [reply()], NOW)
    second = store.claim_next("w2", NOW, 10)
    assert second is not None
    assert second.text == "乙"


def test_an_expired_lease_is_claimed_again_and_counted(store: SqlMessageStore) -> None:
    """A worker that died loses its message to the next; the attempts tell the story."""
    accepted(store)
    first = store.claim_next("w1", NOW, 10)
    assert store.claim_next("w2", NOW + 9 * SECOND, 10) is None
    again = store.claim_next("w2", NOW + 10 * SECOND, 10)
    assert first is not None
    assert again is not None
    assert (first.attempts, again.attempts) == (1, 2)
    assert again.id == first.id


def test_a_worker_that_lost_its_claim_stores_nothing(store: SqlMessageStore) -> None:
    """A citizen never gets two answers from two workers."""
    conversation_id = accepted(store)
    first = store.claim_next("w1", NOW, 10)
    assert first is not None
    store.claim_next("w2", NOW + 11 * SECOND, 10)
    with pytest.raises(ClaimLost):
        store.complete(first.id, "w1", [reply(1)], NOW, '{"who": "w1"}')
    assert store.replies_for(first.id) is None
    assert store.tracker(conversation_id) is None
    store.complete(first.id, "w2", [reply(2)], NOW)
    assert store.replies_for(first.id) == (reply(2),)


def test_a_message_cannot_be_completed_twice(store: SqlMessageStore) -> None:
    """The second try is refused and adds no reply."""
    accepted(store)
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    store.complete(message.id, "w1", [reply(1)], NOW)
    with pytest.raises(ClaimLost):
        store.complete(message.id, "w1", [reply(2)], NOW)
    assert store.replies_for(message.id) == (reply(1),)


@pytest.mark.parametrize("message_id", ["m-unknown", ""])
def test_an_unclaimed_message_cannot_be_completed(store: SqlMessageStore, message_id: str) -> None:
    """Only who holds a message may end it."""
    conversation_id = accepted(store)
    for name in (message_id, store.waiting(conversation_id)[0].id):
        with pytest.raises(ClaimLost):
            store.complete(name, "w1", [reply()], NOW)


def test_a_turn_is_stored_whole_or_not_at_all(store: SqlMessageStore) -> None:
    """A failing reply leaves neither a reply nor the tracker nor a done message."""
    conversation_id = accepted(store)
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.complete(message.id, "w1", [reply(1), reply(1)], NOW, "{}")
    assert store.replies_for(message.id) is None
    assert store.tracker(conversation_id) is None
    assert store.events_after(conversation_id, 0) == ()
    store.complete(message.id, "w1", [reply(1)], NOW, "{}")
    assert store.tracker(conversation_id) == "{}"


def test_a_turn_without_a_tracker_keeps_the_old_one(store: SqlMessageStore) -> None:
    """None means unchanged, not forgotten."""
    conversation_id = accepted(store)
    for key, tracker in (("k1", '{"turn": 1}'), ("k2", None)):
        store.accept(conversation_id, key, "你好", NOW)
        message = store.claim_next("w1", NOW, 10)
        assert message is not None
        store.complete(message.id, "w1", [], NOW, tracker)
    assert store.tracker(conversation_id) == '{"turn": 1}'


def test_a_done_message_without_replies_is_done(store: SqlMessageStore) -> None:
    """No reply is something else than not yet."""
    accepted(store)
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    assert store.replies_for(message.id) is None
    store.complete(message.id, "w1", [], NOW)
    assert store.replies_for(message.id) == ()


def test_a_released_message_is_there_at_once(store: SqlMessageStore) -> None:
    """A worker that stops in good order makes nobody wait; another's hold it cannot end."""
    accepted(store)
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    store.release(message.id, "w2")
    assert store.claim_next("w2", NOW, 10) is None
    store.release(message.id, "w1")
    assert store.claim_next("w2", NOW, 10) is not None


def test_many_workers_answer_every_message_once_and_in_order(store: SqlMessageStore) -> None:
    """Four workers over three conversations: each message once, each conversation in order."""
    conversations = [store.create_conversation(NOW) for _ in range(3)]
    for number in range(8):
        for conversation_id in conversations:
            store.accept(conversation_id, f"k{number}", str(number), NOW)

    def work(worker_id: str) -> None:
        while any(store.waiting(conversation_id) for conversation_id in conversations):
            message = store.claim_next(worker_id, NOW, 60)
            if message is not None:
                answer = Reply(f"r-{message.id}", "smalltalk", message.text, NOW)
                store.complete(message.id, worker_id, [answer], NOW)

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for conversation_id in conversations:
        events = store.events_after(conversation_id, 0)
        assert [event.reply.text for event in events] == [str(number) for number in range(8)]


def test_a_full_reply_is_read_back_as_it_was(store: SqlMessageStore) -> None:
    """Every field survives the outbox."""
    full = Reply(
        id="r-1",
        status="answered_entry",
        text="第一行\n{slot} 100%",
        created_at=NOW,
        kind="card",
        buttons=(Button("是", "是的"),),
        entry_id="a/b",
        edition="e",
        sources=(Source("法", "令", "条", "2024-01-01", "2023-12-01", "https://www.gov.cn"),),
        ticket=TicketReference("YZ1", "0420"),
        hotline_number="12345",
        sender="agent",
        sections=(Section("材料", "- 身份证"),),
        department="人社局",
        last_checked_on="2026-01-01",
    )
    accepted(store)
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    store.complete(message.id, "w1", [full], NOW)
    assert store.replies_for(message.id) == (full,)


def answered(store: SqlMessageStore, count: int) -> str:
    """Make a conversation of `count` messages with one reply each, a second apart."""
    conversation_id = store.create_conversation(NOW)
    for number in range(count):
        at = NOW + number * SECOND
        store.accept(conversation_id, f"k{number}", str(number), at)
        message = store.claim_next("w1", at, 10)
        assert message is not None
        store.complete(message.id, "w1", [reply(number, f"re {number}", at)], at)
    return conversation_id


def test_events_have_growing_numbers_and_resume(store: SqlMessageStore) -> None:
    """After the number of one event come exactly the later ones, at most `limit`."""
    conversation_id = answered(store, 4)
    events = store.events_after(conversation_id, 0)
    numbers = [event.sequence for event in events]
    assert numbers == sorted(set(numbers))
    assert store.events_after(conversation_id, numbers[1]) == events[2:]
    assert store.events_after(conversation_id, 0, limit=2) == events[:2]
    assert store.events_after("c-other", 0) == ()


def test_a_waker_learns_whose_replies_are_new(store: SqlMessageStore) -> None:
    """Only conversations with later replies are named, with the newest number."""
    first = answered(store, 1)
    seen = store.newest_sequence()
    assert store.conversations_after(seen) == (seen, frozenset())
    conversation_id = accepted(store, key="later")
    message = store.claim_next("w1", NOW, 10)
    assert message is not None
    store.complete(message.id, "w1", [reply(99)], NOW)
    newest, named = store.conversations_after(seen)
    assert newest > seen
    assert named == {conversation_id}
    assert first not in named


def test_history_is_the_end_of_the_conversation_in_order(store: SqlMessageStore) -> None:
    """Both sides by time; a message comes before its reply; a limit keeps the last lines."""
    conversation_id = answered(store, 3)
    store.accept(conversation_id, "open", "还在吗", NOW + 9 * SECOND)
    lines = store.history(conversation_id, 60)
    words = [
        i.message.text if i.message else i.event.reply.text for i in lines if i.message or i.event
    ]
    assert words == ["0", "re 0", "1", "re 1", "2", "re 2", "还在吗"]
    assert [line.is_pending for line in lines] == [False] * 6 + [True]
    assert store.history(conversation_id, 2) == lines[-2:]
    assert store.history("c-other", 60) == ()


def test_the_last_judgement_of_a_reply_counts(store: SqlMessageStore) -> None:
    """A citizen may change their mind."""
    conversation_id = answered(store, 1)
    assert [line.useful for line in store.history(conversation_id, 60)] == [None, None]
    for useful in (True, False):
        store.add_feedback("r-0", conversation_id, useful, "太长", NOW)
        assert store.history(conversation_id, 60)[1].useful is useful


def test_nobody_judges_anothers_reply(store: SqlMessageStore) -> None:
    """A reply that is unknown and one of somebody else look the same."""
    answered(store, 1)
    stranger = store.create_conversation(NOW)
    for reply_id in ("r-0", "r-unknown"):
        with pytest.raises(ReplyUnknown):
            store.add_feedback(reply_id, stranger, True, "", NOW)


def test_a_workers_last_beat_is_kept(store: SqlMessageStore) -> None:
    """One row a worker, by name; a worker that retires is forgotten."""
    store.beat("w2", "starting", "", NOW)
    store.beat("w1", "starting", "", NOW)
    store.beat("w1", "ready", "e1", NOW + SECOND)
    assert store.beats() == (
        Heartbeat("w1", "ready", "e1", NOW + SECOND),
        Heartbeat("w2", "starting", "", NOW),
    )
    store.retire("w1")
    assert [beat.worker_id for beat in store.beats()] == ["w2"]


def test_a_killed_workers_beat_is_cleared_away_by_a_later_start(store: SqlMessageStore) -> None:
    """A year of crashes leaves no row behind; who has only been slow is kept."""
    store.beat("killed", "ready", "e1", NOW)
    store.beat("slow", "ready", "e1", NOW + timedelta(minutes=30))
    store.beat("fresh", "starting", "", NOW + timedelta(minutes=61))
    assert [beat.worker_id for beat in store.beats()] == ["fresh", "slow"]
    store.beat("killed", "ready", "e1", NOW + timedelta(minutes=62))
    assert [beat.worker_id for beat in store.beats()] == ["fresh", "killed", "slow"]


def test_what_is_stored_outlives_the_process(database_url: str) -> None:
    """Another store over the same database sees everything."""
    first = open_message_store(database_url, NOW)
    conversation_id = answered(first, 1)
    lines = first.history(conversation_id, 60)
    first.close()
    second = open_message_store(database_url, NOW + SECOND)
    assert second.history(conversation_id, 60) == lines
    second.close()


def test_a_moment_without_a_zone_is_refused(store: SqlMessageStore) -> None:
    """A naive time would be eight hours wrong without a sign."""
    with pytest.raises(Exception, match="time zone"):
        store.create_conversation(NOW.replace(tzinfo=None))
