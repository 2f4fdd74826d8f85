"""The third step: copy the files that the edition stands on, and compile the entries."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assistant.knowledge.editions import ENTRIES, SNAPSHOT, entry_to_dict
from assistant.knowledge.entry import KIND_FOLDERS
from assistant.knowledge.golden import QUESTIONS
from assistant.publishing.choose import Chosen

# Copied as they are: the registers, the golden questions, the calendars.
_FOLDERS = ("calendar", QUESTIONS)


def write_snapshot(folder: Path, knowledge: Path, chosen: Chosen) -> None:
    """Write `knowledge/` and `entries.json` into the folder of a new edition.

    An entry's file is the one it was read from, so a carried version brings its own file.
    """
    snapshot = folder / SNAPSHOT
    for kind_folder in KIND_FOLDERS.values():
        (snapshot / kind_folder).mkdir(parents=True, exist_ok=True)
    for path in sorted(knowledge.glob("*.yml")):
        shutil.copyfile(path, snapshot / path.name)
    for name in _FOLDERS:
        for path in sorted((knowledge / name).glob("*.yml")):
            (snapshot / name).mkdir(exist_ok=True)
            shutil.copyfile(path, snapshot / name / path.name)
    for item in chosen.entries:
        target = snapshot / item.entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(item.file, target)
    rows = [entry_to_dict(entry) for entry in chosen.plain]
    (folder / ENTRIES).write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
