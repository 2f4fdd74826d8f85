"""The faults, each as a run that gives a `Finding`; the tests judge it, the soak prints it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from tests.live.city import ROOT, City, Plan, served
from tests.live.load import NOT_ACCEPTED, Told, citizens
from tests.live.verdict import (
    Violation,
    apologies,
    claimed_again,
    drained,
    held_messages,
    violations,
)

DANGER = "家里着火了，火很大快来救人"


# Seconds between two kills, at least and at most.
KILL_PAUSES = (0.2, 0.8)


@dataclass(frozen=True)
class Planted:
    """A bug to be found under kills: by which kind of broken promise, in a run of which size."""

    name: str
    plan: Plan
    kind: str
    messages: int
    kills: int
    pauses: tuple[float, float] = KILL_PAUSES
    # Short enough for `make test`; the others are for `make soak` alone.
    is_quick: bool = True
    copies: int = 1

    def run(self, home: Path) -> Finding:
        """Let it loose on twelve people."""
        if self.copies > 1:
            return storm(home, self.plan, 12, self.messages, "", copies=self.copies)
        return killed(home, self.plan, 12, self.messages, self.kills, pauses=self.pauses)


# Turns so long that a worker which is stopped or killed is in the middle of one.
SLOW_TURNS = Plan(1, 2, turn_seconds=0.2)


PLANTED = (
    Planted(
        "answers before its commit", Plan(gateway_bug="answers-before-its-commit"), "lost", 40, 6
    ),
    Planted(
        "forgets the sender's id",
        Plan(gateway_bug="forgets-the-senders-id"),
        "doubled",
        4,
        0,
        copies=2,
    ),
    # Slower kills: a worker that still starts is between no two steps.
    Planted(
        "stores a turn in two steps",
        Plan(worker_bug="stores-a-turn-in-two-steps"),
        "doubled",
        8,
        8,
        (1.0, 2.0),
        is_quick=False,
    ),
    Planted(
        "takes the newest first", Plan(worker_bug="takes-the-newest-first"), "disordered", 6, 0
    ),
    Planted(
        "does not hold the conversation",
        replace(SLOW_TURNS, worker_bug="does-not-hold-the-conversation"),
        "doubled",
        2,
        0,
    ),
)


@dataclass
class Finding:
    """What a run did and what came of it; `wrong` are answers that were no true sentence."""

    name: str
    accepted: int
    answers: dict[str, int]
    slowest_seconds: float
    seconds: float
    wrong: list[str]
    violations: list[Violation]
    is_drained: bool
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """The kinds of promises that were broken."""
        return {found.kind for found in self.violations}


def killed(
    home: Path,
    plan: Plan,
    count: int,
    messages: int,
    kills: int,
    url: str = "",
    *,
    pauses: tuple[float, float] = KILL_PAUSES,
) -> Finding:
    """Kill gateways and workers at random moments while citizens write."""
    chance = random.Random(12345)

    def kill(city: City, over: threading.Event) -> None:
        kinds = ["gateway", "worker", "worker"] * (kills // 3 + 1)
        for kind in kinds[:kills]:
            if over.wait(chance.uniform(*pauses)):
                return
            city.kill_one(kind, chance)

    return _run("kill -9", home, plan, count, messages, kill, url=url)


def stalled(home: Path, seconds: float, messages: int = 30) -> Finding:
    """Stop all workers in the middle of their work, and let them go on later."""

    def stall(city: City, over: threading.Event) -> None:
        over.wait(0.5)
        workers = city.children("worker")
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        time.sleep(seconds)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)

    return _run("workers stall", home, Plan(1, 2), 10, messages, stall)


def taken_over(home: Path, seconds: float, messages: int = 6) -> Finding:
    """Stop one of two workers in the middle of a turn, for longer than its hold lasts."""

    def stop_one(city: City, over: threading.Event) -> None:
        while not over.wait(0.1):
            worker = city.children("worker")[0]
            os.kill(worker, signal.SIGSTOP)
            try:
                if _held_by_the_stopped(city.database_url):
                    time.sleep(seconds)
                    return
            finally:
                os.kill(worker, signal.SIGCONT)

    return _run("one of two workers stalls", home, SLOW_TURNS, 10, messages, stop_one)


def _held_by_the_stopped(url: str) -> bool:
    """Return whether a hold stays while the living worker goes on: it is the stopped one's."""
    before = held_messages(url)
    time.sleep(4 * SLOW_TURNS.turn_seconds)
    return bool(before & held_messages(url))


def locked_for_a_moment(home: Path, seconds: float = 2.5) -> float:
    """Return how long one message takes that waits for the lock, and then for no worker."""
    path, body = home / "wenban.sqlite3", {"client_message_id": "k", "text": "你好"}
    with (
        served(home, Plan(1, 0)) as city,
        httpx.Client(base_url=city.urls[0], timeout=20, trust_env=False) as client,
        closing(
            sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        ) as other,
    ):
        client.post("/api/chat/session")
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(seconds, other.execute, ["ROLLBACK"])
        release.start()
        started = time.monotonic()
        client.post("/api/chat/messages", json=body)
        taken = time.monotonic() - started
        release.join()
        return taken


def clock_stepped(
    home: Path, steps: tuple[int, ...] = (-3600, 0, 3600, 0, -3600), worker_bug: str = "-"
) -> Finding:
    """Set every process's clock off by so many seconds, with a worker killed at each step.

    The last steps go back, so that a hold from before stands an hour in the future.
    """
    offset = home / "clock"
    home.mkdir(parents=True, exist_ok=True)
    chance, done = random.Random(7), []

    def step(city: City, over: threading.Event) -> None:
        for seconds in steps:
            if over.wait(0.7):
                return
            city.kill_one("worker", chance)
            offset.write_text(str(seconds))
            done.append(seconds)

    clock = f"clock:{offset}"
    # Turns that take a while: a worker that is killed leaves a hold behind.
    plan = Plan(1, 2, clock, f"{clock}:{worker_bug}", turn_seconds=0.05)
    found = _run("clock steps", home, plan, 10, 16, step)
    found.more["steps"] = len(done)
    return found


def storm(
    home: Path, plan: Plan, count: int, messages: int, url: str, *, copies: int = 3
) -> Finding:
    """Send every message in several copies at once, to different gateways."""
    return _run("retry storm", home, plan, count, messages, url=url, copies=copies)


def no_worker(home: Path) -> Finding:
    """Write while no worker lives; then let one come."""
    told = Told()
    told.may_write.set()
    with served(home, Plan(1, 0)) as city:
        started = time.monotonic()
        asyncio.run(citizens(city.urls, 3, 2, told=told))
    with served(home, Plan(1, 1)) as city:
        return _finding("no worker", city, told, started)


def locked(home: Path, seconds: float, gateway_bug: str = "-") -> Finding:
    """Hold the database's write lock while citizens write, and one of them is in danger."""
    path, count, told = home / "wenban.sqlite3", 12, Told()
    more: dict[str, Any] = {}

    def lock(city: City, over: threading.Event) -> None:
        del over
        with httpx.Client(base_url=city.urls[0], timeout=20, trust_env=False) as client:
            client.post("/api/chat/session")
            with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
                other.execute("BEGIN IMMEDIATE")
                told.may_write.set()
                ends = time.monotonic() + seconds
                more["danger"] = danger_told(client)
                time.sleep(max(0.0, ends - time.monotonic()))
                other.execute("ROLLBACK")

    found = _run("database locked", home, Plan(1, 1, gateway_bug), count, 10, lock, told=told)
    found.more |= more
    return found


def disk_full(home: Path) -> Finding:
    """Fill the disk under the database; in a mount namespace of its own, so root is needed."""
    command = [sys.executable, "-m", "tests.live.full_disk", str(home)]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", *command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    body = json.loads(done.stdout.splitlines()[-1])
    body["violations"] = [Violation(**row) for row in body["violations"]]
    return Finding(**body)


Disturb = Callable[[City, threading.Event], None]


def _run(
    name: str,
    home: Path,
    plan: Plan,
    count: int,
    messages: int,
    disturb: Disturb | None = None,
    *,
    url: str = "",
    copies: int = 1,
    told: Told | None = None,
) -> Finding:
    """Let citizens write while something goes wrong, and judge what is left."""
    with served(home, plan, url) as city:
        started = time.monotonic()
        if told is None:
            told = Told()
            told.may_write.set()
        with _disturbed(city, disturb, told, count):
            asyncio.run(citizens(city.urls, count, messages, copies=copies, told=told))
        return _finding(name, city, told, started)


@contextmanager
def _disturbed(city: City, disturb: Disturb | None, told: Told, count: int) -> Iterator[None]:
    """Disturb the city in a thread once all can write; what goes wrong in it is raised at the end.

    A fault before anybody writes would prove nothing.
    """
    over, errors = threading.Event(), []

    def run() -> None:
        try:
            while told.opened < count and not over.wait(0.02):
                pass
            if disturb is not None:
                disturb(city, over)
        except Exception as err:  # noqa: BLE001  # raised below, in the thread that waits
            errors.append(err)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if errors:
        raise errors[0]


def _finding(name: str, city: City, told: Told, started: float) -> Finding:
    """Wait until all is answered, and judge."""
    is_drained = drained(city.database_url)
    return Finding(
        name=name,
        accepted=len(set(told.accepted)),
        answers=dict(sorted(told.statuses.items())),
        slowest_seconds=round(told.slowest, 2),
        seconds=round(time.monotonic() - started, 1),
        wrong=told.wrong,
        violations=violations(city.database_url, told.accepted),
        is_drained=is_drained,
        more={
            "kills": dict(city.kills),
            "apologies": apologies(city.database_url),
            "claimed_again": claimed_again(city.database_url),
        },
    )


def danger_told(client: httpx.Client, number: int = 0) -> dict[str, Any]:
    """Tell of danger while hardly anything can be stored; return what was heard."""
    started = time.monotonic()
    body = {"client_message_id": f"danger-{number}", "text": f"{DANGER}，{number}号楼"}
    response = client.post("/api/chat/messages", json=body)
    replies = response.json().get("replies") or [{}]
    return {
        "status": response.status_code,
        "number": replies[0].get("hotline_number"),
        "says_not_stored": NOT_ACCEPTED in response.text,
        "seconds": round(time.monotonic() - started, 2),
    }
