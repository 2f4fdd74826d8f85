"""A store that may be opened later, for a gateway that must live while the database does not.

Danger is told without a database, so a gateway starts without one: every call tries
to open it anew, at most once a second, and says `StorageUnavailable` until it can.
What no waiting would mend (a wrong address, an unsafe or a newer database) is raised
at the start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

from assistant.clock import monotonic_seconds
from assistant.errors import StorageUnavailable
from assistant.messages.store import MessageStore

RETRY_SECONDS = 1.0


class LateStore:
    """Stands for a `MessageStore`; safe to share between threads."""

    def __init__(
        self,
        open_store: Callable[[], MessageStore],
        seconds: Callable[[], float] = monotonic_seconds,
    ) -> None:
        """Try to open the store now.

        Raises:
            HotlineError: any but `StorageUnavailable`, which is waited out.
        """
        self._open, self._seconds = open_store, seconds
        self._lock = threading.Lock()
        self._store: MessageStore | None = None
        self._reason, self._tried_at = "", float("-inf")
        self._try()

    def __getattr__(self, name: str) -> Any:
        """Return a method of the store, or one that says why there is none yet."""
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*arguments: Any, **named: Any) -> Any:
            return getattr(self._opened(), name)(*arguments, **named)

        return call

    def opened_late(self) -> MessageStore:
        """Return this as what it stands for."""
        return cast("MessageStore", self)

    def close(self) -> None:
        """Close the store if it was ever opened."""
        if self._store is not None:
            cast("Any", self._store).close()

    def _opened(self) -> MessageStore:
        """Return the store.

        Raises:
            StorageUnavailable: it could not be opened just now.
        """
        # Who comes while another thread tries must not wait for it.
        if self._store is None and self._lock.acquire(blocking=False):
            try:
                if self._store is None and self._seconds() - self._tried_at >= RETRY_SECONDS:
                    self._try()
            finally:
                self._lock.release()
        if self._store is None:
            raise StorageUnavailable(self._reason)
        return self._store

    def _try(self) -> None:
        """Try to open the store and remember what came of it."""
        try:
            self._store = self._open()
        except StorageUnavailable as err:
            self._reason = str(err)
        self._tried_at = self._seconds()
