"""The Decision and the payload have the shape that contracts.md fixes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.answering import compose
from assistant.answering.conversation import KnowledgeView
from assistant.answering.decision import decision_of, request_type
from assistant.answering.payload import payload_of
from assistant.knowledge.registers import Registers
from tests.builders import NOW, a_view, an_entry

# contracts.md, "Decision"; `id` is added by the command.
DECISION_KEYS = {
    "text", "status", "intent", "intent_confidence", "request_type", "topic", "department",
    "alternatives", "place", "danger", "hotline_number", "entry_id", "edition", "score", "aspect",
    "sources", "replies", "handoff", "elapsed_ms",
}  # fmt: skip
# contracts.md, "Reply"; `id`, `from` and `created_at` are added by the worker.
REPLY_KEYS = {
    "status", "text", "kind", "buttons", "entry_id", "edition", "sources", "ticket",
    "hotline_number",
}  # fmt: skip
PARSED = {
    "intent": {"name": "ask_materials", "confidence": 0.93456},
    "passages": {
        "edition": "test-edition",
        "probability": 0.91,
        "ranked": [
            {"entry_id": "id-card/renewal", "score": 9.5},
            {"entry_id": "social-insurance/card", "score": 7.25},
            {"entry_id": "social-insurance/other", "score": 7.0},
            {"entry_id": "id-card/gone", "score": 6.0},
        ],
    },
}


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    return a_view(
        registers,
        an_entry(),
        an_entry("social-insurance/card", owner="human-resources"),
        an_entry("social-insurance/other", owner="human-resources"),
    )


def decided(
    view: KnowledgeView, *payloads: dict[str, Any], text: str = "换身份证"
) -> dict[str, Any]:
    """Return the Decision of a turn with these payloads."""
    return decision_of(text=text, parsed=PARSED, payloads=payloads, view=view, elapsed_ms=12.34)


def test_a_decision_has_every_key_and_is_json(view: KnowledgeView) -> None:
    """Other programs read these keys."""
    entry = view.entries["id-card/renewal"]
    decision = decided(view, payload_of(compose.aspect_answer(entry, "materials", view, NOW), view))

    assert set(decision) >= DECISION_KEYS
    assert json.loads(json.dumps(decision)) == decision
    assert {key: decision[key] for key in DECISION_KEYS - {"replies", "sources"}} == {
        "text": "换身份证",
        "status": "answered_aspect",
        "intent": "ask_materials",
        "intent_confidence": 0.9346,
        "request_type": "咨询",
        "topic": ["公共安全", "户籍", "身份证"],
        "department": "public-security",
        "alternatives": [{"department": "human-resources", "score": 7.25}],
        "place": {"district": "", "street": "", "detail": ""},
        "danger": None,
        "hotline_number": None,
        "entry_id": "id-card/renewal",
        "edition": "test-edition",
        "score": 0.91,
        "aspect": "materials",
        "handoff": False,
        "elapsed_ms": 12.3,
    }


@pytest.mark.parametrize("status", ["answered_entry", "answered_guide", "answered_aspect"])
def test_what_is_answered_has_sources(status: str, view: KnowledgeView) -> None:
    """An answer without a source is no answer."""
    entry = view.entries["id-card/renewal"]
    answer = compose.entry_answer(entry, view, NOW)
    (source,) = decided(view, {**payload_of(answer, view), "status": status})["sources"]

    assert set(source) >= {"title", "document_no", "clause", "valid_from"}
    assert source["valid_from"] == entry.valid_from


def test_a_payload_has_every_key_of_a_reply(view: KnowledgeView) -> None:
    """What an action makes can become a stored reply."""
    payload = payload_of(compose.entry_answer(an_entry(), view, NOW), view)

    assert set(payload) >= REPLY_KEYS
    assert payload["kind"] in ("text", "card", "options", "danger")
    assert all(set(button) == {"title", "payload"} for button in payload["buttons"])
    assert payload["last_checked_on"] == ""


def test_a_reply_in_a_decision_has_text_and_buttons(view: KnowledgeView) -> None:
    """What is printed is what a citizen sees."""
    answer = compose.options([an_entry()], view)
    (reply,) = decided(view, payload_of(answer, view))["replies"]

    assert reply["text"] == answer.text
    assert reply["buttons"][-1] == {"title": "都不是", "payload": "都不是我要问的"}


@pytest.mark.parametrize(
    ("aspect", "shown"),
    [
        ("materials", "materials"), ("fee", "fee"), ("time_limit", "time_limit"),
        ("place", "place"), ("process", "process"), ("basis", "basis"),
        ("contact", None), ("forms", None), ("mistakes", None), (None, None),
    ],
)  # fmt: skip
def test_a_decision_names_only_aspects_of_the_contract(
    aspect: str | None, shown: str | None, view: KnowledgeView
) -> None:
    """Programs that know six aspects never meet a seventh."""
    assert decided(view, {"aspect": aspect})["aspect"] == shown


@pytest.mark.parametrize(
    ("status", "handoff"),
    [("handoff_offered", True), ("answered_entry", False), ("smalltalk", False)],
)
def test_a_handoff_is_marked(status: str, view: KnowledgeView, *, handoff: bool) -> None:
    """Who was told how to reach a person can be counted."""
    assert decided(view, {"status": status})["handoff"] is handoff


def test_a_turn_without_payload_is_an_error(view: KnowledgeView) -> None:
    """Silence is never reported as an answer."""
    decision = decided(view)

    assert (decision["status"], decision["entry_id"], decision["replies"]) == (
        "error_internal", None, [],
    )  # fmt: skip


def test_a_message_that_was_not_understood_still_has_every_key(view: KnowledgeView) -> None:
    """Empty text has no intent and no passages."""
    decision = decision_of(text="", parsed={}, payloads=(), view=view, elapsed_ms=0)

    assert set(decision) >= DECISION_KEYS
    assert (decision["intent"], decision["intent_confidence"], decision["score"]) == ("", 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("青湖区换身份证", {"district": "青湖区", "street": "", "detail": ""}),
        ("文华街道书院社区", {"district": "云山区", "street": "文华街道", "detail": "书院社区"}),
        ("从武汉来换身份证", {"district": "", "street": "", "detail": ""}),
    ],
)
def test_a_decision_tells_the_place_that_is_named(
    text: str, place: dict[str, str], view: KnowledgeView
) -> None:
    """District, street and community by their official names; another city is none of them."""
    assert decided(view, text=text)["place"] == place


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        ("ask_policy", "咨询"), ("ask_place", "咨询"), ("seek_help", "求助"), ("complain", "投诉"),
        ("report_violation", "举报"), ("suggest", "建议"), ("praise", "表扬"),
        ("greet", None), ("request_human", None), ("", None),
    ],
)  # fmt: skip
def test_an_intent_is_a_kind_of_request_or_none(intent: str, kind: str | None) -> None:
    """Six kinds of requests, named as the hotline names them."""
    assert request_type(intent) == kind
