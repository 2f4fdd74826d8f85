"""Recognises at the intake what may not even be stored, e.g. a state secret.

Runs after danger and before storage, in the gateway, and needs no model. The classes
and their answers come from knowledge/out_of_scope.yml (`kept: "never"`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from assistant.errors import InvalidKnowledge
from assistant.knowledge.out_of_scope import Kept, OutOfScope, load_out_of_scope, match

OUT_OF_SCOPE = "out_of_scope.yml"


class UnkeptWatch:
    """Looks at messages before they are stored; safe to share between threads."""

    def __init__(self, classes: Iterable[OutOfScope] = ()) -> None:
        self._classes = tuple(item for item in classes if item.kept is Kept.NEVER)

    def look(self, text: str) -> OutOfScope | None:
        """Return the class that forbids to store a cleaned text, or None."""
        return match(self._classes, text)


def read_unkept(path: Path) -> UnkeptWatch:
    """Return what may not be stored.

    Raises:
        InvalidKnowledge: the file is missing or has errors.
    """
    classes, problems = load_out_of_scope(path)
    if problems:
        raise InvalidKnowledge(f"{path}: cannot be read", tuple(problems))
    return UnkeptWatch(classes)
