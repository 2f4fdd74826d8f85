from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.out_of_scope import OutOfScope, load_out_of_scope, match

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="module")
def classes() -> tuple[OutOfScope, ...]:
    loaded, problems = load_out_of_scope(KNOWLEDGE / "out_of_scope.yml")
    assert [] == problems
    return loaded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我要去法院起诉前夫", "litigation"),
        ("官司打赢了对方不给钱，怎么强制执行", "litigation"),
        ("打 官 司 要多久", "litigation"),
        ("举报某局长受贿", "discipline"),
        ("村书记收好处费", "discipline"),
        ("法官收受贿赂向谁举报", "discipline"),
        ("对罚款不服想申请行政复议", "reconsideration"),
        ("仲裁委的裁决我不服", "labor-commercial-arbitration"),
        ("我要申请政府信息公开", "government-information"),
        ("信访事项答复太慢", "petition"),
        ("帮我查一下前妻的住址", "secrets-privacy"),
        ("外地的政策你们知道吗", "other-city"),
    ],
)
def test_what_the_hotline_may_not_take_is_recognised(
    classes: tuple[OutOfScope, ...], text: str, found: str
) -> None:
    """Each class leads to its own lawful way."""
    matched = match(classes, text)

    assert found == (matched.id if matched else None)


@pytest.mark.parametrize(
    "text",
    [
        "社保卡丢了怎么补",
        "老板拖欠工资怎么投诉",
        "物业费太高可以不交吗",
        "邻居装修太吵",
        "领导干部子女入学有优惠吗",
        "身份证被别人拿去用了",
        "公务员考试报名",
        "我的户籍信息在哪里查",
        "办暂住证要房东电话吗",
        "",
    ],
)
def test_ordinary_matters_are_not_turned_away(classes: tuple[OutOfScope, ...], text: str) -> None:
    """The patterns are conservative: a question we can answer stays with us."""
    assert match(classes, text) is None


def test_every_class_names_a_way_a_number_and_a_source(classes: tuple[OutOfScope, ...]) -> None:
    """A citizen who is turned away knows where to go, and by which rule."""
    unclear = [
        item.id
        for item in classes
        if item.phone not in item.answer or not (item.source.document_no and item.source.clause)
    ]

    assert [] == unclear
