"""Names of conversations, messages and replies.

Random, so that nobody guesses another person's, and made only of characters
that are safe in Rasa, in a URL and in a log: `[A-Za-z0-9_-]`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Literal

IdKind = Literal["c", "m", "r", "w"]
NewId = Callable[[IdKind], str]


def new_id(kind: IdKind) -> str:
    """Return a fresh id: `c` conversation, `m` message, `r` reply, `w` worker; 26 characters."""
    return f"{kind}-{secrets.token_hex(12)}"
