"""Each step of the table, reached and refused; the first that answers wins."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answering.conversation import KnowledgeView, Memory
from assistant.answering.decide import PHRASE_INTENTS, STEPS
from assistant.answering.payload import payload_of
from assistant.knowledge.phrases import PHRASES
from tests.answering.decide_rows import OLD_LINES, RANKED, REACHED, REFUSED, SURE_OF_RENEWAL, told
from tests.builders import OFFERED, SURE, UNKNOWN, a_question


@pytest.mark.parametrize(("text", "intent", "more", "status", "entry_id", "words"), REACHED)
def test_a_message_reaches_its_step(
    text: str,
    intent: str,
    more: dict[str, Any],
    status: str,
    entry_id: str | None,
    words: str,
    view: KnowledgeView,
) -> None:
    """Every kind of message gets the kind of answer that was promised for it."""
    answer = told(view, text, intent, **more)

    assert answer.status == status
    assert (answer.entry.id if answer.entry else None) == entry_id
    assert words in answer.text


@pytest.mark.parametrize(("text", "intent", "more", "status"), REFUSED)
def test_a_step_leaves_what_is_not_its_own(
    text: str, intent: str, more: dict[str, Any], status: str, view: KnowledgeView
) -> None:
    """A message that only looks like one kind is answered as what it is."""
    assert told(view, text, intent, **more).status == status


def test_a_sure_entry_about_12345_is_told_without_the_registers_words(view: KnowledgeView) -> None:
    """Of the hotline itself the entry says more than the register."""
    answer = told(view, "12345管什么", "ask_policy", ranked=(OLD_LINES,), probability=SURE)

    assert answer.text.startswith("12333和12319照常接听")


def test_every_step_has_been_seen(view: KnowledgeView) -> None:
    """The table has no step that these rows do not reach."""
    seen = set()
    for row in REACHED:
        text, intent, more, *_expected = row.values
        more = dict(more)
        question = a_question(text, intent, **{k: v for k, v in more.items() if k != "memory"})
        memory = more.get("memory", Memory())
        seen.add(next(step.__name__ for step in STEPS if step(question, memory, view)))
    assert {step.__name__ for step in STEPS} == seen


@pytest.mark.parametrize(
    ("payload", "status", "words"),
    [
        ("转人工", "handoff_offered", "没有在线坐席"),
        ("我要提交诉求", "handoff_offered", "还不能登记诉求"),
        ("你能回答哪些问题", "smalltalk", "可以回答"),
        ("都不是我要问的", "smalltalk", "都不是您要问的"),
    ],
)
@pytest.mark.parametrize("heard", ["out_of_scope_legal", "ask_policy", "nlu_fallback", "abuse"])
def test_a_button_means_what_it_says_whatever_was_heard(
    payload: str, status: str, words: str, heard: str, view: KnowledgeView
) -> None:
    """What our own buttons send is known, and neither classifier nor retrieval is asked."""
    answer = told(view, payload, heard, confidence=0.3, **SURE_OF_RENEWAL)

    assert (answer.status, answer.entry) == (status, None)
    assert words in answer.text


def test_a_numbers_answer_names_the_registers_source_once_it_is_loaded(
    view: KnowledgeView,
) -> None:
    """The register's own source closes its answer."""
    line: Any = SimpleNamespace(
        **{**vars(view.registers.legacy_numbers["96119"]), "source": "《归并方案》附件"}
    )
    registers = replace(view.registers, legacy_numbers={"96119": line})
    answer = told(replace(view, registers=registers), "96119还能打吗", "chitchat")

    assert answer.text.endswith("来源：《归并方案》附件")


def test_a_grievance_comes_with_rules_that_may_concern_it(view: KnowledgeView) -> None:
    """Who complains about a matter with a rule can read the rule."""
    answer = told(view, "身份证一直换不了", "complain", ranked=RANKED, probability=OFFERED)
    far = told(view, "身份证一直换不了", "complain", ranked=RANKED, probability=UNKNOWN)

    assert [button.title for button in answer.buttons][:3] == [
        view.entries[entry_id].title for entry_id in RANKED
    ]
    assert (answer.offered, far.offered) == (RANKED, ())


def test_every_phrase_of_the_register_is_said_somewhere() -> None:
    """No reviewed sentence lies unused."""
    import ast
    from pathlib import Path

    from assistant.answering import decide as module

    said = {
        node.value
        for path in sorted(Path(module.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(PHRASES) - said == set()
    assert {key for key, _status in PHRASE_INTENTS.values()} <= set(PHRASES)


def test_a_payload_is_made_of_every_answer(view: KnowledgeView) -> None:
    """Whatever is decided can be stored and sent."""
    for row in REACHED:
        text, intent, more, status, *_rest = row.values
        assert payload_of(told(view, text, intent, **more), view)["status"] == status
