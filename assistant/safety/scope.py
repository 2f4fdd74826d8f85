"""Recognises what may not even be stored, e.g. a state secret, or not be kept.

Runs after danger and before storage, in the gateway, and needs no model. The classes
and their answers come from knowledge/out_of_scope.yml (`kept: "never"`). Messages of
those with `kept: "no"` are overwritten with their answer; the worker asks here whether
that goes for one that it could not answer.
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
        classes = tuple(classes)
        self._never = tuple(item for item in classes if item.kept is Kept.NEVER)
        self._unkept = tuple(item for item in classes if item.kept is not Kept.YES)

    def look(self, text: str) -> OutOfScope | None:
        """Return the class that forbids to store a cleaned text, or None."""
        return match(self._never, text)

    def may_keep(self, text: str) -> bool:
        """Return whether a text may be kept that could not be answered."""
        return match(self._unkept, text) is None


def read_unkept(path: Path) -> UnkeptWatch:
    """Return what may not be stored.

    Raises:
        InvalidKnowledge: the file is missing or has errors.
    """
    classes, problems = load_out_of_scope(path)
    if problems:
        raise InvalidKnowledge(f"{path}: cannot be read", tuple(problems))
    return UnkeptWatch(classes)
