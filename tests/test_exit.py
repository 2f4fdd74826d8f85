"""A process that has loaded the knowledge ends with the status it was given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Ends while the idle thread reads the words of the entries inside ONNX Runtime.
ENDS_IN_IDLE_WORK = """
import sys, time
from assistant.retrieval.live_index import POLL_SECONDS
from assistant.services import process_live_index
process_live_index()
time.sleep(POLL_SECONDS + 0.3)
sys.exit(7)
"""


def test_a_process_ends_in_order_while_words_are_read_in_idle_time(repository: Path) -> None:
    """`wenban ask` once ended with 134 and "terminate called without an active exception"."""
    found = subprocess.run(
        [sys.executable, "-c", ENDS_IN_IDLE_WORK],
        cwd=repository, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (7, "") == (found.returncode, found.stderr)
