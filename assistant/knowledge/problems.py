"""What a check found wrong in a file: always listed all at once, never raised singly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error forbids publishing; a warning wants a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: where it is, which rule it breaks, and a Chinese sentence for the editor."""

    path: str
    line: int
    rule: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return `path:line: rule: message`, the form that `wenban kb check` prints."""
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"
