"""The last steps: list every file with its hash, give the folder its name, let it answer."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from assistant.knowledge.editions import (
    Manifest,
    edition_id,
    file_hash,
    sync_folder,
    write_manifest,
)


def sealed_manifest(
    folder: Path,
    editions: Path,
    *,
    now: datetime,
    parent: str,
    note: str,
    entries: int,
    embedder: str,
) -> Manifest:
    """Write the manifest of a finished folder and return it.

    The id is told by the time and the content; two publishes within one second get
    two ids.
    """
    files = {
        path.relative_to(folder).as_posix(): file_hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    lines = "".join(f"{name}\0{digest}\n" for name, digest in files.items())
    digest = hashlib.sha256(lines.encode("utf-8")).hexdigest()
    moment = now
    while (editions / edition_id(moment, digest)).exists():
        moment += timedelta(seconds=1)
    manifest = Manifest(
        id=edition_id(moment, digest),
        created_at=now.isoformat(),
        parent=parent,
        note=note,
        entries=entries,
        embedder=embedder,
        files=files,
    )
    write_manifest(folder, manifest)
    return manifest


def put_in_place(folder: Path, editions: Path, name: str) -> None:
    """Give a finished folder its name among the editions; it does not answer yet."""
    # Its files must be on the disk before the name is: a power cut may come between.
    os.sync()
    folder.rename(editions / name)
    sync_folder(editions)
