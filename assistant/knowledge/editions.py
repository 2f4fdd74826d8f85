"""Immutable editions on disk: a snapshot of the knowledge, its indexes, and CURRENT.

Layout of `<editions>/<id>/`: `knowledge/` (the files as they were), `entries.json`
(the same entries, compiled, so that a swap takes a second), `index/` (written by
retrieval), `manifest.json` (SHA-256 of every file). `<editions>/CURRENT` names
the edition that answers; it is replaced in one rename.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.errors import EditionDamaged, EditionNotFound
from assistant.knowledge.entry import Check, Entry, Kind, PolicySource

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
ENTRIES = "entries.json"
SNAPSHOT = "knowledge"
INDEX = "index"
# What may name an edition: never a path, and never a hidden folder under way.
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")


@dataclass(frozen=True)
class Manifest:
    """What an edition is; `files` maps relative paths to SHA-256.

    `seal` is SHA-256 over all the rest, written with the file; it is empty in memory before
    that, and in editions of releases that did not write it.
    """

    id: str
    created_at: str
    parent: str
    note: str
    entries: int
    embedder: str
    files: dict[str, str]
    seal: str = ""


@dataclass(frozen=True)
class Edition:
    """One published state of the knowledge base, in memory; `entries` by id."""

    id: str
    folder: Path
    manifest: Manifest
    entries: dict[str, Entry]

    @property
    def index_folder(self) -> Path:
        """Folder of the indexes of this edition."""
        return self.folder / INDEX

    @property
    def snapshot_folder(self) -> Path:
        """Folder of the knowledge files as they were."""
        return self.folder / SNAPSHOT


def edition_id(now: datetime, digest: str) -> str:
    """Return an id that sorts by time and tells the content: `20261124-031500-1a2b3c4d`."""
    return f"{now.strftime('%Y%m%d-%H%M%S')}-{digest[:8]}"


def current_id(editions: Path) -> str:
    """Return the id that CURRENT names.

    Raises:
        EditionNotFound: nothing has been published yet.
    """
    try:
        name = (editions / CURRENT).read_text("ascii", errors="replace").strip()
    except OSError as err:
        raise EditionNotFound(CURRENT, editions) from err
    _require(editions, name)
    return name


def _require(editions: Path, name: str) -> None:
    """Refuse a name that is no edition's: a path, a killed publish's folder, or nothing at all.

    Raises:
        EditionNotFound: there is no such edition.
    """
    if not _NAME.fullmatch(name) or not (editions / name / MANIFEST).is_file():
        raise EditionNotFound(name, editions)


def set_current(editions: Path, name: str) -> None:
    """Let CURRENT name an edition, in one step that survives a power cut.

    Raises:
        EditionNotFound: the edition is not on disk, whole.
    """
    _require(editions, name)
    partial = editions / f".{CURRENT}.{os.getpid()}"
    with partial.open("w", encoding="ascii") as handle:
        handle.write(name + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(editions / CURRENT)
    sync_folder(editions)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_editions(editions: Path) -> list[Manifest]:
    """Return the manifests of all editions that have a readable one, oldest first."""
    found = []
    for path in sorted(editions.glob(f"[0-9]*/{MANIFEST}")):
        try:
            found.append(read_manifest(path.parent))
        except EditionDamaged:
            # Told by `damaged_editions`; the others are what one can roll back to.
            continue
    return found


def damaged_editions(editions: Path) -> list[str]:
    """Return the names of editions whose manifest cannot be read, oldest first."""
    known = {manifest.id for manifest in list_editions(editions)}
    names = sorted(path.parent.name for path in editions.glob(f"[0-9]*/{MANIFEST}"))
    return [name for name in names if name not in known]


def read_manifest(folder: Path) -> Manifest:
    """Return an edition's manifest.

    Raises:
        EditionDamaged: it cannot be read, was changed, or belongs to another folder.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as err:
        raise EditionDamaged(path, f"cannot be read ({err})") from err
    if manifest.seal and manifest.seal != _seal(manifest):
        raise EditionDamaged(path, "the file was changed after publishing")
    if manifest.id != folder.name:
        raise EditionDamaged(path, f"it is the manifest of {manifest.id}")
    return manifest


def _seal(manifest: Manifest) -> str:
    """Return SHA-256 over a manifest without its seal."""
    text = json.dumps(asdict(replace(manifest, seal="")), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load_edition(editions: Path, name: str) -> Edition:
    """Return an edition after checking every file against its manifest.

    Raises:
        EditionNotFound: there is no such edition.
        EditionDamaged: a file is missing, or was changed or added after publishing.
    """
    _require(editions, name)
    folder = editions / name
    manifest = read_manifest(folder)
    for relative, expected in manifest.files.items():
        path = folder / relative
        if not path.is_file():
            raise EditionDamaged(path, "the file is missing")
        if file_hash(path) != expected:
            raise EditionDamaged(path, "the file was changed after publishing")
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and relative != MANIFEST and relative not in manifest.files:
            raise EditionDamaged(path, "the file was added after publishing")
    rows = json.loads((folder / ENTRIES).read_text("utf-8"))
    entries = {row["id"]: entry_from_dict(row) for row in rows}
    return Edition(manifest.id, folder, manifest, entries)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write and seal the manifest of a finished edition; its presence makes the edition whole."""
    sealed = replace(manifest, seal=_seal(manifest))
    partial = folder / f".{MANIFEST}"
    with partial.open("w", encoding="utf-8") as handle:
        json.dump(asdict(sealed), handle, ensure_ascii=False, indent=1, sort_keys=True)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(folder / MANIFEST)
    sync_folder(folder)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry_to_dict(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain data for `entries.json`."""
    row = asdict(entry)
    del row["lines"]
    return row


def entry_from_dict(row: dict[str, Any]) -> Entry:
    """Return the entry that `entry_to_dict` wrote."""
    lists = ("similar", "unlike", "topic", "audience")
    return Entry(
        **{
            **row,
            **{name: tuple(row[name]) for name in lists},
            "kind": Kind(row["kind"]),
            "sources": tuple(PolicySource(**source) for source in row["sources"]),
            "checks": tuple(Check(**check) for check in row["checks"]),
        }
    )
