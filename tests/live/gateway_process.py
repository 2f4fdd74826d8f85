"""The real gateway in a process of its own, with a planted bug or none.

Arguments: port, name of a planted bug or "-". Settings come from the environment.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from assistant.gateway import server
from assistant.logs import configure_logs
from assistant.settings import load_settings
from tests.live import planted


def main(port: str, bug: str) -> None:
    """Serve until told to stop."""
    planted.plant(bug)
    configure_logs("gateway", "ERROR")
    server.run_gateway(replace(load_settings(), port=int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
