"""What a citizen reads: reviewed words unchanged, then source, day of force, department, way on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assistant.answering import compose, compose_place
from assistant.answering.conversation import Answer, KnowledgeView
from assistant.answering.payload import payload_of
from assistant.knowledge.entry import ASPECT_HEADINGS, Kind
from assistant.knowledge.registers import Registers
from tests.builders import NOW, SOURCE, a_question, a_view, an_entry

SOURCE_LINE = (
    "来源：《云州市身份证办理规定》（云公发〔2024〕3号（示例））第五条；"
    "2024-03-01起施行；负责部门：云州市公安局"
)


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    return a_view(registers, an_entry())


def answers_of_substance(view: KnowledgeView) -> dict[str, Answer]:
    """Return every kind of answer that tells an entry."""
    entry = an_entry()
    where = compose_place.where(a_question("在哪办", "ask_place"), entry, "", view)
    assert where is not None
    return {
        "guide": compose.entry_answer(entry, view, NOW),
        "faq": compose.entry_answer(an_entry(kind=Kind.FAQ), view, NOW),
        "place": where,
        **{aspect: compose.aspect_answer(entry, aspect, view, NOW) for aspect in entry.sections},
        "missing section": compose.aspect_answer(entry, "forms", view, NOW),
    }


@pytest.mark.parametrize(
    "kind",
    ["guide", "faq", "place", "basis", "time_limit", "materials", "fee", "missing section"],
)
def test_an_answer_of_substance_ends_with_where_it_comes_from_and_the_way_on(
    kind: str, view: KnowledgeView
) -> None:
    """Source, document number, first day of force and department stand last; then the buttons."""
    answer = answers_of_substance(view)[kind]

    assert answer.text.split("\n\n")[-1] == SOURCE_LINE
    assert answer.buttons[-3:] == compose.NEXT_STEPS
    assert payload_of(answer, view)["sources"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"kind": Kind.GUIDE}, "answered_guide"), ({"kind": Kind.FAQ}, "answered_entry")],
)
def test_the_whole_answer_is_the_reviewed_text(
    changes: dict[str, Kind], status: str, view: KnowledgeView
) -> None:
    """Not a word is changed, not even braces and signs that templates would eat."""
    text = "带 {证件}、<旧证> 和 ${照片}，见 #12345。"
    answer = compose.entry_answer(an_entry(answer=text, **changes), view, NOW)

    assert answer.status == status
    assert answer.text == f"{text}\n\n{SOURCE_LINE}"
    assert answer.sections[0] == ("依据", "《云州市身份证办理规定》第五条。")


@pytest.mark.parametrize("aspect", ["basis", "time_limit", "materials", "fee", "place"])
def test_one_aspect_is_told_under_its_heading(aspect: str, view: KnowledgeView) -> None:
    """Who asks for one part sees of what it is a part, and can ask for the others."""
    entry = an_entry()
    answer = compose.aspect_answer(entry, aspect, view, NOW)

    lead = f"【{entry.title}】{ASPECT_HEADINGS[aspect]}：\n{entry.sections[aspect]}"
    assert answer.text == f"{lead}\n\n{SOURCE_LINE}"
    assert (answer.status, answer.aspect) == ("answered_aspect", aspect)
    own = {"materials": "要带的材料", "fee": "收费", "time_limit": "办理时限"}.get(aspect, "")
    assert own not in {button.title for button in answer.buttons}


def test_sections_that_do_not_apply_get_no_button(view: KnowledgeView) -> None:
    """A button never leads to "不适用"."""
    sections = {"materials": "不适用：不需要材料。", "fee": "20元。", "forms": "见窗口。"}
    answer = compose.entry_answer(an_entry(sections=sections), view, NOW)

    assert [button.title for button in answer.buttons] == ["收费", "转人工", "提交诉求", "更多问题"]


def test_an_answer_for_one_district_says_so(view: KnowledgeView) -> None:
    """Where a rule holds is part of the answer."""
    entry = an_entry(area="qinghu")

    assert "（本答复适用于青湖区。）" in compose.entry_answer(entry, view, NOW).text
    assert "（本答复适用于青湖区。）" in compose.aspect_answer(entry, "fee", view, NOW).text
    assert "本答复适用于" not in compose.entry_answer(an_entry(), view, NOW).text


def test_a_rule_of_the_future_is_told_with_the_one_that_still_holds(registers: Registers) -> None:
    """自X日起…，目前仍…: both ways round, for the whole answer, an aspect and a place."""
    former = an_entry("id-card/now", answer="现在的规定。", valid_to="2026-12-31")
    coming = an_entry(
        "id-card/next", answer="以后的规定。", valid_from="2027-01-01", supersedes="id-card/now"
    )
    view = a_view(registers, former, coming)

    for entry in (former, coming):
        where = compose_place.where(a_question("在哪办", "ask_place"), entry, "", view)
        assert where is not None
        for answer in (
            compose.entry_answer(entry, view, NOW),
            compose.aspect_answer(entry, "fee", view, NOW),
            where,
        ):
            assert answer.entry == former
            assert answer.text.startswith("请注意：自2027-01-01起将执行新的规定，目前仍按")
            assert "以后的规定" not in answer.text


def test_a_rule_of_the_future_alone_is_told_as_such(view: KnowledgeView) -> None:
    """What is not yet in force is never told as if it were."""
    answer = compose.entry_answer(an_entry(valid_from="2027-01-01"), view, NOW)

    assert answer.text.startswith("请注意：下面的规定自2027-01-01起施行，目前还没有生效")


def test_a_coming_rule_for_agents_only_is_not_announced(registers: Registers) -> None:
    """Internal drafts do not leak through the note on the future."""
    coming = an_entry(
        "id-card/next", visibility="agent", valid_from="2027-01-01", supersedes="id-card/renewal"
    )
    view = a_view(registers, an_entry(), coming)

    assert "请注意" not in compose.entry_answer(view.entries["id-card/renewal"], view, NOW).text


def test_an_expired_entry_is_told_as_its_successor(registers: Registers) -> None:
    """Whoever hands an old entry over, the new words are told."""
    old = an_entry("id-card/old", answer="旧规定。", valid_to="2026-10-31")
    new = an_entry(
        "id-card/new", answer="新规定。", valid_from="2026-11-01", supersedes="id-card/old"
    )
    answer = compose.entry_answer(old, a_view(registers, old, new), NOW)

    assert answer.entry == new
    assert answer.text.startswith("新规定。")


@pytest.mark.parametrize(
    ("intro", "start"),
    [("options_intro", "您想问的是下面哪一个"), ("no_entry_close", "没有查到与您的问题完全一致")],
)
def test_an_offer_has_a_button_for_each_question_and_one_for_none(
    intro: str, start: str, view: KnowledgeView
) -> None:
    """A citizen always can say that none is meant."""
    entries = [an_entry("id-card/a", title="甲？"), an_entry("id-card/b", title="乙？")]
    answer = compose.options(entries, view, intro=intro)

    assert answer.text.startswith(start)
    assert [button.title for button in answer.buttons] == ["甲？", "乙？", "都不是"]
    assert answer.offered == ("id-card/a", "id-card/b")
    assert (answer.status, answer.kind) == ("clarify_options", "options")


def test_another_citys_hotline_is_named_with_its_area_code(view: KnowledgeView) -> None:
    """Who asks for another city's rules leaves with a number to call."""
    city = view.registers.other_cities["武汉市"]
    answer = compose.other_city(city, view)

    assert "027-12345" in answer.text
    assert (answer.status, answer.buttons) == ("redirected_lawful_path", compose.NEXT_STEPS)


def test_every_lawful_way_names_its_law_and_its_number(view: KnowledgeView) -> None:
    """A refusal is a way on: where to go, and by which law."""
    for found in view.registers.out_of_scope:
        answer = compose.lawful_path(found)

        assert found.phone in answer.text
        assert found.source.title in answer.text.split("\n\n")[-1]
        assert answer.buttons == compose.NEXT_STEPS


def test_what_became_of_numbers_is_told_with_the_registers_source(registers: Registers) -> None:
    """Each line's own sentence, in the order asked, then where it stands."""
    lines = [registers.legacy_numbers["96119"], registers.legacy_numbers["12319"]]
    answer = compose.old_numbers(lines, "《归并方案》附件")

    assert answer.text.split("\n\n") == [lines[0].answer, lines[1].answer, "来源：《归并方案》附件"]
    assert (answer.status, answer.entry) == ("redirected_lawful_path", None)
    assert answer.buttons == compose.NEXT_STEPS


def test_the_human_channel_is_told_truthfully(view: KnowledgeView) -> None:
    """There is no agent online, and nobody is left waiting for one."""
    text = compose.phrase("human_not_yet", view).text

    assert "没有在线坐席" in text
    assert "拨打12345" in text


@pytest.mark.parametrize("key", ["fallback", "unavailable", "no_entry", "abuse", "chitchat"])
def test_a_phrase_leaves_the_next_steps(key: str, view: KnowledgeView) -> None:
    """No reply is a dead end."""
    assert compose.phrase(key, view).buttons == compose.NEXT_STEPS


def test_sources_of_a_payload_keep_every_document(view: KnowledgeView) -> None:
    """All documents of an entry are cited, not only the one in the text."""
    second = SimpleNamespace(**{**vars(SOURCE), "title": "另一份文件"})
    entry = an_entry(sources=(SOURCE, second))
    sources = payload_of(compose.entry_answer(entry, view, NOW), view)["sources"]

    assert [source["title"] for source in sources] == ["云州市身份证办理规定", "另一份文件"]
    assert {source["valid_from"] for source in sources} == {"2024-03-01"}
