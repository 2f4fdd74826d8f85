"""The third step: copy the files that the edition stands on, and compile the entries."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assistant.errors import PublishRefused
from assistant.knowledge.editions import ENTRIES, SNAPSHOT, entry_to_dict, file_hash
from assistant.knowledge.entry import KIND_FOLDERS
from assistant.knowledge.files import entry_paths
from assistant.knowledge.golden import GAPS, QUESTIONS
from assistant.publishing.choose import Chosen

# Copied as they are: the registers, the golden questions, the calendars.
_FOLDERS = ("calendar", QUESTIONS, GAPS)


def fingerprint(knowledge: Path) -> dict[str, str]:
    """Return SHA-256 of every file that a snapshot may copy, by its path below the folder."""
    paths = [*_register_files(knowledge), *entry_paths(knowledge)]
    return {path.relative_to(knowledge).as_posix(): file_hash(path) for path in paths}


def write_snapshot(folder: Path, knowledge: Path, chosen: Chosen, known: dict[str, str]) -> None:
    """Write `knowledge/` and `entries.json` into the folder of a new edition.

    An entry's file is the one it was read from, so a carried version brings its own file.
    `known` is the fingerprint that was taken before the files were checked.

    Raises:
        PublishRefused: a file was saved since, so what was checked is not what was copied.
    """
    snapshot = folder / SNAPSHOT
    for kind_folder in KIND_FOLDERS.values():
        (snapshot / kind_folder).mkdir(parents=True, exist_ok=True)
    for path in _register_files(knowledge):
        target = snapshot / path.relative_to(knowledge)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    for item in chosen.entries:
        target = snapshot / item.entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(item.file, target)
    # A carried version's file lies in its edition, which is vouched for.
    carried = {
        item.entry.path for item in chosen.entries if item.file != knowledge / item.entry.path
    }
    _refuse_changed(snapshot, carried, known)
    rows = [entry_to_dict(entry) for entry in chosen.plain]
    (folder / ENTRIES).write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def _register_files(knowledge: Path) -> list[Path]:
    """Return the registers, golden questions and calendars of a folder, sorted."""
    paths = list(knowledge.glob("*.yml"))
    for name in _FOLDERS:
        paths += (knowledge / name).glob("*.yml")
    return sorted(paths)


def _refuse_changed(snapshot: Path, carried: set[str], known: dict[str, str]) -> None:
    """Refuse copies that differ from what was checked; `carried` come from an edition.

    Raises:
        PublishRefused: with the files.
    """
    copied = fingerprint(snapshot)
    changed = sorted(name for name in copied.keys() - carried if copied[name] != known.get(name))
    if changed:
        raise PublishRefused("发布期间有文件被改动，没有发布；请再发布一次", tuple(changed))
