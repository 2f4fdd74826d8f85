"""Children under `keep_running`; started by test_supervise. Each argument is a child's Python."""

from __future__ import annotations

import sys

from assistant.cli.supervise import Child, keep_running

if __name__ == "__main__":
    keep_running(
        [
            Child(f"子进程{number}", [sys.executable, "-c", code])
            for number, code in enumerate(sys.argv[1:], start=1)
        ]
    )
