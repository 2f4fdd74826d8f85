"""Each step of the table, reached and refused; the first that answers wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answering.conversation import Answer, KnowledgeView, Memory
from assistant.answering.decide import PHRASE_INTENTS, STEPS, decide, memory_after
from assistant.answering.payload import payload_of
from assistant.knowledge.entry import Kind
from assistant.knowledge.phrases import PHRASES
from assistant.knowledge.registers import Registers
from tests.builders import NOW, OFFERED, SURE, UNKNOWN, a_question, a_view, an_entry

RENEWAL, LOST, CARD, OLD_LINES, WITHDRAWAL = (
    "id-card/renewal", "id-card/lost", "social-insurance/card", "service/old-hotlines",
    "fund/withdraw-rent",
)  # fmt: skip
RANKED = (RENEWAL, LOST, CARD)


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    return a_view(
        registers,
        an_entry(RENEWAL),
        an_entry(LOST, title="身份证丢失怎么补领？", answer="丢失的到派出所补领。"),
        an_entry(
            CARD,
            kind=Kind.FAQ,
            title="社保卡丢了怎么补？",
            answer="先挂失再补办，未成年人由监护人代办。",
            sections={
                "materials": "- 身份证原件1份",
                "process": "1. 到窗口申请。",
                "mistakes": "外地户口要带居住证。",
            },
        ),
        an_entry(
            OLD_LINES,
            kind=Kind.FAQ,
            title="老热线还能打吗？",
            answer="12333和12319照常接听，12345也管。",
            sections={},
        ),
        an_entry(WITHDRAWAL, title="租房怎么提取公积金？"),
        an_entry("id-card/expired", valid_to="2026-11-24"),
        an_entry("id-card/replaced", valid_to="2026-10-31"),
        an_entry(
            "id-card/successor",
            title="新规定？",
            answer="按新规定办。",
            valid_from="2026-11-01",
            supersedes="id-card/replaced",
        ),
    )


def told(
    view: KnowledgeView, text: str, intent: str, *, memory: Memory | None = None, **more: Any
) -> Answer:
    """Return the answer to one message."""
    return decide(a_question(text, intent, **more), memory or Memory(), view)


SURE_OF_RENEWAL = {"ranked": RANKED, "probability": SURE}
AFTER_RENEWAL = {"memory": Memory(entry_id=RENEWAL)}
AFTER_OFFER = {"memory": Memory(offered=(RENEWAL, LOST))}

# Message, intent, what else is known → status, entry, words that must stand in the answer.
REACHED = [
    pytest.param(
        "身份证丢失怎么补领",
        "chitchat",
        AFTER_OFFER,
        "answered_guide",
        LOST,
        "到派出所补领",
        id="chosen: a title",
    ),
    pytest.param(
        "第二个",
        "abuse",
        AFTER_OFFER,
        "answered_guide",
        LOST,
        "到派出所补领",
        id="chosen: a number",
    ),
    pytest.param(
        "是的",
        "affirm",
        {"memory": Memory(offered=(LOST,))},
        "answered_guide",
        LOST,
        "",
        id="chosen: yes to the only one",
    ),
    pytest.param(
        "再说一遍",
        "repeat",
        AFTER_RENEWAL,
        "answered_guide",
        RENEWAL,
        "带旧证",
        id="repeat: the last answer",
    ),
    pytest.param(
        "再说一遍",
        "repeat",
        AFTER_OFFER,
        "clarify_options",
        None,
        "您想问的是下面",
        id="repeat: the last offer",
    ),
    pytest.param(
        "再说一遍", "repeat", {}, "smalltalk", None, "没有可以重复的内容", id="repeat: nothing yet"
    ),
    pytest.param(
        "都不对",
        "none_of_these",
        AFTER_OFFER,
        "smalltalk",
        None,
        "都不是您要问的",
        id="none of these",
    ),
    pytest.param("👍", "chitchat", AFTER_RENEWAL, "smalltalk", None, "不客气", id="approval"),
    pytest.param(
        "asdfgh",
        "ask_fee",
        SURE_OF_RENEWAL,
        "clarify_slot",
        None,
        "没有听明白",
        id="nonsense, whatever retrieval thinks",
    ),
    pytest.param(
        "？？",
        "ask_policy",
        SURE_OF_RENEWAL,
        "clarify_slot",
        None,
        "没有听明白",
        id="signs, whatever retrieval thinks",
    ),
    pytest.param(
        "96119还能打吗",
        "chitchat",
        {"ranked": RANKED, "probability": OFFERED},
        "redirected_lawful_path",
        None,
        "96119已并入12345",
        id="an old number",
    ),
    pytest.param(
        "12319",
        "chitchat",
        {},
        "redirected_lawful_path",
        None,
        "12319与12345双号并行",
        id="a number alone is no nonsense",
    ),
    pytest.param(
        "12333并进来了吗",
        "query_progress",
        {"ranked": (OLD_LINES,), "probability": SURE},
        "answered_entry",
        OLD_LINES,
        "12333与12345双号并行",
        id="an old number and a sure entry",
    ),
    pytest.param("你好", "greet", {}, "smalltalk", None, "智能助手", id="firm: a greeting"),
    pytest.param(
        "转人工",
        "request_human",
        SURE_OF_RENEWAL,
        "handoff_offered",
        None,
        "没有在线坐席",
        id="firm: a person is wanted",
    ),
    pytest.param(
        "处理进度", "query_progress", {}, "handoff_offered", None, "拨打12345", id="firm: progress"
    ),
    pytest.param(
        "撤单", "withdraw_request", {}, "handoff_offered", None, "拨打12345", id="firm: withdrawal"
    ),
    pytest.param("差评", "rate", {}, "handoff_offered", None, "拨打12345", id="firm: a rating"),
    pytest.param(
        "身份证怎么换",
        "ask_policy",
        {"is_searched": False},
        "error_internal",
        None,
        "系统暂时不能答复",
        id="not searched",
    ),
    pytest.param(
        "武汉怎么换身份证",
        "ask_policy",
        SURE_OF_RENEWAL,
        "redirected_lawful_path",
        None,
        "027-12345",
        id="another city",
    ),
    pytest.param(
        "我要告局长受贿",
        "out_of_scope_legal",
        {},
        "redirected_lawful_path",
        None,
        "12388",
        id="the lawful way",
    ),
    pytest.param(
        "市民中心几点开门",
        "ask_opening_hours",
        {},
        "answered_place",
        None,
        "云州市政务服务中心",
        id="opening hours",
    ),
    pytest.param(
        "要带什么材料",
        "ask_materials",
        AFTER_RENEWAL,
        "answered_aspect",
        RENEWAL,
        "旧身份证原件",
        id="follow-up: an aspect",
    ),
    pytest.param(
        "在哪里办",
        "ask_place",
        AFTER_RENEWAL,
        "answered_place",
        RENEWAL,
        "户籍窗口",
        id="follow-up: the place",
    ),
    pytest.param(
        "那怎么办理",
        "ask_guide",
        AFTER_RENEWAL,
        "answered_guide",
        RENEWAL,
        "带旧证",
        id="follow-up: all of it",
    ),
    pytest.param(
        "要带什么材料",
        "ask_materials",
        {},
        "clarify_slot",
        None,
        "哪件事",
        id="follow-up: to nothing",
    ),
    pytest.param(
        "青湖区身份证在哪办",
        "ask_place",
        {},
        "answered_place",
        None,
        "青湖区",
        id="place of a topic in a district",
    ),
    pytest.param(
        "身份证到期了怎么换",
        "ask_guide",
        SURE_OF_RENEWAL,
        "answered_guide",
        RENEWAL,
        "带旧证",
        id="a sure answer",
    ),
    pytest.param(
        "换身份证收费吗",
        "ask_fee",
        SURE_OF_RENEWAL,
        "answered_aspect",
        RENEWAL,
        "20元",
        id="a sure aspect",
    ),
    pytest.param(
        "换身份证去哪办",
        "ask_place",
        SURE_OF_RENEWAL,
        "answered_place",
        RENEWAL,
        "户籍窗口",
        id="a sure place",
    ),
    pytest.param(
        "楼下油烟太大了", "complain", {}, "handoff_offered", None, "还不能登记诉求", id="a request"
    ),
    pytest.param(
        "补充一下门牌号",
        "add_information",
        {},
        "handoff_offered",
        None,
        "不能补充诉求材料",
        id="more information",
    ),
    pytest.param(
        "我要预约",
        "request_appointment",
        {},
        "clarify_slot",
        None,
        "不能代您预约",
        id="an appointment",
    ),
    pytest.param(
        "法院判决不公怎么办",
        "ask_policy",
        {},
        "redirected_lawful_path",
        None,
        "12368",
        id="the lawful way, whatever the intent",
    ),
    pytest.param(
        "那未成年人呢",
        "nlu_fallback",
        {"memory": Memory(entry_id=CARD)},
        "answered_entry",
        CARD,
        "未成年人由监护人代办",
        id="a circumstance that the answer names",
    ),
    pytest.param(
        "那外地户口呢",
        "nlu_fallback",
        {"memory": Memory(entry_id=CARD)},
        "answered_aspect",
        CARD,
        "要带居住证",
        id="a circumstance that a section names",
    ),
    pytest.param(
        "那别人代办呢",
        "ask_process",
        {"memory": Memory(entry_id=CARD)},
        "answered_entry",
        CARD,
        "监护人代办",
        id="a circumstance made of empty words",
    ),
    pytest.param(
        "那外地户口呢",
        "ask_policy",
        {"memory": Memory(entry_id=CARD), "ranked": RANKED, "probability": OFFERED},
        "answered_aspect",
        CARD,
        "要带居住证",
        id="a circumstance that the entry names beats an offer",
    ),
    pytest.param(
        "我住东岭区",
        "chitchat",
        AFTER_RENEWAL,
        "answered_place",
        RENEWAL,
        "东岭区",
        id="a district alone, whatever was heard",
    ),
    pytest.param(
        "收费吗",
        "ask_fee",
        AFTER_OFFER,
        "clarify_options",
        None,
        "您想问的是下面",
        id="follow-up: to an offer",
    ),
    pytest.param(
        "我去信访局上访过一直没结果",
        "query_progress",
        SURE_OF_RENEWAL,
        "redirected_lawful_path",
        None,
        "信访",
        id="the progress of what is not ours",
    ),
    pytest.param(
        "公积金怎么提取",
        "ask_guide",
        {"ranked": (RENEWAL, WITHDRAWAL)},
        "clarify_options",
        None,
        "您想问的是下面",
        id="a topic and a word of several entries",
    ),
    pytest.param(
        "那外国人呢",
        "nlu_fallback",
        AFTER_RENEWAL,
        "clarify_options",
        None,
        "没有查到",
        id="a circumstance that the entry does not name",
    ),
    pytest.param(
        "那青湖区的呢",
        "nlu_fallback",
        AFTER_RENEWAL,
        "answered_place",
        RENEWAL,
        "青湖区",
        id="another district",
    ),
    pytest.param(
        "那外国人呢",
        "nlu_fallback",
        {},
        "clarify_slot",
        None,
        "哪件事",
        id="a circumstance of nothing",
    ),
    pytest.param(
        "身份证",
        "ask_guide",
        {"ranked": RANKED},
        "clarify_options",
        None,
        "您想问的是下面",
        id="a topic and nothing else",
    ),
    pytest.param(
        "换证的事情",
        "ask_policy",
        {"ranked": RANKED, "probability": OFFERED},
        "clarify_options",
        None,
        "您想问的是下面",
        id="a likely offer",
    ),
    pytest.param(
        "换证的事情",
        "ask_policy",
        {"ranked": RANKED, "probability": 0.3},
        "clarify_options",
        None,
        "没有查到与您的问题完全一致",
        id="an unlikely offer",
    ),
    pytest.param(
        "讲个笑话", "chitchat", {}, "unanswerable_out_of_domain", None, "答不好", id="chitchat"
    ),
    pytest.param("废物", "abuse", {}, "smalltalk", None, "很抱歉", id="abuse"),
    pytest.param(
        "月球上怎么种菜",
        "ask_policy",
        {"ranked": RANKED},
        "unanswerable_no_entry",
        None,
        "没有查到",
        id="no rule",
    ),
    pytest.param(
        "嗡嗡隆隆",
        "nlu_fallback",
        {"confidence": 0.25},
        "clarify_slot",
        None,
        "没有听明白",
        id="not understood",
    ),
    pytest.param(
        "how to renew",
        "chitchat",
        {"confidence": 0.7},
        "clarify_slot",
        None,
        "没有听明白",
        id="not Chinese",
    ),
    pytest.param(
        "$HOME",
        "affirm",
        {"confidence": 0.33},
        "clarify_slot",
        None,
        "没有听明白",
        id="an order to a program",
    ),
]


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


# Near each step, but beyond it.
REFUSED = [
    pytest.param(
        "第三个",
        "chitchat",
        AFTER_OFFER,
        "unanswerable_out_of_domain",
        id="a number beyond the offer",
    ),
    pytest.param(
        "再说一遍护照怎么办",
        "repeat",
        AFTER_RENEWAL,
        "unanswerable_no_entry",
        id="a repetition that names a matter",
    ),
    pytest.param(
        "都不用身份证吗",
        "none_of_these",
        SURE_OF_RENEWAL,
        "answered_guide",
        id="none of these that is surely about an entry",
    ),
    pytest.param(
        "12333说换身份证要带旧证，到底要带什么材料去",
        "ask_materials",
        SURE_OF_RENEWAL,
        "answered_aspect",
        id="a number that is only quoted",
    ),
    pytest.param(
        "12345管什么",
        "ask_policy",
        {"ranked": (OLD_LINES,), "probability": SURE},
        "answered_entry",
        id="a sure entry about 12345 itself",
    ),
    pytest.param(
        "你好换身份证",
        "greet",
        {**SURE_OF_RENEWAL, "confidence": 0.45},
        "answered_guide",
        id="a weak greeting before a sure entry",
    ),
    pytest.param("呜呼哀哉", "greet", {"confidence": 0.3}, "clarify_slot", id="a guessed greeting"),
    pytest.param(
        "老家武汉的怎么换身份证",
        "ask_policy",
        SURE_OF_RENEWAL,
        "answered_guide",
        id="a city that tells where from",
    ),
    pytest.param(
        "法院出的证明能换身份证吗",
        "out_of_scope_legal",
        SURE_OF_RENEWAL,
        "answered_guide",
        id="a sure question that names a court",
    ),
    pytest.param("开门", "ask_opening_hours", {}, "clarify_slot", id="hours of no hall"),
    pytest.param(
        "换身份证要带什么材料",
        "ask_materials",
        {"memory": Memory(entry_id=CARD)},
        "unanswerable_no_entry",
        id="a follow-up that names its matter",
    ),
    pytest.param("宠物在哪办", "ask_place", {}, "unanswerable_no_entry", id="a place of no topic"),
    pytest.param(
        "身份证到期了没人管",
        "report_violation",
        SURE_OF_RENEWAL,
        "handoff_offered",
        id="a report of wrongdoing is not answered with an entry",
    ),
    pytest.param(
        "身份证到期了没人管",
        "complain",
        SURE_OF_RENEWAL,
        "answered_guide",
        id="another grievance is told the rule, with the way to submit it",
    ),
    pytest.param(
        "边境通行证在哪办",
        "ask_place",
        {},
        "unanswerable_no_entry",
        id="the place of a matter that was not found",
    ),
    pytest.param(
        "嗯哼嘛哒", "add_information", {"confidence": 0.3}, "clarify_slot", id="a guessed request"
    ),
    pytest.param(
        "那公积金呢",
        "ask_policy",
        {**AFTER_RENEWAL, "ranked": RANKED},
        "unanswerable_no_entry",
        id="a circumstance that is another topic",
    ),
    pytest.param(
        "那外国人呢",
        "ask_policy",
        {**AFTER_RENEWAL, "ranked": RANKED, "probability": OFFERED},
        "clarify_options",
        id="a circumstance with candidates of its own",
    ),
    pytest.param(
        "你们怎么不管呢",
        "complain",
        AFTER_RENEWAL,
        "handoff_offered",
        id="a grievance that has the form of a circumstance",
    ),
    pytest.param(
        "身份证可以当饭吃吗",
        "ask_policy",
        {"ranked": RANKED},
        "unanswerable_no_entry",
        id="a topic and more",
    ),
    pytest.param(
        "公积金",
        "ask_guide",
        {"ranked": RANKED},
        "unanswerable_no_entry",
        id="a topic without candidates of its own",
    ),
    pytest.param(
        "讲个身份证的笑话",
        "chitchat",
        {"ranked": RANKED, "probability": OFFERED},
        "unanswerable_out_of_domain",
        id="chitchat gets no offer",
    ),
]


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
