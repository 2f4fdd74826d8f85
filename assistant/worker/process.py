"""Starts a worker: opens the store, beats, loads the model, works until told to stop."""

from __future__ import annotations

import asyncio
import logging

from assistant.clock import utc_now
from assistant.errors import InvalidKnowledge
from assistant.logs import fields
from assistant.messages.ids import new_id
from assistant.messages.store import MessageStore
from assistant.services import (
    danger_watch,
    process_embedder,
    process_live_index,
    process_settings,
    unkept_watch,
)
from assistant.settings import Settings
from assistant.storage.messages import open_message_store
from assistant.worker.loop import Beat, Heart, LookForDanger, MayKeep, WorkerLoop, stop_on_signals
from assistant.worker.model_file import rasa_model
from assistant.worker.turn import TurnRunner
from assistant.worker.turn_limit import TURN_SECONDS

logger = logging.getLogger(__name__)

__all__ = ["rasa_model", "run_worker"]


def run_worker(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM.

    Raises:
        HotlineError: the store, the edition or a model cannot be used.
    """
    store = open_message_store(settings.database_url, utc_now())
    worker_id = new_id("w")
    beat = Beat(worker_id, "starting", lambda: "")
    heart = Heart(store, beat, utc_now)
    heart.start()
    try:
        live = process_live_index()
        beat.edition = lambda: live.current.edition.id
        runner = TurnRunner(rasa_model(settings))
        asyncio.run(_work(store, runner, worker_id, beat))
        live.close()
    finally:
        heart.stop()
        store.close()


async def _work(store: MessageStore, runner: TurnRunner, worker_id: str, beat: Beat) -> None:
    """Warm up, say that we are ready, and work."""
    # The first turn is slow; let it be ours and not a citizen's.
    await runner.run("warm-up", "社保卡丢了怎么办", None)
    loop = WorkerLoop(
        store,
        runner,
        worker_id,
        utc_now,
        danger=second_look(),
        may_keep=may_keep(),
        turn_seconds=TURN_SECONDS,
    )
    stop_on_signals(loop)
    beat.state = "ready"
    await loop.run()


def may_keep() -> MayKeep:
    """Return what tells which messages without an answer may be kept.

    Where the register cannot be read, all may, as before it was asked: what is lost cannot
    be had back, and answers must not stop.
    """
    try:
        return unkept_watch(process_settings()).may_keep
    except InvalidKnowledge as err:
        logger.error("unanswered_are_kept", extra=fields(reason=str(err)))
        return lambda _text: True


def second_look() -> LookForDanger | None:
    """Return what looks for danger before a turn; None where the rules cannot be read.

    A broken file of rules must not stop the answers of a service that runs: the gateway has
    read it when it was whole, and goes on looking.
    """
    try:
        return danger_watch(process_settings(), reader=process_embedder()).look
    except InvalidKnowledge as err:
        logger.error("danger_without_second_look", extra=fields(reason=str(err)))
        return None
