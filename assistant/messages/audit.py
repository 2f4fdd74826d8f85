"""The audit trail: who did what to which conversation, chained so that no row can vanish.

Each row's hash covers the row and the hash before it. Whoever changes, removes or
inserts a row breaks the chain at that place; whoever cuts off the newest rows is
found by comparing with a head that was noted elsewhere (`wenban audit verify --head`).
A detail holds ids, words of ours and numbers, never what a citizen wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Stands where the first row names the hash before it.
GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditEvent:
    """What is to be recorded; `detail` must be JSON and free of personal data."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRow:
    """A recorded event; `detail` is its JSON text as it was hashed. `sequence` starts at 1."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str


def next_row(event: AuditEvent, last: AuditRow | None, now: datetime) -> AuditRow:
    """Return the row that follows `last` (None at the beginning of the chain)."""
    detail = json.dumps(dict(event.detail), ensure_ascii=False, sort_keys=True)
    sequence = last.sequence + 1 if last else 1
    previous = last.hash if last else GENESIS
    at = now.astimezone(UTC)
    unsigned = AuditRow(
        sequence, at, event.actor, event.action, event.subject, detail, previous, ""
    )
    return AuditRow(**{**unsigned.__dict__, "hash": row_hash(unsigned)})


def row_hash(row: AuditRow) -> str:
    """Return the SHA-256 that a row must carry, in hexadecimal."""
    content = [
        row.sequence,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.action,
        row.subject,
        row.detail,
        row.previous,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class ChainFault:
    """The first place where a chain does not hold, and why, in Chinese."""

    sequence: int
    reason: str


class ChainCheck:
    """Checks rows in the order of their numbers, as many at a time as suits the caller."""

    def __init__(self, head: str = "") -> None:
        """Look also for a `head` that was noted earlier; it must be some row's hash."""
        self._last: AuditRow | None = None
        self._head, self._is_head_seen = head, not head
        self.count = 0

    @property
    def head(self) -> str:
        """The hash of the last row so far."""
        return self._last.hash if self._last else GENESIS

    def feed(self, rows: Iterable[AuditRow]) -> ChainFault | None:
        """Return the first fault among the next rows, or None."""
        for row in rows:
            expected = self._last.sequence + 1 if self._last else 1
            if row.sequence != expected:
                return ChainFault(expected, f"缺少第{expected}条，下一条是第{row.sequence}条")
            if row.previous != self.head:
                return ChainFault(row.sequence, "与前一条对不上：前面的记录被改过或换过")
            if row.hash != row_hash(row):
                return ChainFault(row.sequence, "内容与校验值不符：这一条被改过")
            self._last = row
            self.count += 1
            self._is_head_seen = self._is_head_seen or row.hash == self._head
        return None

    def end(self) -> ChainFault | None:
        """Return the fault that only the end shows: the noted head is in no row."""
        if self._is_head_seen or self._head == GENESIS:
            return None
        return ChainFault(self.count + 1, "没有找到记下的校验值：末尾的记录被删掉，或整条链被换过")
