"""From one turn to the next: what is remembered, and told again only while it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.answering.conversation import KnowledgeView, Memory
from assistant.answering.decide import decide, memory_after
from assistant.knowledge.registers import Registers
from tests.answering.decide_rows import CARD, RANKED, RENEWAL, SURE_OF_RENEWAL, told
from tests.builders import NOW, OFFERED, a_question, a_view, an_entry


@pytest.mark.parametrize(
    ("remembered", "now", "repeat", "follow_up"),
    [
        pytest.param("id-card/expired", datetime(2026, 11, 24, 4, 0, tzinfo=UTC),
                     "answered_guide", "answered_aspect", id="on its last day"),
        pytest.param("id-card/expired", NOW, "unanswerable_no_entry", "unanswerable_no_entry",
                     id="the day after"),
        pytest.param("id-card/gone", NOW, "unanswerable_no_entry", "unanswerable_no_entry",
                     id="gone with a new edition"),
        pytest.param("id-card/replaced", NOW, "answered_guide", "answered_aspect", id="replaced"),
    ],
)  # fmt: skip
def test_an_answer_is_told_again_only_while_it_holds(
    remembered: str, now: datetime, repeat: str, follow_up: str, view: KnowledgeView
) -> None:
    """A rule that ended between two turns is not told in the second."""
    memory = Memory(entry_id=remembered)
    again = told(view, "再说一遍", "repeat", memory=memory, now=now)
    part = told(view, "收费吗", "ask_fee", memory=memory, now=now)

    assert (again.status, part.status) == (repeat, follow_up)
    if remembered == "id-card/replaced":
        assert again.text.startswith("按新规定办。")
        assert part.entry is not None
        assert part.entry.id == "id-card/successor"


def test_what_became_agents_only_is_not_told_again(registers: Registers) -> None:
    """Withdrawn from citizens means withdrawn from running conversations too."""
    view = a_view(registers, an_entry(RENEWAL, visibility="agent"))
    answer = told(view, "再说一遍", "repeat", memory=Memory(entry_id=RENEWAL))

    assert (answer.status, answer.entry) == ("unanswerable_no_entry", None)


@pytest.mark.parametrize(
    ("text", "intent", "more", "remembered"),
    [
        pytest.param("换身份证", "ask_guide", SURE_OF_RENEWAL, RENEWAL, id="what was answered"),
        pytest.param("谢谢", "thank", {}, CARD, id="thanks change nothing"),
        pytest.param("收费吗", "ask_fee", {}, CARD, id="a follow-up changes nothing"),
        pytest.param("护照怎么办", "ask_guide", {}, "", id="another matter without an answer"),
        pytest.param("换证", "ask_guide", {"ranked": RANKED, "probability": OFFERED}, "",
                     id="another matter that is being chosen"),
        pytest.param("武汉怎么换身份证", "ask_policy", {}, "", id="another city"),
        pytest.param("转人工", "request_human", {}, CARD, id="a wish for a person"),
    ],
)  # fmt: skip
def test_the_last_matter_is_remembered_until_another_is_named(
    text: str, intent: str, more: dict[str, Any], remembered: str, view: KnowledgeView
) -> None:
    """ "要带什么材料" is never answered for a matter that the talk has left."""
    question, memory = a_question(text, intent, **more), Memory(entry_id=CARD)

    assert memory_after(decide(question, memory, view), question, memory).entry_id == remembered


def test_an_offer_and_a_district_are_remembered(view: KnowledgeView) -> None:
    """A district stays until another is named; an offer stays for one turn."""
    question = a_question("青湖区换证", "ask_guide", ranked=RANKED, probability=OFFERED)
    memory = memory_after(decide(question, Memory(), view), question, Memory())

    assert memory == Memory(district="qinghu", offered=RANKED)
    thanks = a_question("谢谢", "thank")
    after = memory_after(decide(thanks, memory, view), thanks, memory)
    assert after == Memory(district="qinghu")
