"""Wiring: builds everything a process needs, once, from the settings.

The `process_…` functions serve the places that Rasa builds without arguments
(graph components, actions); everything else is given what it needs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assistant.answering.conversation import KnowledgeView, Thresholds
from assistant.clock import utc_now
from assistant.retrieval.cached_embedder import CachedEmbedder
from assistant.retrieval.calibrate import Calibration
from assistant.retrieval.embedder import Embedder, load_embedder
from assistant.retrieval.live_index import LiveIndex, LoadedEdition, load_for_search
from assistant.services_pages import EditionPages
from assistant.settings import Settings, load_settings

CALIBRATION = Path("data") / "calibration" / "retrieval.json"


@cache
def process_settings() -> Settings:
    """Return this process's settings."""
    return load_settings()


@cache
def process_embedder() -> Embedder:
    """Return this process's embedder, loaded at first use and shared by all."""
    settings = process_settings()
    return CachedEmbedder(load_embedder(settings.embedding_model, settings.embedding_folder))


def process_embedding_manifest() -> Path:
    """Return the file that names the embedding model's checksums."""
    return process_settings().embedding_folder / "manifest.json"


def calibration(settings: Settings) -> Calibration:
    """Return the calibration that belongs to this code."""
    return Calibration.load(settings.root / CALIBRATION)


def load_named_edition(settings: Settings, name: str, embedder: Embedder) -> LoadedEdition:
    """Return an edition ready to answer."""
    return load_for_search(settings.editions, name, embedder, calibration(settings))


@cache
def process_live_index() -> LiveIndex:
    """Return the edition that answers in this process, watched for a newer one."""
    settings, embedder = process_settings(), process_embedder()
    return LiveIndex(settings.editions, lambda name: load_named_edition(settings, name, embedder))


def knowledge_view(edition: str = "") -> KnowledgeView:
    """Return what answers are made from: the edition a turn began with, else the current one."""
    live = process_live_index()
    return view_of(live.named(edition) if edition else live.current)


def view_of(loaded: LoadedEdition) -> KnowledgeView:
    """Return a loaded edition as answering sees it."""
    return KnowledgeView(
        edition=loaded.edition.id,
        entries=loaded.edition.entries,
        registers=loaded.registers,
        thresholds=Thresholds(loaded.calibration.answer_at, loaded.calibration.offer_at),
    )


def knowledge_pages(settings: Settings) -> EditionPages:
    """Return the public knowledge pages of the current edition."""
    return EditionPages(settings.editions, utc_now)
