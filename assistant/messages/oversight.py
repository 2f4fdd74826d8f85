"""What those who run the service see and decide: the switch, the audit trail, the counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.messages.audit import AuditRow

MAX_REASON_CHARS = 500
# The name under which the switch stands in the audit trail.
SWITCH_SUBJECT = "answering"


@dataclass(frozen=True)
class Answering:
    """Whether the bot answers; off, it only takes messages and tells of danger.

    `reason`, `set_by` and `set_at` belong to the last turn of the switch; a switch that
    was never touched is on.
    """

    is_on: bool = True
    reason: str = ""
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True)
class Count:
    """A number of one day in Shanghai (`YYYY-MM-DD`), e.g. of turns with one status."""

    day: str
    name: str
    label: str
    value: int


class OversightStore(Protocol):
    """The part of a message store that oversees; every method may raise `StorageUnavailable`."""

    def answering(self) -> Answering:
        """Return the state of the switch, as of the last commit."""

    def set_answering(self, *, is_on: bool, reason: str, set_by: str, now: datetime) -> None:
        """Turn the switch and record it, in one transaction."""

    def audit_rows(self, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return rows with a greater number, in order."""

    def newest_audit_rows(self, limit: int, action: str = "") -> tuple[AuditRow, ...]:
        """Return the newest rows, of one action if named, newest first."""

    def counts(self, since_day: str = "") -> tuple[Count, ...]:
        """Return the counts from a day on, ordered by day, name and label."""

    def totals(self) -> dict[tuple[str, str], int]:
        """Return the sum over all days by name and label."""


def all_audit_rows(store: OversightStore, batch: int = 1000) -> Iterator[tuple[AuditRow, ...]]:
    """Yield the whole trail in order, in batches."""
    after = 0
    while rows := store.audit_rows(after, batch):
        yield rows
        after = rows[-1].sequence
