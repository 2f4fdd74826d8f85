"""Our actions work the same in the worker and under rasa_sdk's own executor."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant.retrieval.live_index import LoadedEdition
from assistant.worker.actions_in_process import InProcessActions

SLOTS = {"entry_id": "", "district": "", "offered": []}


def call(
    text: str, intent: str, slots: dict[str, Any], passages: dict[str, Any] | None
) -> dict[str, Any]:
    """Return what Rasa sends to an action server for one message."""
    message: dict[str, Any] = {"text": text, "intent": {"name": intent, "confidence": 0.95}}
    if passages is not None:
        message["passages"] = passages
    return {
        "next_action": "action_answer_question",
        "sender_id": "c-1",
        "version": "3.6.21",
        "domain": {},
        "tracker": {
            "sender_id": "c-1",
            "slots": {**SLOTS, **slots},
            "latest_message": message,
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": None,
        },
    }


def passages_of(text: str, loaded: LoadedEdition) -> dict[str, Any]:
    """Return what the retriever attaches to a message."""
    candidates, probability = loaded.ranked(text, 8)
    return {
        "edition": loaded.edition.id,
        "probability": probability,
        "ranked": [{"entry_id": item.doc_id, "score": item.score} for item in candidates],
    }


def under_the_sdk(request: dict[str, Any]) -> dict[str, Any]:
    """Run a call as `rasa run actions` does."""
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    result: dict[str, Any] = asyncio.run(executor.run(request))
    return result


def in_the_worker(request: dict[str, Any]) -> dict[str, Any]:
    """Run a call as the worker does."""
    return asyncio.run(InProcessActions().request("post", json=request))


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "intent", "slots", "status"),
    [
        ("社保卡丢了怎么补", "ask_guide", {}, None),
        ("收费吗", "ask_fee", {"entry_id": "social-insurance/lost-card"}, "answered_aspect"),
        ("第一个", "chitchat", {"offered": ["social-insurance/lost-card"]}, "answered_guide"),
        ("去哪里办", "ask_place",
         {"entry_id": "social-insurance/lost-card", "district": "qinghu"}, "answered_place"),
        ("再说一遍", "repeat", {"entry_id": "gone/long-ago"}, "unanswerable_no_entry"),
        ("转人工", "request_human", {}, "handoff_offered"),
        ("你好", "greet", {}, "smalltalk"),
        ("👍", "chitchat", {}, "smalltalk"),
    ],
)  # fmt: skip
def test_an_action_says_and_remembers_the_same_in_both(
    text: str, intent: str, slots: dict[str, Any], status: str | None, loaded: LoadedEdition
) -> None:
    """A developer's action server and the worker never differ."""
    request = call(text, intent, slots, passages_of(text, loaded))
    result = in_the_worker(request)

    assert result == under_the_sdk(request)
    (response,) = result["responses"]
    assert status in (None, response["custom"]["status"])
    assert response["text"] is None
    assert [event["name"] for event in result["events"]] == ["entry_id", "district", "offered"]


@pytest.mark.model
def test_an_action_without_a_search_says_that_it_cannot_answer() -> None:
    """An intent that was injected without text has no candidates, and none are made up."""
    result = in_the_worker(call("怎么补", "ask_guide", {}, None))

    (response,) = result["responses"]
    assert response["custom"]["status"] == "error_internal"
    assert "拨打12345" in response["custom"]["text"]


@pytest.mark.model
def test_the_entry_that_was_told_is_remembered_and_an_offer_lasts_one_turn(
    loaded: LoadedEdition,
) -> None:
    """Slots carry exactly what the next turn may need."""
    slots = {"offered": ["social-insurance/lost-card"], "district": "qinghu"}
    result = in_the_worker(call("1", "chitchat", slots, passages_of("1", loaded)))

    assert {event["name"]: event["value"] for event in result["events"]} == {
        "entry_id": "social-insurance/lost-card",
        "district": "qinghu",
        "offered": [],
    }
