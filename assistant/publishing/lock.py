"""One publish or rollback at a time, and no remains of one that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import PublishRefused

PARTIAL = ".partial-"


@contextmanager
def publishing_lock(editions: Path) -> Iterator[None]:
    """Hold the editions folder; the kernel lets go of it when the process ends in any way.

    Raises:
        PublishRefused: somebody else publishes or rolls back at this moment.
    """
    editions.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(editions, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise PublishRefused("另一次发布或回滚正在进行，请等它结束后再试") from err
        yield
    finally:
        os.close(descriptor)


def remove_leftovers(editions: Path) -> list[str]:
    """Remove what killed publishes left behind; return the names. Needs the lock."""
    found = sorted([*editions.glob(f"{PARTIAL}*"), *editions.glob(".CURRENT.*")])
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.name for path in found]
