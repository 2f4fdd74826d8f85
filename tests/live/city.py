"""A served city of real processes: a supervisor, gateways, workers, one database."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from assistant.cli import supervise
from assistant.cli.supervise import MAX_GATEWAY_PAUSE_SECONDS, Child, keep_running

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """What is to be served: how many processes, and which bug is planted where.

    A worker's turn takes `turn_seconds`.
    """

    gateways: int = 1
    workers: int = 2
    gateway_bug: str = "-"
    worker_bug: str = "-"
    turn_seconds: float = 0.0


@dataclass
class City:
    """A city that runs; `urls` are its gateways'."""

    database_url: str
    urls: list[str]
    supervisor: subprocess.Popen[bytes]
    plan: Plan
    kills: dict[str, int] = field(default_factory=lambda: {"gateway": 0, "worker": 0})

    def children(self, kind: str) -> list[int]:
        """Return the process ids of the living gateways or workers."""
        path = Path(f"/proc/{self.supervisor.pid}/task/{self.supervisor.pid}/children")
        module = {"gateway": "tests.live.gateway_process", "worker": "tests.live.echo_worker"}[kind]
        found = []
        for number in path.read_text().split():
            with suppress(FileNotFoundError):
                if module in Path(f"/proc/{number}/cmdline").read_text():
                    found.append(int(number))
        return found

    def kill_one(self, kind: str, chance: random.Random) -> None:
        """Kill one process as a machine does that runs out of memory."""
        if found := self.children(kind):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
                self.kills[kind] += 1

    def wait_until_listening(self) -> None:
        """Wait until all gateways answer."""
        deadline = time.monotonic() + START_SECONDS
        for url in self.urls:
            while True:
                with suppress(httpx.TransportError):
                    if httpx.get(f"{url}/healthz", trust_env=False).status_code == 200:
                        break
                assert time.monotonic() < deadline, "no gateway came up"
                time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, plan: Plan, database_url: str = "") -> Iterator[City]:
    """Serve a city until the block ends; nothing of it is left afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{home / 'wenban.sqlite3'}"
    ports = [free_port() for _ in range(plan.gateways)]
    environment = os.environ | {
        "WENBAN_HOME": str(home),
        "WENBAN_DATABASE_URL": url,
        "WENBAN_SECRET_KEY": "k" * 40,
        "WENBAN_RATE_PER_MINUTE": "100000",
        "WENBAN_LOG_LEVEL": "ERROR",
    }
    words = (url, plan.worker_bug, plan.turn_seconds)
    arguments = [str(plan.workers), *map(str, words), plan.gateway_bug, *map(str, ports)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.city", *arguments],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    city = City(url, [f"http://127.0.0.1:{port}" for port in ports], process, plan)
    try:
        city.wait_until_listening()
        yield city
    finally:
        left = city.children("gateway") + city.children("worker")
        for number in left:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for number in left:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def end_with_the_test() -> None:
    """Stop the city when the test's end of our standard input closes: a killed test leaves none."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main(workers: str, *words: str) -> None:
    """Supervise the processes of a city, as `wenban serve` does.

    Workers are started anew without a growing pause, so that many kills fit into a test.
    """
    url, worker_bug, turn_seconds, gateway_bug, *ports = words
    supervise.QUIET_SECONDS = 0.0
    python = [sys.executable, "-m"]
    children = [
        Child(
            f"gateway {port}",
            [*python, "tests.live.gateway_process", port, gateway_bug],
            max_pause=MAX_GATEWAY_PAUSE_SECONDS,
        )
        for port in ports
    ]
    worker = [*python, "tests.live.echo_worker", url, worker_bug, turn_seconds]
    children += [Child(f"worker {number}", worker) for number in range(int(workers))]
    threading.Thread(target=end_with_the_test, daemon=True).start()
    keep_running(children)


if __name__ == "__main__":
    main(*sys.argv[1:])
