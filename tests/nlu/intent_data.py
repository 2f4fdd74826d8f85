"""The labelled sentences of a folder: one intent a file, as Rasa reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.text import fold, simplified


@dataclass(frozen=True)
class Labelled:
    """One sentence as it stands in a file; `file` is the file's name without suffix."""

    file: str
    intent: str
    text: str

    @property
    def key(self) -> str:
        """What two spellings of one sentence share; signs alone stay as they are."""
        return fold(simplified(self.text)) or self.text


def labelled_sentences(folder: Path) -> list[Labelled]:
    """Return every sentence of a folder, by file and place."""
    found: list[Labelled] = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.strip():
                    assert line.startswith("- "), f"{path}: {line}"
                    found.append(Labelled(path.stem, block["intent"], line[2:].strip()))
    return found
