"""Whole conversations, told as tables: what is said, and what must come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.answering.compose import NEXT_STEPS
from assistant.answering.conversation import KnowledgeView
from assistant.answering.status import Status

TABLES = sorted(Path(__file__).parent.glob("*.yml"))
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    f"{table.stem}: {row['id']}": row["turns"]
    for table in TABLES
    for row in yaml.safe_load(table.read_text("utf-8"))
}
KEYS = {
    "say", "times", "press", "choose", "status", "entry", "aspect", "handoff", "has", "has_not",
}  # fmt: skip


def test_there_are_enough_conversations_and_no_misspelt_rows() -> None:
    """A row that checks nothing would pass for ever."""
    rows = [row for table in TABLES for row in yaml.safe_load(table.read_text("utf-8"))]

    assert len(rows) == len(CONVERSATIONS) >= 25
    for turns in CONVERSATIONS.values():
        for turn in turns:
            assert set(turn) <= KEYS
            assert "status" in turn
            assert len({"say", "press", "choose"} & set(turn)) == 1


@pytest.mark.model
@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=list(CONVERSATIONS))
def test_a_conversation_goes_as_told(
    turns: list[dict[str, Any]],
    talk: Callable[[], Callable[[str], dict[str, Any]]],
    view: KnowledgeView,
) -> None:
    """Each turn has its status, entry, aspect and words; none is silent or without a way on."""
    say = talk()
    before: dict[str, Any] = {}
    for turn in turns:
        decision = say(said_in(turn, before, view))
        check(turn, decision)
        before = decision


def said_in(turn: dict[str, Any], before: dict[str, Any], view: KnowledgeView) -> str:
    """Return the words of a turn: its own, an entry's title, or a button of the reply before."""
    if "press" in turn:
        return view.entries[turn["press"]].title
    if "choose" in turn:
        return str(before["replies"][0]["buttons"][turn["choose"] - 1]["payload"])
    return str(turn["say"]) * turn.get("times", 1)


def check(turn: dict[str, Any], decision: dict[str, Any]) -> None:
    """Compare one Decision with its row, and with what holds for every turn."""
    (reply,) = decision["replies"]
    seen = f"{decision['status']} {decision['entry_id']}: {reply['text'][:80]}"
    allowed = [turn["status"]] if isinstance(turn["status"], str) else turn["status"]
    assert decision["status"] in allowed or allowed == ["any"], seen
    for key, name in (("entry", "entry_id"), ("aspect", "aspect"), ("handoff", "handoff")):
        if key in turn:
            assert decision[name] == turn[key], seen
    for words in turn.get("has", ()):
        assert words in reply["text"], seen
    for words in turn.get("has_not", ()):
        assert words not in reply["text"], seen
    assert decision["status"] in set(Status) - {Status.ERROR_INTERNAL}, seen
    titles = [button["title"] for button in reply["buttons"]]
    assert "都不是" in titles or titles[-3:] == [button.title for button in NEXT_STEPS], seen
    if decision["status"] in ("answered_entry", "answered_guide", "answered_aspect"):
        assert decision["sources"], seen
        assert decision["entry_id"], seen
