"""`make soak`: the faults in their long form; prints a report in Markdown.

Needs about twenty minutes. `--scale 0.1` makes everything a tenth; a figure of such a
run says so. Exit 1 when a promise was broken or a planted bug was not found.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import scenarios
from tests.live.city import Plan, served
from tests.live.scenarios import Finding
from tests.postgres import PostgresMissing, fresh_schema, private_cluster

PROMISED_SECONDS = 5.0
HEADER = (
    "| fault | accepted | answers | slowest answer | seconds | kills "
    "| lost | doubled | disordered | unaudited | apologies | held |\n|" + "---|" * 12
)


def main() -> int:
    """Run everything and print the report; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="a share of the full size")
    scale = parser.parse_args().scale
    # So that a soak that is stopped stops its city and removes its folder.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    _say(f"Scale {scale:g}.\n\n{HEADER}")
    held = [_row(found) for found in _faults(scale)]
    _say("\n| planted bug | broken promises found | caught |\n|---|---|---|")
    for planted in scenarios.PLANTED:
        with _home() as home:
            held.append(_caught(planted.name, planted.run(home), planted.kind))
    with _home() as home:
        found = scenarios.locked(home, 6, "swallows-what-cannot-be-stored")
    held.append(_caught("swallows what cannot be stored", found, "lost"))
    with _home() as home:
        steps = (-3600, -7200, -10800, -14400)
        found = scenarios.clock_stepped(home, steps, "holds-last-as-long-as-a-step")
    held.append(_caught("a hold lasts as long as a clock's step", found, "lost"))
    _say(f"\nA killed gateway answered again after {_back_after():.1f} s (slowest of 10).")
    return 0 if all(held) else 1


def _faults(scale: float) -> Iterator[Finding]:
    """Yield the finding of each fault."""
    people, kills = max(10, int(200 * scale)), max(10, int(200 * scale))
    rows: list[Callable[[Path], Finding]] = [
        lambda home: scenarios.killed(home, Plan(), people, 50, kills),
        lambda home: scenarios.locked(home, max(6, 60 * scale)),
        scenarios.no_worker,
        lambda home: scenarios.stalled(home, max(8, 30 * scale), 60),
        # Longer than a worker's real hold, whatever the scale.
        lambda home: scenarios.taken_over(home, 30, 12),
        scenarios.clock_stepped,
    ]
    if shutil.which("unshare"):
        rows.append(scenarios.disk_full)
    for run in rows:
        with _home() as home:
            yield run(home)
    yield from _on_postgres(scale)


def _on_postgres(scale: float) -> Iterator[Finding]:
    """Yield what PostgreSQL is tried with, or say loudly that it was not."""
    people = max(5, int(50 * scale))
    try:
        with private_cluster() as server:
            with fresh_schema(server) as url, _home() as home:
                yield scenarios.storm(home, Plan(4, 4), people, 20, url)
            with fresh_schema(server) as url, _home() as home:
                found = scenarios.killed(home, Plan(4, 4), people, 20, people, url)
                found.name = "kill -9, PostgreSQL"
                yield found
    except PostgresMissing as err:
        _say(f"\n**PostgreSQL was not tested**: {err}\n")


def _row(found: Finding) -> bool:
    """Print one fault's line; return whether every promise held."""
    count = dict.fromkeys(("lost", "doubled", "disordered", "unaudited"), 0)
    for violation in found.violations:
        count[violation.kind] += 1
    is_held = (
        not found.violations
        and not found.wrong
        and found.is_drained
        and found.slowest_seconds <= PROMISED_SECONDS
    )
    answers = ", ".join(f"{status} × {n:,}" for status, n in found.answers.items())
    kills = sum(found.more["kills"].values())
    _say(
        f"| {found.name} | {found.accepted:,} | {answers} | {found.slowest_seconds} s "
        f"| {found.seconds} | {kills} | " + " | ".join(str(n) for n in count.values()) + " | "
        f"{found.more['apologies']} | {'yes' if is_held else 'NO ' + '; '.join(found.wrong[:3])} |"
    )
    return is_held


def _caught(name: str, found: Finding, kind: str) -> bool:
    """Print one planted bug's line; return whether its kind was found."""
    count = sum(violation.kind == kind for violation in found.violations)
    _say(f"| {name} | {kind} × {count} | {'yes' if count else 'NO'} |")
    return count > 0


def _back_after() -> float:
    """Return the longest time in seconds from a gateway's death to its next answer."""
    import random

    slowest = 0.0
    with _home() as home, served(home, Plan(1, 0)) as city:
        for _ in range(10):
            city.kill_one("gateway", random.Random(1))
            started = time.monotonic()
            city.wait_until_listening()
            slowest = max(slowest, time.monotonic() - started)
    return slowest


@contextmanager
def _home() -> Iterator[Path]:
    """Yield an empty folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "city"


def _say(text: str) -> None:
    """Print at once, so that a long run shows where it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
