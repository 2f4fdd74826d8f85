"""Roll back: let an earlier edition answer again, exactly as it did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EditionDamaged, EditionNotFound
from assistant.knowledge.editions import current_id, load_edition, set_current
from assistant.knowledge.registers import load_registers
from assistant.publishing.lock import publishing_lock
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.hybrid_index import HybridIndex


@dataclass(frozen=True)
class RollbackReport:
    """From which edition to which; `from_edition` is empty when none was current."""

    from_edition: str
    to_edition: str
    entries: int
    is_committed: bool


def roll_back(
    editions: Path, name: str, embedder: Embedder, *, commit: bool = False
) -> RollbackReport:
    """Verify an edition and, with `commit`, let CURRENT name it; nothing is built anew.

    Raises:
        EditionNotFound: there is no such edition.
        EditionDamaged: one of its files was changed after publishing, or its registers or
            indexes are not what this release reads, so that no worker would load it.
        IndexEditionMismatch: it was built with another embedding model.
        PublishRefused: somebody else is publishing.
    """
    with publishing_lock(editions):
        edition = load_edition(editions, name)
        HybridIndex.load(edition.index_folder, embedder)
        _, problems = load_registers(edition.snapshot_folder)
        if problems:
            raise EditionDamaged(edition.snapshot_folder, str(problems[0]))
        try:
            former = current_id(editions)
        except EditionNotFound:
            former = ""
        if commit:
            set_current(editions, name)
    return RollbackReport(former, name, len(edition.entries), commit)
