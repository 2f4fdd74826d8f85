"""The worker's loop over a real store: order, failures that end in words, trouble waited out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from assistant.errors import StorageUnavailable
from assistant.logs import JsonLines
from assistant.messages.message import UNKEPT_TEXT
from assistant.storage.messages import SqlMessageStore
from assistant.worker import loop as loop_module
from assistant.worker.loop import LEASE_SECONDS, MAX_ATTEMPTS, Beat, Heart, WorkerLoop
from assistant.worker.replies import APOLOGY, replies_of
from assistant.worker.turn import TurnResult
from assistant.worker.turn_limit import HARD_SECONDS, TURN_SECONDS
from tests.worker.runners import NOW, Echo, Failing, accepted, payload, said, work_until


def looped(store: Any, runner: Any, **changes: Any) -> WorkerLoop:
    """Return a loop of one worker at a fixed time."""
    return WorkerLoop(store, runner, "w1", lambda: NOW, **changes)


def answered(store: SqlMessageStore, *ids: str) -> Callable[[], bool]:
    """Return whether all messages are done, as a question to ask again."""
    return lambda: all(store.replies_for(message_id) is not None for message_id in ids)


def test_a_conversation_is_answered_in_order(store: SqlMessageStore) -> None:
    """What came first is answered first, each turn with the tracker of the one before."""
    conversation_id, ids = accepted(store, "一", "二", "三")
    runner = Echo()
    work_until(looped(store, runner), answered(store, *ids))
    assert ["re 一", "re 二", "re 三"] == said(store, conversation_id)
    assert [None, "seen 一", "seen 二"] == [tracker for _, _, tracker in runner.turns]
    assert "seen 三" == store.tracker(conversation_id)


def test_conversations_do_not_see_each_others_trackers(store: SqlMessageStore) -> None:
    """A tracker belongs to one conversation."""
    (_, first), (_, second) = accepted(store, "甲"), accepted(store, "乙")
    runner = Echo()
    work_until(looped(store, runner), answered(store, *first, *second))
    assert [None, None] == [tracker for _, _, tracker in runner.turns]


@pytest.mark.parametrize("error", [ValueError("坏了"), RuntimeError(), MemoryError()], ids=repr)
def test_a_turn_that_raises_ends_in_an_apology(
    store: SqlMessageStore, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The citizen gets words and a way on, the next message its answer, the log no text."""
    conversation_id, ids = accepted(store, "坏 13800000000", "好")
    with caplog.at_level(logging.DEBUG, "assistant"):
        work_until(looped(store, Failing(error)), answered(store, *ids))
    assert [APOLOGY, "re 好"] == said(store, conversation_id)
    (reply,) = store.replies_for(ids[0]) or ()
    assert ("error_internal", "bot") == (reply.status, reply.sender)
    lines = [JsonLines("test").format(record) for record in caplog.records]
    (failed,) = [line for line in lines if '"event": "turn_failed"' in line]
    assert f'"conversation": "{conversation_id}"' in failed
    assert f'"error": "{type(error).__name__}"' in failed
    assert "13800000000" not in "".join(lines)
    assert "坏" not in "".join(lines)


class Silent:
    """Answers nothing."""

    async def run(self, *_: Any) -> TurnResult:
        return TurnResult((), "kept", {})


def test_a_turn_that_says_nothing_ends_in_an_apology(store: SqlMessageStore) -> None:
    """Silence is no answer."""
    conversation_id, ids = accepted(store, "在吗")
    work_until(looped(store, Silent()), answered(store, *ids))
    assert [APOLOGY] == said(store, conversation_id)
    assert "kept" == store.tracker(conversation_id)


def test_a_message_that_killed_its_workers_is_given_up(store: SqlMessageStore) -> None:
    """After MAX_ATTEMPTS claims it is answered without thinking, so that no worker dies more."""
    conversation_id, ids = accepted(store, "致命", "后来的")
    for number in range(MAX_ATTEMPTS):
        claimed = store.claim_next(f"dead-{number}", NOW, 0.0)
        assert claimed is not None
        assert ids[0] == claimed.id
    runner = Echo()
    work_until(looped(store, runner), answered(store, *ids))
    assert ["后来的"] == [text for _, text, _ in runner.turns]
    assert [APOLOGY, "re 后来的"] == said(store, conversation_id)


def test_a_message_is_still_thought_about_at_the_last_attempt(store: SqlMessageStore) -> None:
    """MAX_ATTEMPTS tries are tries."""
    _, ids = accepted(store, "再试")
    for number in range(MAX_ATTEMPTS - 1):
        store.claim_next(f"dead-{number}", NOW, 0.0)
    runner = Echo()
    work_until(looped(store, runner), answered(store, *ids))
    assert 1 == len(runner.turns)


class Flaky:
    """A store that cannot be used the first times a method is called; else the real one."""

    def __init__(self, store: SqlMessageStore, method: str, failures: int) -> None:
        self._store, self._method, self.left = store, method, failures

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if name == self._method and self.left:
                self.left -= 1
                raise StorageUnavailable("database is locked")
            return real(*arguments, **named)

        return call


@pytest.mark.parametrize("method", ["claim_next", "tracker", "complete"])
def test_storage_trouble_is_waited_out(
    store: SqlMessageStore, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No apology for a locked database: the message waits and gets its real answer."""
    monkeypatch.setattr(loop_module, "STORAGE_PAUSE_SECONDS", 0.01)
    conversation_id, ids = accepted(store, "你好")
    flaky = Flaky(store, method, 2)
    # A lease of no length stands for one that is over when storage is back.
    work_until(looped(flaky, Echo(), lease_seconds=0.0), answered(store, *ids))
    assert 0 == flaky.left
    assert ["re 你好"] == said(store, conversation_id)


def test_an_answer_that_comes_after_the_lease_is_dropped(store: SqlMessageStore) -> None:
    """Another worker took over: its answer counts, and the late worker goes on."""
    conversation_id, ids = accepted(store, "慢", "快")

    class Overtaken:
        async def run(self, _conversation_id: str, text: str, _tracker: str | None) -> TurnResult:
            if text == "慢":
                taken = store.claim_next("w2", NOW, 30.0)
                assert taken is not None
                store.complete(taken.id, "w2", replies_of([payload("另一个的")], NOW), NOW)
            return TurnResult((payload(f"re {text}"),), None, {})

    work_until(looped(store, Overtaken(), lease_seconds=0.0), answered(store, *ids))
    assert ["另一个的", "re 快"] == said(store, conversation_id)


def test_while_the_switch_is_off_nothing_is_thought_about(store: SqlMessageStore) -> None:
    """The message is kept, the citizen hears a true sentence, and the tracker is untouched."""
    conversation_id, ids = accepted(store, "一")
    store.set_answering(is_on=False, reason="答复有误", set_by="wang", now=NOW)
    runner = Echo()
    work_until(looped(store, runner), answered(store, *ids))
    assert [] == runner.turns
    (reply,) = store.replies_for(ids[0]) or ()
    assert ("error_answering_paused", "12345") == (reply.status, reply.hotline_number)
    assert f"编号{ids[0][-8:]}" in reply.text
    assert store.tracker(conversation_id) is None
    store.set_answering(is_on=True, reason="已更正", set_by="wang", now=NOW)
    later = store.accept(conversation_id, "later", "二", NOW)
    work_until(looped(store, runner), answered(store, later.id))
    assert "re 二" == said(store, conversation_id)[-1]


def test_an_answer_thought_before_the_switch_was_turned_is_not_told(
    store: SqlMessageStore,
) -> None:
    """Who switches off because an answer is wrong must not see it once more."""
    conversation_id, ids = accepted(store, "一")

    class Switched:
        async def run(self, *_: Any) -> TurnResult:
            store.set_answering(is_on=False, reason="停", set_by="wang", now=NOW)
            return TurnResult((payload("错的答复"),), "kept", {})

    work_until(looped(store, Switched()), answered(store, *ids))
    (reply,) = store.replies_for(ids[0]) or ()
    assert "error_answering_paused" == reply.status
    assert store.tracker(conversation_id) is None


@pytest.mark.parametrize("is_switched", [False, True], ids=["answered", "switched off meanwhile"])
def test_what_may_not_be_kept_is_gone_after_its_answer(
    store: SqlMessageStore, is_switched: bool
) -> None:
    """A report to the discipline inspection is answered with its way and not kept."""
    conversation_id, ids = accepted(store, "某局长受贿")

    class Lawful:
        async def run(self, *_: Any) -> TurnResult:
            if is_switched:
                store.set_answering(is_on=False, reason="停", set_by="wang", now=NOW)
            answer = payload("请拨打12388") | {"is_text_kept": False}
            return TurnResult((answer,), "某局长受贿", {})

    work_until(looped(store, Lawful()), answered(store, *ids))
    lines = [item.message.text for item in store.history(conversation_id, 9) if item.message]
    assert [UNKEPT_TEXT] == lines
    assert not any("已经保存" in text for text in said(store, conversation_id))
    assert store.tracker(conversation_id) is None
    assert (["请拨打12388"] == said(store, conversation_id)) is not is_switched


def may_keep(text: str) -> bool:
    """Return whether a text may be kept, where those about bribes may not."""
    return "受贿" not in text


@pytest.mark.parametrize(
    ("state", "status"),
    [("switched off", "error_answering_paused"), ("failing", "error_internal"),
     ("silent", "error_internal"), ("given up", "error_internal")],
)  # fmt: skip
@pytest.mark.parametrize("text", ["坏了的受贿", "坏了的路灯"])
def test_what_may_not_be_kept_is_gone_without_an_answer_too(
    store: SqlMessageStore, state: str, status: str, text: str
) -> None:
    """A report that nobody thought about is told as not kept, and is not."""
    conversation_id, ids = accepted(store, text)
    if state == "switched off":
        store.set_answering(is_on=False, reason="停", set_by="wang", now=NOW)
    for number in range(MAX_ATTEMPTS if state == "given up" else 0):
        store.claim_next(f"dead-{number}", NOW, 0.0)
    runner = Silent() if state == "silent" else Failing(ValueError())
    loop = looped(store, runner, may_keep=may_keep)
    work_until(loop, answered(store, *ids))
    lines = [item.message.text for item in store.history(conversation_id, 9) if item.message]
    (reply,) = store.replies_for(ids[0]) or ()
    assert status == reply.status
    if may_keep(text):
        assert ([text], True) == (lines, "已经保存" in reply.text)
    else:
        assert [UNKEPT_TEXT] == lines
        assert "没有保存" in reply.text
        assert "编号" not in reply.text
        assert "12345" in reply.text


def test_a_stop_finishes_the_turn_that_runs_and_takes_no_other(store: SqlMessageStore) -> None:
    """A worker that is replaced loses no answer and starts none."""
    conversation_id, _ids = accepted(store, "一", "二")

    class Stopping:
        loop: WorkerLoop

        async def run(self, _conversation_id: str, text: str, _tracker: str | None) -> TurnResult:
            self.loop.stop()
            await asyncio.sleep(0.05)
            return TurnResult((payload(f"re {text}"),), None, {})

    runner = Stopping()
    runner.loop = looped(store, runner)
    asyncio.run(asyncio.wait_for(runner.loop.run(), 5))
    assert ["re 一"] == said(store, conversation_id)
    assert ["二"] == [message.text for message in store.waiting(conversation_id)]


def test_the_default_lease_outlasts_a_turn_and_not_a_citizens_patience() -> None:
    """A hung turn ends before its lease, and a dead worker's message waits 15 s at most."""
    assert TURN_SECONDS < HARD_SECONDS < LEASE_SECONDS <= 15


def test_a_heart_beats_and_signs_off(store: SqlMessageStore) -> None:
    """The gateway sees the state while it lives, and nothing after a stop in good order."""
    beat = Beat("w1", "starting", lambda: "e1")
    heart = Heart(store, beat, lambda: NOW)
    heart.start()
    try:
        deadline = 200
        while not store.beats() and deadline:
            deadline -= 1
            asyncio.run(asyncio.sleep(0.02))
        (seen,) = store.beats()
        assert ("w1", "starting", "e1", NOW) == (
            seen.worker_id, seen.state, seen.edition, seen.seen_at,
        )  # fmt: skip
    finally:
        heart.stop()
    assert () == store.beats()


def test_a_heart_survives_storage_trouble(
    store: SqlMessageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One failed beat is not death."""
    monkeypatch.setattr(loop_module, "BEAT_SECONDS", 0.01)
    flaky = Flaky(store, "beat", 3)
    heart = Heart(flaky, Beat("w1", "ready", lambda: ""), lambda: NOW)  # type: ignore[arg-type]
    heart.start()
    try:
        for _ in range(200):
            if store.beats():
                break
            asyncio.run(asyncio.sleep(0.02))
        assert 0 == flaky.left
        assert ["w1"] == [seen.worker_id for seen in store.beats()]
    finally:
        heart.stop()
