"""What Rasa's training cache has to know beyond a component's own source.

Rasa hashes only the source of the component class: without this, a changed
helper, dictionary or embedding model would be "restored from cache". The functions
and constants of the component's own module are helpers too.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType


def fingerprint_of(
    component: type, modules: Iterable[ModuleType] = (), files: Iterable[Path] = ()
) -> str:
    """Return one hash over a component's module, other modules' sources and files' bytes."""
    digest = hashlib.sha256()
    own = sys.modules[component.__module__]
    sources = [Path(str(module.__file__)) for module in (own, *modules)]
    for path in sorted({*sources, *files}):
        digest.update(path.name.encode("utf-8"))
        digest.update(path.read_bytes() if path.is_file() else b"absent")
    return digest.hexdigest()
