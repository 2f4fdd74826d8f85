"""What a citizen said, and what happened in a conversation so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.messages.reply import Reply

# Stands for a text that the law forbids us to keep (state secrets, reports to the
# discipline inspection).
UNKEPT_TEXT = "（这条消息的内容按规定没有保存）"


@dataclass(frozen=True)
class InboxMessage:
    """One accepted message of a citizen.

    `sequence` grows with acceptance. `attempts` counts how often a worker
    claimed it: more than one means that a worker died or hung on it.
    """

    id: str
    conversation_id: str
    client_message_id: str
    text: str
    received_at: datetime
    sequence: int
    attempts: int = 0


@dataclass(frozen=True)
class OutboxEvent:
    """One stored reply; `sequence` grows and is never used twice."""

    sequence: int
    message_id: str | None
    reply: Reply


@dataclass(frozen=True)
class HistoryItem:
    """One line of a conversation: exactly one of `message` and `event` is set.

    `useful` is the citizen's own judgement of the reply, None when not given.
    """

    message: InboxMessage | None = None
    event: OutboxEvent | None = None
    is_pending: bool = False
    useful: bool | None = None
