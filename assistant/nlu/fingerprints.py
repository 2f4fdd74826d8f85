"""What Rasa's training cache has to know beyond a component's own source.

Rasa hashes only the source of the component class: without this, a changed
helper, dictionary or embedding model would be "restored from cache".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType


def fingerprint_of(modules: Iterable[ModuleType] = (), files: Iterable[Path] = ()) -> str:
    """Return one hash over the sources of modules and the bytes of files, in a fixed order."""
    digest = hashlib.sha256()
    sources = [Path(str(module.__file__)) for module in modules]
    for path in sorted({*sources, *files}):
        digest.update(path.name.encode("utf-8"))
        digest.update(path.read_bytes() if path.is_file() else b"absent")
    return digest.hexdigest()
