"""How the gateway knows whether a worker is there to think."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

BeatState = Literal["starting", "ready"]
WorkerState = Literal["ready", "starting", "down"]

# A worker beats every second or two; ten seconds of silence is not a slow turn.
SILENCE = timedelta(seconds=10)


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of one worker."""

    worker_id: str
    state: BeatState
    edition: str
    seen_at: datetime


@dataclass(frozen=True)
class WorkerStatus:
    """What all workers together can do now, and the edition they answer from."""

    state: WorkerState
    edition: str


def worker_status(beats: Iterable[Heartbeat], now: datetime) -> WorkerStatus:
    """Return `ready` if any live worker is, else `starting` if any lives, else `down`.

    The edition is that of the ready worker seen last; empty when none is ready.
    A beat from the future counts as alive, so that a clock step back hides nobody.
    """
    alive = sorted(
        (beat for beat in beats if now - beat.seen_at < SILENCE),
        key=lambda beat: (beat.seen_at, beat.worker_id),
    )
    ready = [beat for beat in alive if beat.state == "ready"]
    if ready:
        return WorkerStatus("ready", ready[-1].edition)
    return WorkerStatus("starting" if alive else "down", "")
