"""Progress on stderr for stages of unknown length: a line every few seconds."""

from __future__ import annotations

from collections.abc import Callable

import click

from assistant.clock import monotonic_seconds

EVERY_SECONDS = 5.0


def stage_progress() -> Callable[[str, int, int], None]:
    """Return a function to tell `(stage, done, all)`; it prints at most every few seconds."""
    last: dict[str, float] = {}

    def tell(stage: str, done: int, total: int) -> None:
        now = monotonic_seconds()
        if stage not in last:
            last[stage] = now
        if now - last[stage] >= EVERY_SECONDS:
            last[stage] = now
            click.echo(f"  {stage} {done}/{total}", err=True)

    return tell
