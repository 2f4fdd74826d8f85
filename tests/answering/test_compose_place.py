"""Where to go and whether it is open: halls by name, matter and district, hours by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from assistant.answering.compose_place import opening_hours, topic_named, where
from assistant.answering.conversation import KnowledgeView, Question
from assistant.clock import SHANGHAI
from assistant.knowledge.registers import Registers
from tests.builders import a_question, a_view, an_entry

HALL = "云州市政务服务中心"  # 周一至周五 9:00—12:00、13:30—17:00, 法定节假日休息


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    return a_view(registers, an_entry())


def asked_at(text: str, moment: str) -> Question:
    """Return a question about hours, asked at a local time."""
    return a_question(
        text, "ask_opening_hours", now=datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    )


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        pytest.param("2026-11-25T10:00", "现在正在办公，今天12:00午休。", id="in the morning"),
        pytest.param("2026-11-25T08:59", "现在没有开门，今天9:00开门。", id="a minute too early"),
        pytest.param("2026-11-25T12:00", "现在没有开门，今天13:30开门。", id="lunch begins"),
        pytest.param("2026-11-25T13:30", "现在正在办公，今天17:00下班。", id="lunch is over"),
        pytest.param(
            "2026-11-25T17:00", "现在没有开门，明天（11月26日周四）9:00开门。", id="after closing"
        ),
        pytest.param("2026-11-28T10:00", "现在没有开门，11月30日周一9:00开门。", id="a weekend"),
        pytest.param("2026-10-01T10:00", "国庆节放假，10月8日周四9:00开门。", id="a holiday"),
        pytest.param("2026-10-10T10:00", "现在正在办公，今天12:00午休。", id="a make-up Saturday"),
        pytest.param("2030-03-05T10:00", "今年的放假安排还没有录入", id="a year not entered"),
    ],
)
def test_whether_a_hall_is_open_follows_the_clock_and_the_calendar(
    moment: str, state: str, view: KnowledgeView
) -> None:
    """现在开门吗 is answered for this minute, and never guessed."""
    answer = opening_hours(asked_at(f"{HALL}现在开门吗", moment), None, "", view)

    assert answer.status == "answered_place"
    assert state in answer.text
    assert answer.text.split("\n\n")[-1] == f"来源：{view.registers.halls_source}"


@pytest.mark.parametrize(
    ("text", "district", "halls"),
    [
        pytest.param("青湖区政务服务中心几点下班", "", ["青湖区政务服务中心"], id="by name"),
        pytest.param("市民中心周六上班吗", "", [HALL], id="by another name"),
        pytest.param("你们几点上班", "", [HALL], id="you means the city's hall"),
        pytest.param("几点开门", "linjiang", ["临江区政务服务中心"], id="by district"),
    ],
)
def test_the_hall_that_is_meant_is_told(
    text: str, district: str, halls: list[str], view: KnowledgeView
) -> None:
    """A name counts first, then the matter, then the district."""
    answer = opening_hours(asked_at(text, "2026-11-25T10:00"), None, district, view)

    assert answer.status == "answered_place"
    assert answer.text.startswith(f"**{halls[0]}**")
    assert answer.entry is None


def test_halls_of_the_matter_are_told_when_none_is_named(view: KnowledgeView) -> None:
    """The entry that was answered chooses the halls and is cited."""
    entry = view.entries["id-card/renewal"]
    answer = opening_hours(asked_at("现在开门吗", "2026-11-25T10:00"), entry, "qinghu", view)

    assert "青湖区" in answer.text
    assert answer.entry == entry


@pytest.mark.parametrize("text", ["青湖区政务服务中心几点下班", "公积金中心几点下班"])
def test_an_entry_about_another_matter_is_not_cited(text: str, view: KnowledgeView) -> None:
    """A hall that the citizen names has nothing to do with what was answered before."""
    entry = view.entries["id-card/renewal"]

    assert opening_hours(asked_at(text, "2026-11-25T10:00"), entry, "", view).entry is None


def test_a_citizen_who_names_no_hall_is_asked_which(view: KnowledgeView) -> None:
    """Nobody is sent to a hall by chance."""
    answer = opening_hours(asked_at("现在开门吗", "2026-11-25T10:00"), None, "", view)

    assert answer.status == "clarify_slot"
    assert "哪个网点" in answer.text


def test_a_matters_place_is_told_with_the_districts_hall(view: KnowledgeView) -> None:
    """The entry's own words come first, then where to go in the district."""
    entry = view.entries["id-card/renewal"]
    answer = where(a_question("在哪办", "ask_place"), entry, "qinghu", view)

    assert answer is not None
    first, intro, hall = answer.text.split("\n\n")[:3]
    assert first == "【身份证到期怎么换领？】办理地点：\n任一公安派出所户籍窗口。"
    assert intro.startswith("可以去以下网点")
    assert "青湖区" in hall
    assert (answer.status, answer.aspect, answer.entry) == ("answered_place", "place", entry)


def test_a_topic_in_the_words_is_enough_to_list_halls(view: KnowledgeView) -> None:
    """公积金在青湖区哪里办 needs no entry; the register is the source."""
    answer = where(a_question("青湖区公积金在哪办", "ask_place"), None, "qinghu", view)

    assert answer is not None
    assert answer.entry is None
    assert answer.text.split("\n\n")[-1] == f"来源：{view.registers.halls_source}"


def test_without_a_matter_no_place_is_told(view: KnowledgeView) -> None:
    """在哪办 alone names nothing."""
    assert where(a_question("在哪办", "ask_place"), None, "", view) is None


def test_an_entry_without_halls_or_place_section_has_no_place(view: KnowledgeView) -> None:
    """Nothing is made up when neither the entry nor the register knows where."""
    bare = replace(view, registers=replace(view.registers, halls=()))
    entry = an_entry(sections={"fee": "20元。"})

    assert where(a_question("在哪办", "ask_place"), entry, "", bare) is None


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("公积金中心几点开门", "fund"),
        ("身份证", "id-card"),
        ("住房公积金贷款", "fund"),
        ("居住证怎么办", "residence"),
        ("天气怎么样", ""),
        ("", ""),
    ],
)
def test_the_longest_word_names_the_topic(text: str, topic: str, view: KnowledgeView) -> None:
    """Each of the citizens' words leads to its own topic."""
    assert topic_named(text, view) == topic


def test_every_word_of_the_register_leads_to_its_topic(registers: Registers) -> None:
    """Each key reaches what its name says."""
    view = a_view(registers)
    for topic in registers.topics.values():
        for word in topic.words:
            assert topic_named(word, view) == topic.id, word
