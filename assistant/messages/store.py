"""What a message store promises; storage keeps it, a contract suite checks it.

The promises: accepted means committed; a message id is used once; a
conversation is held by one worker at a time and its messages keep their order;
a turn is stored whole or not at all. Every method may raise
`StorageUnavailable`. `now` is aware.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from assistant.messages.alarm import DutyAlarm, StoredAlarm
from assistant.messages.heartbeat import BeatState, Heartbeat
from assistant.messages.message import HistoryItem, InboxMessage, OutboxEvent
from assistant.messages.oversight import OversightStore
from assistant.messages.reply import Reply


class MessageStore(OversightStore, Protocol):
    """Inbox, outbox, tracker, feedback and heartbeats of all conversations."""

    def create_conversation(self, now: datetime) -> str:
        """Store a new conversation and return its id."""

    def accept(
        self, conversation_id: str, client_message_id: str, text: str, now: datetime
    ) -> InboxMessage:
        """Store a cleaned message once; the same id and text return what is stored.

        Raises:
            MessageConflict: the id was used in this conversation for another text.
            ConversationUnknown: there is no such conversation.
        """

    def accept_answered(
        self,
        conversation_id: str,
        client_message_id: str,
        text: str,
        replies: Sequence[Reply],
        alarm: DutyAlarm | None,
        now: datetime,
        *,
        is_text_kept: bool = True,
    ) -> InboxMessage:
        """Store a message that is answered already, its replies and an alarm, all or nothing.

        Where `is_text_kept` is false, `UNKEPT_TEXT` is stored in place of the text.

        No worker gets it: danger is not thought about, and whatever was asked before stays
        open. The same id and text change nothing and return what is stored.

        Raises:
            MessageConflict: the id was used in this conversation for another text.
            ConversationUnknown: there is no such conversation.
        """

    def claim_next(
        self, worker_id: str, now: datetime, lease_seconds: float
    ) -> InboxMessage | None:
        """Hold the conversation of the oldest waiting message that nobody holds.

        Returns that message, or None. A hold ends with `complete`, `release`,
        or when its lease is over; then any worker may claim the message again.
        """

    def complete(
        self,
        message_id: str,
        worker_id: str,
        replies: Sequence[Reply],
        now: datetime,
        tracker_json: str | None = None,
        *,
        alarm: DutyAlarm | None = None,
        is_text_kept: bool = True,
    ) -> None:
        """Store a whole turn in one transaction and let go of the conversation.

        The message is done, the replies are in the outbox in order, the turn is in the
        audit trail and in the counts, an alarm is told to the people on duty, and the
        tracker is replaced unless `tracker_json` is None. Where `is_text_kept` is false,
        the message's text is replaced by `UNKEPT_TEXT` and the tracker, which would hold
        it, stays as it was.

        Raises:
            ClaimLost: another worker holds it by now, or it is done.
        """

    def release(self, message_id: str, worker_id: str) -> None:
        """Let go of a claimed message so that another worker takes it at once.

        Does nothing when the worker does not hold it.
        """

    def tracker(self, conversation_id: str) -> str | None:
        """Return the tracker text that the last turn stored, or None."""

    def replies_for(self, message_id: str) -> tuple[Reply, ...] | None:
        """Return the replies of a done message, in order; None while it waits."""

    def waiting(self, conversation_id: str) -> tuple[InboxMessage, ...]:
        """Return the messages of a conversation that are not done, oldest first."""

    def events_after(
        self, conversation_id: str, sequence: int, limit: int = 100
    ) -> tuple[OutboxEvent, ...]:
        """Return replies of a conversation with a greater sequence, in order."""

    def newest_sequence(self) -> int:
        """Return the greatest outbox sequence, 0 when there is none."""

    def conversations_after(self, sequence: int) -> tuple[int, frozenset[str]]:
        """Return the greatest outbox sequence and whose conversations got replies after `sequence`.

        A look for wakers: it may name a conversation late, never wrongly.
        """

    def history(self, conversation_id: str, limit: int) -> tuple[HistoryItem, ...]:
        """Return the last lines of a conversation, oldest first, at most `limit`."""

    def duty_alarms(self, limit: int = 100) -> tuple[StoredAlarm, ...]:
        """Return the newest alarms for the people on duty, newest first."""

    def add_feedback(
        self, reply_id: str, conversation_id: str, useful: bool, comment: str, now: datetime
    ) -> None:
        """Store what the citizen thinks of a reply; a later word replaces the earlier.

        Raises:
            ReplyUnknown: this conversation never got such a reply.
        """

    def beat(self, worker_id: str, state: BeatState, edition: str, now: datetime) -> None:
        """Store that a worker lives."""

    def retire(self, worker_id: str) -> None:
        """Forget a worker that ends in good order."""

    def beats(self) -> tuple[Heartbeat, ...]:
        """Return the last beat of every worker, by worker id."""
