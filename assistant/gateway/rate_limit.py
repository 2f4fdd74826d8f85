"""How often one session and one address may write: token buckets in memory.

A bucket holds one minute's allowance, so that a burst is fine and a flood is not.
Several gateways count separately. Sessions behind one address share ten times the
allowance of one session (a hall's network, a school).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

from assistant.gateway.errors import ApiError

ADDRESS_FACTOR = 10
MAX_BUCKETS = 20_000


class TokenBuckets:
    """One bucket a key; the longest unused is forgotten first."""

    def __init__(
        self, per_minute: int, seconds: Callable[[], float], max_keys: int = MAX_BUCKETS
    ) -> None:
        self._capacity, self._per_second = float(per_minute), per_minute / 60
        self._seconds, self._max_keys = seconds, max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Take one token; return 0, or the whole seconds until there is one."""
        now = self._seconds()
        tokens, since = self._buckets.pop(key, (self._capacity, now))
        tokens = min(self._capacity, tokens + max(0.0, now - since) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) / self._per_second))


class RateLimits:
    """The two limits of the chat routes."""

    def __init__(self, per_minute: int, seconds: Callable[[], float]) -> None:
        self._sessions = TokenBuckets(per_minute, seconds)
        self._addresses = TokenBuckets(per_minute * ADDRESS_FACTOR, seconds)

    def check(self, address: str, conversation_id: str | None = None) -> None:
        """Count one request.

        Raises:
            ApiError: 429 with `Retry-After` in seconds.
        """
        wait = self._addresses.take(address)
        if not wait and conversation_id is not None:
            wait = self._sessions.take(conversation_id)
        if wait:
            raise ApiError(
                429,
                "too_fast",
                f"您发送得太快了，请{wait}秒后再试；紧急情况请直接拨打110、119、120或122。",
                headers={"Retry-After": str(wait)},
            )
