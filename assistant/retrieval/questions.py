"""Labelled questions: which entry answers, or that none does.

`knowledge/questions/*.yml` are the golden questions (release gate and figures);
`data/calibration/*.yml` were written by somebody else and serve to learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import InvalidKnowledge


@dataclass(frozen=True)
class LabelledQuestion:
    """One question; `entry_id` is empty when it must be refused, `because` says why."""

    text: str
    entry_id: str
    because: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether no entry may answer it."""
        return not self.entry_id


def read_questions(folder: Path) -> list[LabelledQuestion]:
    """Return all labelled questions of a folder, by file name and place.

    Raises:
        InvalidKnowledge: a row has neither an entry nor `refuse: true`.
    """
    found: list[LabelledQuestion] = []
    for path in sorted(folder.glob("*.yml")):
        for number, row in enumerate(yaml.safe_load(path.read_text("utf-8-sig")) or [], start=1):
            is_refused = row.get("refuse") is True
            if is_refused == bool(row.get("entry")) or not row.get("question"):
                raise InvalidKnowledge(
                    f"{path}: row {number} needs a question and either entry or refuse: true"
                )
            found.append(
                LabelledQuestion(row["question"], row.get("entry", ""), row.get("because", ""))
            )
    return found
