"""One turn with the trained model: what is an order to Rasa is words here, and what is kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from actions.answer_question import AnswerQuestion
from assistant.answering.conversation import KnowledgeView
from assistant.errors import ModelMissing
from assistant.logs import JsonLines
from assistant.messages.ids import new_id
from assistant.storage.messages import SqlMessageStore
from assistant.text import clean_message
from assistant.worker.loop import WorkerLoop
from assistant.worker.model_file import newest_model
from assistant.worker.tracker_store import KEPT_TURNS
from assistant.worker.turn import TurnResult, TurnRunner, escaped
from tests.worker.runners import NOW, accepted, said, work_until

pytestmark = pytest.mark.model


def turn(runner: TurnRunner, text: str, tracker: str | None = None) -> TurnResult:
    """Run one turn of a fresh conversation id."""
    return asyncio.run(runner.run(new_id("c"), text, tracker))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/restart", "／restart"),
        ("  /restart", "／restart"),
        ("/greet{\"entry_id\": \"x\"}", "／greet{\"entry_id\": \"x\"}"),
        ("//", "／/"),
        ("／restart", "／restart"),
        ("请走 /restart", "请走 /restart"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_leading_slash_is_a_sign_and_no_order(text: str, words: str) -> None:
    """Only the first sign is changed, and only where Rasa would obey it."""
    assert words == escaped(text)


ORDERS = ("/restart", "/session_start", "/back", "／restart", '/ask_fee{"district": "yunshan"}')


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_of_rasas_is_answered_as_words(runner: TurnRunner, order: str) -> None:
    """Nobody restarts a conversation or sets a slot by typing Rasa's syntax."""
    before = turn(runner, "社保卡丢了怎么补")
    result = turn(runner, clean_message(order), before.tracker)
    assert 1 == len(result.payloads)
    assert result.tracker is not None
    kept = json.loads(result.tracker)
    assert "restart" not in [event["event"] for event in kept["events"]]
    assert "district" not in kept["slots"]
    spoken = [event["text"] for event in kept["events"] if event["event"] == "user"]
    assert "／" + clean_message(order)[1:] == spoken[-1]


def test_a_turn_is_understood_answered_and_remembered(
    runner: TurnRunner, view: KnowledgeView
) -> None:
    """The entry answers, with the current edition, and the next turn knows of it."""
    result = turn(runner, "社保卡丢了怎么补")
    (answer,) = result.payloads
    assert str(answer["status"]).startswith("answered_")
    assert answer["entry_id"] in view.entries
    assert view.edition == answer["edition"] == result.parsed["passages"]["edition"]
    assert result.tracker is not None
    assert answer["entry_id"] == json.loads(result.tracker)["slots"]["entry_id"]


def test_a_follow_up_needs_the_tracker_of_its_conversation(runner: TurnRunner) -> None:
    """「要带什么材料」 is about the entry before; without the tracker it is about nothing."""
    first = turn(runner, "社保卡丢了怎么补")
    entry_id = first.payloads[0]["entry_id"]
    follow_up = turn(runner, "要带什么材料", first.tracker)
    assert entry_id == follow_up.payloads[0]["entry_id"]
    assert entry_id != turn(runner, "要带什么材料").payloads[0]["entry_id"]


def test_a_tracker_does_not_grow_with_the_conversation(runner: TurnRunner) -> None:
    """The last turns and the slots are kept; what retrieval found is not."""
    tracker, sizes = None, []
    for _ in range(KEPT_TURNS + 4):
        tracker = turn(runner, "身份证到期了怎么换", tracker).tracker
        assert tracker is not None
        sizes.append(len(tracker))
    assert sizes[-1] <= sizes[KEPT_TURNS] + 50
    kept = json.loads(str(tracker))
    assert KEPT_TURNS == sum(event["event"] == "user" for event in kept["events"])
    assert "passages" not in str(tracker)


def test_a_runner_forgets_a_conversation_after_its_turn(runner: TurnRunner) -> None:
    """A worker's memory holds nobody's words."""
    asyncio.run(runner.run("c-once", "我住云山区", None))
    assert {} == runner._trackers._texts == runner._trackers._parsed


def test_a_runner_forgets_a_conversation_whose_turn_raised(
    runner: TurnRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it went wrong."""

    async def broken(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(runner._agent, "handle_message", broken)
    with pytest.raises(ValueError):
        asyncio.run(runner.run("c-bad", "你好", '{"slots": {}, "events": []}'))
    assert {} == runner._trackers._texts == runner._trackers._parsed


def test_trackers_survive_the_store(runner: TurnRunner, store: SqlMessageStore) -> None:
    """Two turns through SQLite answer as two turns in memory do."""
    texts = ("社保卡丢了怎么补", "要带什么材料")
    conversation_id, ids = accepted(store, *texts)
    loop = WorkerLoop(store, runner, "w1", lambda: NOW)
    work_until(loop, lambda: all(store.replies_for(name) is not None for name in ids), 30)
    first = turn(runner, texts[0])
    second = turn(runner, texts[1], first.tracker)
    expected = [payload["text"] for result in (first, second) for payload in result.payloads]
    assert expected == said(store, conversation_id)


def test_an_action_that_raises_leaves_no_word_in_the_log(
    runner: TurnRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Exceptions may hold the citizen's words; the log names their kind and the conversation."""

    def broken(_dispatcher: Any, tracker: Any, _domain: Any) -> None:
        raise ValueError(tracker.latest_message["text"])

    endpoint = runner._agent.action_endpoint
    monkeypatch.setitem(endpoint._executor.actions, AnswerQuestion().name(), broken)
    result = asyncio.run(runner.run("c-17", "我的电话是13800000000", None))
    assert () == result.payloads
    lines = "\n".join(JsonLines("test").format(record) for record in caplog.records)
    assert '"conversation": "c-17", "action": "action_answer_question"' in lines
    assert '"error": "ValueError"' in lines
    assert "13800000000" not in lines
    assert "1380" not in lines


@pytest.mark.parametrize("content", [None, b"", b"no archive"], ids=["none", "empty", "other"])
def test_a_model_that_is_not_whole_fails_to_load(tmp_path: Path, content: bytes | None) -> None:
    """A worker without a model does not start; it never answers untrained."""
    path = tmp_path / "model.tar.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelMissing, match=r"model\.tar\.gz"):
        TurnRunner(path)


def test_the_newest_model_is_the_one_written_last(tmp_path: Path) -> None:
    """Names say nothing: a model copied from elsewhere may sort before."""
    import os

    for name, at in (("b.tar.gz", 100), ("a.tar.gz", 200), ("c.tar.gz", 100)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    assert tmp_path / "a.tar.gz" == newest_model(tmp_path)
    (tmp_path / "a.tar.gz").unlink()
    assert tmp_path / "c.tar.gz" == newest_model(tmp_path)
    with pytest.raises(ModelMissing):
        newest_model(tmp_path / "absent")
