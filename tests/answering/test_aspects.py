"""Which aspect a message asks for, and whether it names a matter."""

from __future__ import annotations

import pytest

from assistant.answering.aspects import (
    asked_aspect,
    is_question,
    matter_words,
    names_no_matter,
    told_aspect,
)
from assistant.knowledge.entry import Kind
from tests.builders import an_entry

# Message → aspect by its words alone; None where the words ask for none.
ASPECTS: dict[str, str | None] = {
    "要带什么材料": "materials",
    "那需要什么材料呢": "materials",
    "带啥去": "materials",
    "要准备哪些东西": "materials",
    "资料清单": "materials",
    "材料有哪些": "materials",
    "所需材料": "materials",
    "需要哪些证件": "materials",
    "要交什么手续": "materials",
    "要复印件吗": "materials",
    "收费吗": "fee",
    "多少钱": "fee",
    "要钱吗": "fee",
    "要钱不": "fee",
    "免费的吗": "fee",
    "工本费多少": "fee",
    "费用是多少": "fee",
    "收费标准": "fee",
    "要花多少钱": "fee",
    "几块钱": "fee",
    "要交钱吗": "fee",
    "需要多久": "time_limit",
    "多久能拿到": "time_limit",
    "几天能办好": "time_limit",
    "要多少个工作日": "time_limit",
    "什么时候能下来": "time_limit",
    "当天能拿吗": "time_limit",
    "办理时限": "time_limit",
    "多长时间": "time_limit",
    "要等几天": "time_limit",
    "几个工作日办完": "time_limit",
    "在哪里办": "place",
    "去哪儿办": "place",
    "哪个窗口": "place",
    "地址": "place",
    "地点在哪": "place",
    "到什么地方申请": "place",
    "在哪": "place",
    "哪里": "place",
    "怎么办理": None,
    "办理流程是什么": "process",
    "第一步干什么": "process",
    "网上能办吗": "process",
    "可以网上办吗": "process",
    "能代办吗": "process",
    "别人可以代办吗": "process",
    "步骤": "process",
    "有什么依据": "basis",
    "依据什么规定": "basis",
    "法律依据是什么": "basis",
    "凭什么": "basis",
    "哪个文件规定的": "basis",
    "咨询电话": "contact",
    "电话多少": "contact",
    "打什么电话": "contact",
    "样表": "forms",
    "申请表在哪下载": "forms",
    "表格怎么下载": "forms",
    "要注意什么": "mistakes",
    "常见错误": "mistakes",
    "要带什么，多少钱": None,
    "去哪里办要多久": None,
    "社保卡丢了怎么补": None,
    "生育津贴怎么领": None,
    "谢谢": None,
    "公租房申请条件": None,
    "多大年纪可以领养老金": None,
    "孩子几岁能上小学": None,
    "钱从哪里扣": None,
    "我的补贴什么时候到账": None,
    "那里人多吗": None,
    "電話多少": "contact",
    "需要什麼材料": "materials",
    "去哪裡辦": "place",
    "在哪里交水费": "place",
    "补办身份证要多少钱": "fee",
    "护照几天能拿": "time_limit",
    "几点开门": None,
    "下班了没有": None,
    "哪里可以投诉": "place",
    "退休金多少钱一个月": None,
    "医保报多少": None,
    "罚多少钱": None,
}

NO_MATTER = [
    "要带什么材料",
    "那要带什么",
    "收费吗",
    "多久能办好",
    "在哪里办",
    "那要不要钱",
    "网上能办吗",
    "别人可以代办吗",
    "现在开门吗",
    "周六上班吗",
    "咨询电话多少",
    "依据是什么",
    "请问具体流程是怎样的",
    "还需要准备哪些东西",
    "怎么办",
    "？",
    "要复印件吗",
    "第一步先做什么",
    "材料要几份",
    "要本人去吗",
    "这个要多长时间",
    "最快几天",
    "哪天能取",
    "需要什麼材料",
    "我家里人办的",
]
# Short questions that name one: what is asked is not the entry answered before.
A_MATTER = [
    "需要預約嗎",
    "办护照要带什么",
    "护照收费吗",
    "社保卡要多久",
    "公积金在哪办",
    "结婚要什么材料",
    "孩子上户口要带什么",
    "电动车上牌多少钱",
    "那未成年人呢",
    "青湖区的呢",
    "异地可以办吗",
    "房产证办理流程",
    "医保局电话多少",
    "退休要什么手续",
    "营业执照几天能下来",
    "申请公租房去哪里",
    "换证要多少钱",
    "补办要什么材料",
    "能加急吗",
    "可以邮寄吗",
    "水费在哪里交",
    "人民币",
    "上个月的工资",
]


@pytest.mark.parametrize(("text", "aspect"), ASPECTS.items(), ids=list(ASPECTS))
def test_words_tell_the_aspect_that_is_asked_for(text: str, aspect: str | None) -> None:
    """A citizen who asks for one part gets that part, and no other."""
    assert asked_aspect(text, "ask_policy") == aspect


@pytest.mark.parametrize("text", NO_MATTER)
def test_a_question_about_what_was_just_answered_names_no_matter(text: str) -> None:
    """ "要带什么材料" belongs to the last answer."""
    assert names_no_matter(text), matter_words(text)


@pytest.mark.parametrize("text", A_MATTER)
def test_a_question_that_names_its_matter_is_not_taken_for_a_follow_up(text: str) -> None:
    """ "办护照要带什么" is never answered with the entry told before."""
    assert not names_no_matter(text)


@pytest.mark.parametrize(
    ("intent", "aspect"),
    [
        ("ask_materials", "materials"),
        ("ask_fee", "fee"),
        ("ask_time_limit", "time_limit"),
        ("ask_place", "place"),
        ("ask_process", "process"),
        ("ask_basis", "basis"),
        ("ask_policy", None),
        ("complain", None),
        ("", None),
    ],
)
def test_where_words_tell_no_aspect_the_intent_does(intent: str, aspect: str | None) -> None:
    """What the classifier understood counts after the words."""
    assert asked_aspect("那这个呢", intent) == aspect


def test_words_win_over_the_intent() -> None:
    """The classifier may be wrong about a part that is named."""
    assert asked_aspect("收费吗", "ask_materials") == "fee"


@pytest.mark.parametrize(
    "text", ["罚多少钱", "医保能报多少", "养老金每个月多少钱", "生育津贴大概能领多少"]
)
def test_what_citizens_get_or_are_fined_is_no_fee(text: str) -> None:
    """ "收费：不收费" would be beside the point, even when the classifier hears a fee."""
    assert asked_aspect(text, "ask_fee") is None


BENEFIT = "失业保险金按最低工资标准的百分之八十发放，每月1600元，本人申请。"
SERVICE = "带身份证到任一服务网点补办，当场领取。"


@pytest.mark.parametrize(
    ("text", "kind", "answer", "fee", "expected"),
    [
        # The sum that one gets is the matter, and it stands in the answer.
        ("失业金一个月多少钱", Kind.GUIDE, BENEFIT, "不收费。", None),
        ("多少钱", Kind.GUIDE, BENEFIT, "不收费。", None),
        ("国三的货车淘汰给多少", Kind.GUIDE, BENEFIT, "申请不收费。", None),
        # A question without a service: no fee can be what was meant.
        ("私教课没上能退多少钱", Kind.FAQ, SERVICE, "投诉不收费。", None),
        ("老小区翻新自己要掏多少", Kind.FAQ, SERVICE, "居民申请不收费。", None),
        # A service without any sum: how much it costs is what was meant.
        ("补社保卡多少钱", Kind.GUIDE, SERVICE, "不收费。", "fee"),
        ("多少钱", Kind.GUIDE, SERVICE, "不收费。", "fee"),
        # The fee is a sum.
        ("补身份证多少钱", Kind.GUIDE, BENEFIT, "工本费20元。", "fee"),
        ("游泳多少钱", Kind.FAQ, SERVICE, "每场二十五元。", "fee"),
        # The fee is named.
        ("申请失业金收费吗", Kind.GUIDE, BENEFIT, "不收费。", "fee"),
        ("收费多少", Kind.GUIDE, BENEFIT, "不收费。", "fee"),
        ("要交钱吗", Kind.FAQ, BENEFIT, "不收费。", "fee"),
        ("手续费多少钱", Kind.FAQ, BENEFIT, "不收费。", "fee"),
        # Other aspects are told as they were asked.
        ("失业金要带什么材料", Kind.GUIDE, BENEFIT, "不收费。", "materials"),
        ("失业金怎么领", Kind.GUIDE, BENEFIT, "不收费。", None),
    ],
)
def test_how_much_is_answered_by_no_fee_only_where_a_fee_can_be_meant(
    text: str, kind: Kind, answer: str, fee: str, expected: str | None
) -> None:
    """ "失业金一个月多少钱" was once told "不收费"."""
    entry = an_entry(kind=kind, answer=answer, title="怎么办理？", sections={"fee": fee})
    assert told_aspect(text, "ask_fee" if "多少" in text else "ask_policy", entry) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公租房怎么申请", True),
        ("能不能网上办", True),
        ("取暖费标准", True),
        ("可以代办吗", True),
        ("楼下饭店油烟很大", False),
        ("小区停电三天了", False),
        ("路灯坏了一直没修", False),
    ],
)
def test_a_question_is_told_from_a_grievance(text: str, *, expected: bool) -> None:
    """A grievance is not answered with an entry that nobody asked for."""
    assert is_question(text) is expected
