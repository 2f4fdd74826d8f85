"""Claim, think, commit: the life of a worker process.

A thread beats every second. A turn that raises is answered with an apology and
logged with the conversation id; the text of the message is never logged. A
message that was claimed too often before is answered the same way, so that one
message cannot kill worker after worker. While the switch is off, no turn is thought
about; one that was, when the switch was turned, is not told.

Before a turn the message is looked at once more for danger, by what it means; the
gateway, which has no model, did so by its words only. Who is in danger gets the card in
place of a turn: whatever was asked before stays open, and the switch does not matter.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeAlias

from assistant.clock import Clock, monotonic_seconds
from assistant.errors import ClaimLost, StorageUnavailable
from assistant.logs import fields
from assistant.messages.alarm import DutyAlarm
from assistant.messages.heartbeat import BeatState
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Reply
from assistant.messages.store import MessageStore
from assistant.safety.card import Alarm
from assistant.safety.replies import card, duty_alarm
from assistant.worker.replies import apology, paused, replies_of
from assistant.worker.turn import TurnResult, TurnRunner
from assistant.worker.turn_limit import TurnLimit

logger = logging.getLogger(__name__)

# Longer than a turn may last (turn_limit) and its commit may wait for the lock.
LEASE_SECONDS = 15.0
BEAT_SECONDS = 1.0
IDLE_SECONDS = 0.03
STORAGE_PAUSE_SECONDS = 1.0
MAX_ATTEMPTS = 3

LookForDanger: TypeAlias = Callable[[str], Alarm | None]
# A message's text to whether it may be kept when no answer of it says so.
MayKeep: TypeAlias = Callable[[str], bool]


@dataclass
class Beat:
    """What the heartbeat tells; `edition` is asked anew at each beat."""

    worker_id: str
    state: BeatState
    edition: Callable[[], str]


@dataclass(frozen=True)
class Thought:
    """What a turn is to be answered, and what is to be kept of it."""

    replies: list[Reply]
    tracker: str | None = None
    is_text_kept: bool = True
    alarm: DutyAlarm | None = None


class WorkerLoop:
    """Works off the inbox until stopped."""

    def __init__(
        self,
        store: MessageStore,
        runner: TurnRunner,
        worker_id: str,
        clock: Clock,
        *,
        danger: LookForDanger | None = None,
        may_keep: MayKeep = lambda _text: True,
        lease_seconds: float = LEASE_SECONDS,
        turn_seconds: float | None = None,
    ) -> None:
        """Work in the name of `worker_id`; a hold of ours ends after `lease_seconds`.

        `danger` looks at every message before its turn; `may_keep` tells of those that no
        turn has answered whether their text stays. With `turn_seconds` a turn that
        lasts longer ends this process (see `turn_limit`).
        """
        self._store, self._runner = store, runner
        self._worker_id, self._clock = worker_id, clock
        self._danger, self._may_keep = danger, may_keep
        self._lease_seconds = lease_seconds
        self._limit = (
            None if turn_seconds is None else TurnLimit(self._apologise, seconds=turn_seconds)
        )
        self._stop = threading.Event()

    def stop(self) -> None:
        """End after the turn that is running."""
        self._stop.set()

    async def run(self) -> None:
        """Claim and answer until stopped; storage trouble is waited out."""
        while not self._stop.is_set():
            try:
                message = self._store.claim_next(
                    self._worker_id, self._clock(), self._lease_seconds
                )
                if message is None:
                    await asyncio.sleep(IDLE_SECONDS)
                    continue
                await self._turn(message)
            except ClaimLost:
                logger.warning("claim_lost", extra=fields(worker=self._worker_id))
            except StorageUnavailable as err:
                logger.error("storage_unavailable", extra=fields(reason=str(err)))
                await asyncio.sleep(STORAGE_PAUSE_SECONDS)

    async def _turn(self, message: InboxMessage) -> None:
        """Answer one claimed message and commit the turn."""
        started = monotonic_seconds()
        with self._watching(message):
            thought = await self._think(message)
        if thought.alarm is None and not self._store.answering().is_on:
            thought = self._paused(message, is_kept=thought.is_text_kept)
        self._store.complete(
            message.id,
            self._worker_id,
            thought.replies,
            self._clock(),
            thought.tracker,
            alarm=thought.alarm,
            is_text_kept=thought.is_text_kept,
        )
        logger.info(
            "turn_done",
            extra=fields(
                conversation=message.conversation_id,
                message=message.id,
                statuses=[reply.status for reply in thought.replies],
                elapsed_ms=round((monotonic_seconds() - started) * 1000, 1),
            ),
        )

    async def _think(self, message: InboxMessage) -> Thought:
        """Return what a turn is answered; never raises for the turn's sake."""
        ids = {"conversation": message.conversation_id, "message": message.id}
        if message.attempts > MAX_ATTEMPTS:
            logger.error("turn_given_up", extra=fields(**ids, attempts=message.attempts))
            return self._apology(message)
        alarm = self._alarm(message)
        if alarm is not None:
            told = card(alarm, self._clock(), is_stored=True)
            return Thought([told], alarm=duty_alarm(alarm))
        if not self._store.answering().is_on:
            return self._paused(message, is_kept=self._may_keep(message.text))
        try:
            result: TurnResult = await self._runner.run(
                message.conversation_id,
                message.text,
                self._store.tracker(message.conversation_id),
            )
        except StorageUnavailable:
            raise
        # A process edge: whatever Rasa or a component raises, the citizen gets words.
        except Exception as err:  # noqa: BLE001
            logger.error("turn_failed", extra=fields(**ids, error=type(err).__name__))
            return self._apology(message)
        if not result.payloads:
            return replace(self._apology(message), tracker=result.tracker)
        is_text_kept = all(payload.get("is_text_kept", True) for payload in result.payloads)
        return Thought(replies_of(result.payloads, self._clock()), result.tracker, is_text_kept)

    def _paused(self, message: InboxMessage, *, is_kept: bool) -> Thought:
        """Return what is told while answers are switched off."""
        return Thought([paused(message, self._clock(), is_kept=is_kept)], is_text_kept=is_kept)

    def _apology(self, message: InboxMessage) -> Thought:
        """Return what is told where a turn came to nothing."""
        is_kept = self._may_keep(message.text)
        return Thought([apology(self._clock(), is_kept=is_kept)], is_text_kept=is_kept)

    def _alarm(self, message: InboxMessage) -> Alarm | None:
        """Return the danger that a message tells of; a look that fails is logged and finds none."""
        if self._danger is None:
            return None
        try:
            return self._danger(message.text)
        # The turn must go on: the gateway has looked before, and people wait for an answer.
        except Exception as err:  # noqa: BLE001
            ids = {"conversation": message.conversation_id, "message": message.id}
            logger.error("danger_look_failed", extra=fields(**ids, error=type(err).__name__))
            return None

    def _watching(self, message: InboxMessage) -> AbstractContextManager[None]:
        """Return what watches over the time of a turn, if anything does."""
        return nullcontext() if self._limit is None else self._limit.watching(message)

    def _apologise(self, message: InboxMessage) -> None:
        """Answer a turn that hangs."""
        thought = self._apology(message)
        self._store.complete(
            message.id,
            self._worker_id,
            thought.replies,
            self._clock(),
            is_text_kept=thought.is_text_kept,
        )


class Heart:
    """Beats in a thread of its own, so that a long turn does not look like death."""

    def __init__(self, store: MessageStore, beat: Beat, clock: Clock) -> None:
        self._store, self.beat, self._clock = store, beat, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and sign off."""
        self._stop.set()
        self._thread.join(timeout=5)
        try:
            self._store.retire(self.beat.worker_id)
        except StorageUnavailable as err:
            logger.warning("retire_failed", extra=fields(reason=str(err)))

    def _run(self) -> None:
        """Store a beat a second; storage trouble is logged once a beat and waited out."""
        while True:
            try:
                self._store.beat(
                    self.beat.worker_id, self.beat.state, self.beat.edition(), self._clock()
                )
            except StorageUnavailable as err:
                logger.warning("beat_failed", extra=fields(reason=str(err)))
            if self._stop.wait(BEAT_SECONDS):
                return


def stop_on_signals(loop: WorkerLoop) -> None:
    """Let SIGINT and SIGTERM end the loop after the running turn."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: loop.stop())
