"""The contract of a message store about danger: its alarm is stored with its answer, or neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors import ClaimLost, ConversationUnknown, MessageConflict
from assistant.messages.alarm import DutyAlarm
from assistant.messages.reply import Reply
from assistant.storage.messages import SqlMessageStore

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reply(number: int = 1) -> Reply:
    return Reply(id=f"r-{number}", status="redirected_emergency", text="请拨打", created_at=NOW)


def test_a_turn_of_danger_is_stored_whole(store: SqlMessageStore) -> None:
    """A worker's card comes with its alarm; the tracker stays, so that a form goes on."""
    conversation_id = store.create_conversation(NOW)
    first = store.accept(conversation_id, "k1", "社保卡", NOW)
    second = store.accept(conversation_id, "k2", "胸口像压着石头", NOW)
    store.claim_next("w1", NOW, 10)
    store.complete(first.id, "w1", [reply(1)], NOW, "the form is open")
    store.claim_next("w1", NOW, 10)
    store.complete(second.id, "w1", [reply(2)], NOW, alarm=DutyAlarm("heart", "120"))
    (stored,) = store.duty_alarms()
    assert ("heart", "120", second.id) == (stored.kind, stored.number, stored.message_id)
    assert stored.text == "胸口像压着石头"
    assert store.tracker(conversation_id) == "the form is open"
    assert ["turn", "turn", "danger"] == [row.action for row in store.audit_rows()]


def test_a_turn_of_danger_that_lost_its_hold_raises_no_alarm(store: SqlMessageStore) -> None:
    """Else the worker that has it now would raise a second one."""
    conversation_id = store.create_conversation(NOW)
    message = store.accept(conversation_id, "k1", "胸口像压着石头", NOW)
    store.claim_next("w1", NOW, 1)
    later = NOW + 5 * SECOND
    store.claim_next("w2", later, 10)
    with pytest.raises(ClaimLost):
        store.complete(message.id, "w1", [reply()], later, alarm=DutyAlarm("heart", "120"))
    assert store.duty_alarms() == ()


def test_an_answered_message_is_stored_whole(store: SqlMessageStore) -> None:
    """Message, replies and alarm at once; no worker gets it, earlier ones still wait."""
    conversation_id = _with_a_waiting_message(store)
    alarm = DutyAlarm("gas", "119")
    message = store.accept_answered(conversation_id, "k2", "煤气", [reply()], alarm, NOW)
    assert store.replies_for(message.id) == (reply(),)
    assert [waiting.text for waiting in store.waiting(conversation_id)] == ["社保卡"]
    (stored,) = store.duty_alarms()
    assert ("gas", "119", message.id, NOW) == (
        stored.kind, stored.number, stored.message_id, stored.raised_at,
    )  # fmt: skip
    claim = store.claim_next("w1", NOW, 10)
    assert claim is not None
    assert claim.text == "社保卡"


def test_an_answered_message_is_stored_once(store: SqlMessageStore) -> None:
    """A retry changes nothing; another text under the id is refused."""
    conversation_id = store.create_conversation(NOW)
    alarm = DutyAlarm("gas", "119")
    first = store.accept_answered(conversation_id, "k1", "煤气", [reply(1)], alarm, NOW)
    again = store.accept_answered(conversation_id, "k1", "煤气", [reply(2)], alarm, NOW + SECOND)
    assert first == again
    assert store.replies_for(first.id) == (reply(1),)
    assert len(store.duty_alarms()) == 1
    with pytest.raises(MessageConflict):
        store.accept_answered(conversation_id, "k1", "着火", [reply(3)], alarm, NOW)


def test_an_answered_message_needs_its_conversation(store: SqlMessageStore) -> None:
    """Nothing is stored for a conversation that does not exist."""
    with pytest.raises(ConversationUnknown):
        store.accept_answered("c-unknown", "k1", "煤气", [reply()], DutyAlarm("gas", "119"), NOW)
    assert store.duty_alarms() == ()


def test_alarms_come_newest_first(store: SqlMessageStore) -> None:
    """And no more than were asked for."""
    conversation_id = store.create_conversation(NOW)
    for number in range(3):
        alarm = DutyAlarm("fire", "119")
        store.accept_answered(
            conversation_id, f"k{number}", str(number), [reply(number)], alarm, NOW
        )
    found = store.duty_alarms(limit=2)
    assert len(found) == 2
    assert found[0].sequence > found[1].sequence


def _with_a_waiting_message(store: SqlMessageStore) -> str:
    """Return a new conversation in which a question waits for a worker."""
    conversation_id = store.create_conversation(NOW)
    store.accept(conversation_id, "k1", "社保卡", NOW)
    return conversation_id
