"""Fill a small disk under the database; run by `scenarios.disk_full` in a mount namespace.

Argument: an empty folder to mount on. Prints a `Finding` as JSON on the last line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from tests.live import scenarios
from tests.live.city import City, Plan

SIZE = "16m"
FULL_SECONDS = 4.0


def main(folder: str) -> None:
    """Mount, fill while citizens write, free, and judge."""
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
    subprocess.run(mount, check=True, timeout=30)
    more: dict[str, Any] = {"danger": []}

    def fill(city: City, over: threading.Event) -> None:
        over.wait(0.5)
        ballast = home / "ballast"
        with httpx.Client(base_url=city.urls[0], timeout=20, trust_env=False) as client:
            client.post("/api/chat/session")
            _fill(ballast)
            ends = time.monotonic() + FULL_SECONDS
            while time.monotonic() < ends:
                _fill(ballast)
                more["health"] = client.get("/healthz").status_code
                more["danger"].append(scenarios.danger_told(client, len(more["danger"])))
                time.sleep(0.2)
            ballast.unlink()

    found = scenarios._run("disk full", home, Plan(1, 1), 12, 40, fill)
    found.more |= more
    sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")


def _fill(path: Path) -> None:
    """Write until no byte is left."""
    with path.open("ab", buffering=0) as handle:
        for size in (1 << 20, 1 << 16, 1 << 12, 1):
            while True:
                try:
                    handle.write(b"x" * size)
                except OSError:
                    break


if __name__ == "__main__":
    main(sys.argv[1])
