"""A citizen who asks, and asks again, while others attack."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

PAUSE_SECONDS = 0.05


@dataclass
class Told:
    """How long each answer took, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    late: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        slowest = max(self.seconds, default=0.0)
        return f"{len(self.seconds)} answers, slowest {slowest:.2f} s, {self.late} later by stream"


@contextmanager
def honest_citizen(url: str) -> Iterator[Told]:
    """Ask in a loop until the block ends; `wrong` stays empty if every question is answered."""
    told, is_over = Told(), threading.Event()
    thread = threading.Thread(target=_ask_on, args=(url, told, is_over), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        is_over.set()
        thread.join(30)


def _ask_on(url: str, told: Told, is_over: threading.Event) -> None:
    """Ask numbered questions; every answer must be the one to its question."""
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        client.post("/api/chat/session").raise_for_status()
        number = 0
        while not is_over.wait(PAUSE_SECONDS):
            number += 1
            body = {"client_message_id": f"honest-{number}", "text": f"请问第{number}件事"}
            started = time.monotonic()
            try:
                response = client.post("/api/chat/messages", json=body)
            except httpx.HTTPError as err:
                told.wrong.append(f"{number}: {err!r}")
                continue
            told.seconds.append(time.monotonic() - started)
            told.late += response.status_code == 202
            if response.status_code not in (200, 202) or (
                response.status_code == 200
                and [reply["text"] for reply in response.json()["replies"]]
                != [f"您说的是：请问第{number}件事"]
            ):
                told.wrong.append(f"{number}: {response.status_code} {response.text}")
