"""What actions made to replies that can be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.messages.ids import new_id
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply

# Said when a turn failed inside: true, and with a way on. The message is stored.
APOLOGY = (
    "抱歉，系统刚才没能处理您的消息，您的消息已经保存。请换个说法再试一次；"
    "着急的话请拨打12345，由话务员为您处理。"
)
APOLOGY_UNKEPT = (
    "抱歉，系统刚才没能处理您的消息。这类内容不在网上留存，您的消息没有保存。"
    "请换个说法再试一次；着急的话请拨打12345，由话务员为您处理。"
)
# Said while those who run the service have switched answers off.
PAUSED = (
    "智能答复现在暂停使用。您的消息已经保存（编号{number}）；"
    "需要答复或者办理的，请直接拨打12345，由话务员为您处理。"
)
PAUSED_UNKEPT = (
    "智能答复现在暂停使用。这类内容不在网上留存，您的消息没有保存；"
    "需要反映的，请直接拨打12345，由话务员告诉您向哪里反映。"
)
_REPLY_KEYS = (
    "status", "text", "kind", "buttons", "entry_id", "edition", "sources", "ticket",
    "hotline_number", "sections", "department", "last_checked_on",
)  # fmt: skip


def replies_of(payloads: Sequence[Mapping[str, Any]], now: datetime) -> list[Reply]:
    """Return the replies of a turn, each with a fresh id."""
    return [
        Reply.from_dict(
            {
                **{key: payload[key] for key in _REPLY_KEYS},
                "id": new_id("r"),
                "from": "bot",
                "created_at": now.isoformat(),
            }
        )
        for payload in payloads
    ]


def apology(now: datetime, *, is_kept: bool = True) -> Reply:
    """Return the sentence for a turn that failed; it tells whether the message is kept."""
    text = APOLOGY if is_kept else APOLOGY_UNKEPT
    return Reply(id=new_id("r"), status="error_internal", text=text, created_at=now)


def paused(message: InboxMessage, now: datetime, *, is_kept: bool = True) -> Reply:
    """Return the sentence for a message that comes while answers are switched off."""
    return Reply(
        id=new_id("r"),
        status="error_answering_paused",
        text=PAUSED.format(number=message.id[-8:]) if is_kept else PAUSED_UNKEPT,
        created_at=now,
        hotline_number="12345",
    )
