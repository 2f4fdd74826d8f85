"""Keep the gateway and the workers running, and stop them together.

A process that dies is started again: at once the first time, then with growing
pauses up to half a minute, and at once again after a minute of quiet. The gateway is
started again at once every time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from assistant.cli.doctor_checks import check_port
from assistant.clock import monotonic_seconds
from assistant.settings import Settings

LOOK_SECONDS = 0.2
STOP_SECONDS = 12.0
MAX_PAUSE_SECONDS = 30.0
# Without the gateway nobody hears anything, and its start is cheap: it is started again at
# once however often it dies (a pause of up to a second is not waited for).
MAX_GATEWAY_PAUSE_SECONDS = 1.0
QUIET_SECONDS = 60.0
# SIGHUP comes when the terminal is closed; the children would outlive us.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """One process of ours: its command, and when it was and may be started."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    not_before: float = 0.0
    pause: float = 0.0
    max_pause: float = MAX_PAUSE_SECONDS


def supervise(settings: Settings, port: int, workers: int) -> int:
    """Run until Ctrl-C, SIGTERM or the end of the terminal; return the exit status.

    Raises:
        click.ClickException: the port is taken; no restart would mend that.
    """
    finding = check_port(replace(settings, port=port))
    if not finding.is_ok:
        raise click.ClickException(f"{finding.text}。{finding.mend}")
    python = [sys.executable, "-m", "assistant.cli"]
    gateway = [*python, "gateway", "--port", str(port)]
    children = [Child("网关", gateway, max_pause=MAX_GATEWAY_PAUSE_SECONDS)]
    children += [Child(f"工作进程{i + 1}", [*python, "worker"]) for i in range(workers)]
    _announce(settings, port)
    keep_running(children)
    return 0


def keep_running(children: Sequence[Child]) -> None:
    """Start the children again whenever they end, until one of STOP_SIGNALS; then end them."""
    stop = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        while not stop.is_set():
            for child in children:
                _keep(child)
            stop.wait(LOOK_SECONDS)
    finally:
        _stop_all(children)


def _announce(settings: Settings, port: int) -> None:
    """Tell where the pages are."""
    address = f"http://{settings.host}:{port}"
    click.echo(f"市民页面  {address}/")
    click.echo(f"大字版    {address}/?elder=1")
    click.echo(f"知识公开  {address}/kb")
    click.echo("问答在模型加载后可用（约 15 秒），Ctrl-C 停止。")
    click.echo("知识编辑：改 knowledge/ 下的文件，见 knowledge/README.md。")


def _keep(child: Child) -> None:
    """Start a process that is not running, unless it died too often just now."""
    now = monotonic_seconds()
    if child.process is not None:
        status = child.process.poll()
        if status is None:
            return
        lived = now - child.started
        child.pause = 0.0 if lived > QUIET_SECONDS else min(child.max_pause, child.pause * 2 + 1)
        child.not_before = now + (child.pause if child.pause > 1 else 0.0)
        child.process = None
        click.echo(f"{child.name}退出（状态 {status}），重新启动…", err=True)
    if now >= child.not_before:
        # Its own group: Ctrl-C reaches us alone, and we stop the children in order.
        child.process = subprocess.Popen(child.command, start_new_session=True, env=os.environ)
        child.started = now


def _stop_all(children: Sequence[Child]) -> None:
    """Ask every process to end, and end those that do not."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = monotonic_seconds() + STOP_SECONDS
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - monotonic_seconds()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
