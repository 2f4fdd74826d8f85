"""`wenban serve` keeps its processes alive and leaves none behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from assistant.cli import supervise as supervise_module
from assistant.cli.supervise import (
    MAX_GATEWAY_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    QUIET_SECONDS,
    Child,
    _keep,
    supervise,
)
from assistant.settings import Settings
from tests.cli.processes import ROOT

# A child that writes its process id into a file and lives on, or dies when it is told to.
LIVES = "import os, time; open({0!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LIVES


def started(path: Path) -> list[int]:
    """Return the process ids that a child's command has written so far."""
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_alive(process_id: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what other processes do."""
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert is_true()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a supervisor over children; whatever is left is killed at the end."""
    running: list[subprocess.Popen[str]] = []

    def start(*codes: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.supervised", *codes],
            cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
    for path in tmp_path.glob("*.ids"):
        for process_id in filter(is_alive, started(path)):
            os.kill(process_id, signal.SIGKILL)


def test_a_child_that_dies_is_started_again(tmp_path: Path, run: Callable) -> None:
    """At once the first time, told in one line; its neighbour is left alone."""
    one, two = tmp_path / "one.ids", tmp_path / "two.ids"
    process = run(LIVES.format(str(one)), LIVES.format(str(two)))
    until(lambda: len(started(one)) == len(started(two)) == 1)
    os.kill(started(one)[0], signal.SIGKILL)
    until(lambda: len(started(one)) == 2)
    assert 1 == len(started(two))
    process.send_signal(signal.SIGINT)
    _out, said = process.communicate(timeout=20)
    assert "子进程1退出（状态 -9），重新启动" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it(tmp_path: Path, run: Callable, number: signal.Signals) -> None:
    """Ctrl-C, a service manager, a closed terminal: exit 0 and no orphan."""
    paths = [tmp_path / "one.ids", tmp_path / "two.ids"]
    process = run(*(LIVES.format(str(path)) for path in paths))
    until(lambda: all(started(path) for path in paths))
    process.send_signal(number)
    assert 0 == process.wait(timeout=20)
    assert [] == [n for path in paths for n in started(path) if is_alive(n)]


def test_a_child_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the grace time nothing of ours runs on."""
    monkeypatch.setattr(supervise_module, "STOP_SECONDS", 0.3)
    path = tmp_path / "one.ids"
    child = Child("子进程", [sys.executable, "-c", STUBBORN.format(str(path))])
    _keep(child)
    until(lambda: bool(started(path)))
    supervise_module._stop_all([child])
    assert not is_alive(started(path)[0])


def test_pauses_grow_and_end_after_a_quiet_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies at once every time does not burn the machine."""
    now = [1000.0]
    monkeypatch.setattr(supervise_module, "monotonic_seconds", lambda: now[0])
    child = Child("子进程", [sys.executable, "-c", ""])
    _keep(child)
    pauses = []
    for _ in range(7):
        assert child.process is not None
        child.process.wait()
        _keep(child)
        pauses.append(max(0.0, child.not_before - now[0]))
        assert (child.process is None) == (pauses[-1] > 0)
        now[0] = max(now[0], child.not_before - 0.01)
        _keep(child)
        assert (child.process is None) == (pauses[-1] > 0), "started before its time"
        now[0] = max(now[0], child.not_before)
        _keep(child)
    assert [0.0, 3.0, 7.0, 15.0, MAX_PAUSE_SECONDS, MAX_PAUSE_SECONDS] == pauses[:6]
    assert child.process is not None
    child.process.wait()
    now[0] += QUIET_SECONDS + 1
    _keep(child)
    assert child.process is not None
    child.process.wait()


def test_the_gateways_pause_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nobody hears anything: it is back within two seconds however often it dies."""
    now = [1000.0]
    monkeypatch.setattr(supervise_module, "monotonic_seconds", lambda: now[0])
    child = Child("网关", [sys.executable, "-c", ""], max_pause=MAX_GATEWAY_PAUSE_SECONDS)
    _keep(child)
    for _ in range(6):
        assert child.process is not None
        child.process.wait()
        _keep(child)
        assert child.not_before - now[0] <= MAX_GATEWAY_PAUSE_SECONDS < 1.5
        now[0] = max(now[0], child.not_before)
        _keep(child)
    assert child.process is not None
    child.process.wait()


def test_a_taken_port_is_told_and_nothing_is_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restarting would never mend it: one sentence with what to do."""
    monkeypatch.setattr(supervise_module, "keep_running", lambda _children: pytest.fail("started"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"{port} 不能用.*WENBAN_PORT"):
            supervise(replace(settings, host="127.0.0.1"), port, 1)


def test_serve_starts_one_gateway_and_the_workers_asked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The addresses are printed, and each process is told its port."""
    kept: list[Child] = []
    monkeypatch.setattr(supervise_module, "keep_running", kept.extend)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert 0 == supervise(replace(settings, host="127.0.0.1"), port, 3)
    commands = [child.command[3:] for child in kept]
    assert [["gateway", "--port", str(port)], ["worker"], ["worker"], ["worker"]] == commands
    assert 4 == len({child.name for child in kept})
    assert f"http://127.0.0.1:{port}/?elder=1" in capsys.readouterr().out


@pytest.mark.live
def test_the_real_service_starts_and_stops_whole(tmp_path: Path) -> None:
    """Gateway and worker over an own port and database; Ctrl-C ends both."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WENBAN_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        until(lambda: len(children.read_text().split()) == 2)
        ids = [int(number) for number in children.read_text().split()]

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(listens, 60)
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(timeout=30)
        assert [] == [number for number in ids if is_alive(number)]
        assert not listens()
    finally:
        process.kill()
        process.wait()
