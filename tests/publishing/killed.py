"""Publishes that are killed: `python -m tests.publishing.killed` reads them from stdin.

One line a publish: knowledge, editions, cache and where to die, separated by tabulators.
Each is done in a forked child that ends with `os._exit(9)`, as if the machine lost its
power; its exit status is printed. The model is not needed: known vectors come from the
cache, unknown ones are made up.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant.knowledge.editions import CURRENT
from assistant.publishing.publish import PublishOrder, publish
from assistant.retrieval.segmentation import Segmenter
from assistant.services import calibration
from assistant.settings import load_settings
from tests.knowledge.small_base import NOW
from tests.publishing.release import shared_dictionary

EXIT_STATUS = 9
# Deaths within a step, beside those after each of STEPS.
NAMING, POINTING, INDEXING = "before the folder gets its name", "before CURRENT", "indexing"
WITHIN = (INDEXING, NAMING, POINTING)


class MadeUp:
    """An embedder of the real one's name whose vectors depend on the text alone."""

    def __init__(self, name: str, dimension: int) -> None:
        self.name, self.dimension = name, dimension

    def embed_questions(self, texts: Sequence[str], progress: Any = None) -> Any:
        """See Embedder."""
        rows = [
            np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension)
            for text in texts
        ]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    embed_passages = embed_questions


def die(*_arguments: Any) -> None:
    """End at once: no handler runs, nothing is flushed."""
    os._exit(EXIT_STATUS)


def arrange(where: str) -> tuple[Callable[[str], None], Callable[[str, int, int], None] | None]:
    """Return `after` and `say` of a publish that dies at a place, and set traps within steps."""
    replace = Path.replace

    def trap(path: Path, target: Path) -> Path:
        if Path(target).name == CURRENT:
            die()
        return replace(path, target)

    if where == POINTING:
        Path.replace = trap  # type: ignore[method-assign]
    elif where == NAMING:
        os.sync = die
    return (lambda step: die() if step == where else None), (die if where == INDEXING else None)


def killed(line: str, name: str, dimension: int) -> int:
    """Do one publish in a child and return the child's exit status."""
    knowledge, editions, cache, where = line.split("\t")
    child = os.fork()
    if child == 0:
        weights = calibration(load_settings()).weights
        order = PublishOrder(Path(knowledge), Path(editions), Path(cache), weights)
        after, say = arrange(where)
        now = NOW + timedelta(minutes=1)
        publish(order, MadeUp(name, dimension), now, commit=True, after=after, say=say)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Read the publishes and print the exit status of each."""
    Segmenter._jieba = property(shared_dictionary())  # type: ignore[assignment]
    Segmenter().terms("先把词典读进来")
    name, dimension = sys.argv[1], int(sys.argv[2])
    for line in sys.stdin.read().splitlines():
        print(killed(line, name, dimension), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
