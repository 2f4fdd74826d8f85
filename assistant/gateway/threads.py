"""Takes blocking calls off the event loop, with a bound on how long one may queue.

When the database hangs, its threads are all busy; the next citizen must not wait
behind them but hear at once that nothing can be accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from assistant.errors import StorageUnavailable

QUEUE_SECONDS = 1.5

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A fixed number of threads for one kind of call."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._slots: anyio.CapacityLimiter | None = None

    async def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns, run in a thread.

        Raises:
            StorageUnavailable: no thread became free in `QUEUE_SECONDS`.
        """
        if self._slots is None:
            self._slots = anyio.CapacityLimiter(self._count)
        borrower = object()
        try:
            with anyio.fail_after(QUEUE_SECONDS):
                await self._slots.acquire_on_behalf_of(borrower)
        except TimeoutError:
            raise StorageUnavailable("too many calls wait for the database") from None
        try:
            return await anyio.to_thread.run_sync(
                partial(function, *args, **kwargs), limiter=anyio.CapacityLimiter(1)
            )
        finally:
            self._slots.release_on_behalf_of(borrower)
