"""The only module that reads the clock.

Everything else is given `now`. Times are aware and in UTC; people read them
in Asia/Shanghai.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """Return seconds of a clock that never steps back, for measuring spans."""
    return time.perf_counter()


def shanghai_date(moment: datetime) -> date:
    """Return the calendar day in Shanghai at an aware moment."""
    return moment.astimezone(SHANGHAI).date()
