"""Run `wenban` as people do: a process of its own, at the root of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def wenban(
    *arguments: str, timeout: float = 200, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `environment` is added to ours."""
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
