"""Wiring: builds everything a process needs, once, from the settings.

The `process_…` functions serve the places that Rasa builds without arguments
(graph components, actions); everything else is given what it needs.
"""

from __future__ import annotations

import logging
from datetime import date
from functools import cache
from pathlib import Path

from assistant.answering.conversation import KnowledgeView, Thresholds
from assistant.clock import utc_now
from assistant.knowledge.editions import current_id
from assistant.logs import fields
from assistant.publishing.publish import PublishOrder
from assistant.publishing.states import draft_edition
from assistant.publishing.vector_cache import RememberingEmbedder
from assistant.retrieval.cached_embedder import CachedEmbedder
from assistant.retrieval.calibrate import Calibration
from assistant.retrieval.embedder import Embedder, QuestionReader, load_embedder
from assistant.retrieval.hybrid_index import Say
from assistant.retrieval.live_index import LiveIndex, LoadedEdition, load_for_search
from assistant.retrieval.word_list import read_words
from assistant.safety.card import DangerWatch
from assistant.safety.emergencies import EMERGENCIES, Emergencies, read_emergencies
from assistant.safety.meaning import MeaningInvalid, MeaningListener, MeaningWeights
from assistant.safety.phrase_weights import PhraseWeights, PhraseWeightsInvalid
from assistant.safety.scope import OUT_OF_SCOPE, UnkeptWatch, read_unkept
from assistant.services_pages import EditionPages
from assistant.settings import Settings, load_settings

log = logging.getLogger(__name__)

CALIBRATION = Path("data") / "calibration" / "retrieval.json"
WORDS = Path("data") / "jieba"
VECTORS = "cache"  # below WENBAN_HOME


@cache
def process_settings() -> Settings:
    """Return this process's settings."""
    return load_settings()


@cache
def process_embedder() -> QuestionReader:
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


def danger_emergencies(settings: Settings) -> Emergencies:
    """Return what counts as danger.

    Raises:
        InvalidKnowledge: knowledge/emergencies.yml is missing or has errors.
    """
    return read_emergencies(settings.knowledge / EMERGENCIES)


def danger_weights_path(settings: Settings) -> Path:
    """Return where the learned weights of danger are."""
    return settings.home / "models" / "danger.npz"


def danger_meaning_path(settings: Settings) -> Path:
    """Return where the learned network is that understands danger by its meaning."""
    return settings.home / "models" / "danger-meaning.npz"


def danger_watch(
    settings: Settings, *, is_learned: bool = True, reader: QuestionReader | None = None
) -> DangerWatch:
    """Return what recognises danger; it needs no model and no edition.

    With a `reader` the meaning is listened to as well. What was learned and is missing or
    damaged is told and left out: the rules alone suffice.

    Raises:
        InvalidKnowledge: knowledge/emergencies.yml is missing or has errors.
    """
    weights = meaning = None
    if is_learned:
        try:
            weights = PhraseWeights.load(danger_weights_path(settings))
        except PhraseWeightsInvalid as err:
            log.warning("danger_by_rules_alone", extra=fields(reason=str(err)))
    if weights is not None and reader is not None:
        try:
            learned = MeaningWeights.load(danger_meaning_path(settings), reader.name)
            meaning = MeaningListener(learned, lambda text: reader.read_question(text).inner)
        except MeaningInvalid as err:
            log.warning("danger_without_meaning", extra=fields(reason=str(err)))
    return DangerWatch(danger_emergencies(settings), weights, meaning)


def unkept_watch(settings: Settings) -> UnkeptWatch:
    """Return what recognises messages that may not be stored.

    Raises:
        InvalidKnowledge: knowledge/out_of_scope.yml is missing or has errors.
    """
    return read_unkept(settings.knowledge / OUT_OF_SCOPE)


def publish_order(settings: Settings, note: str = "") -> PublishOrder:
    """Return where and with what an edition is made."""
    return PublishOrder(
        knowledge=settings.knowledge,
        editions=settings.editions,
        cache=settings.home / VECTORS,
        weights=calibration(settings).weights,
        words=tuple(read_words(settings.root / WORDS)),
        note=note,
    )


def named_or_current_edition(settings: Settings, name: str) -> LoadedEdition:
    """Return an edition by id, ready to be searched; the current one for an empty name."""
    return load_named_edition(settings, name or current_id(settings.editions), process_embedder())


def working_edition(settings: Settings, today: date, say: Say | None = None) -> LoadedEdition:
    """Return the working tree ready to be searched; known vectors are taken from the cache."""
    remembering = RememberingEmbedder(process_embedder(), settings.home / VECTORS)
    return draft_edition(
        settings.knowledge,
        today,
        remembering,
        calibration(settings),
        words=tuple(read_words(settings.root / WORDS)),
        say=say,
    )
