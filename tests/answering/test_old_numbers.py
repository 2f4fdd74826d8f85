"""Hotline numbers: asked about, or only quoted."""

from __future__ import annotations

import pytest

from assistant.answering.old_numbers import numbers_asked
from assistant.knowledge.registers import Registers

ASKED: dict[str, tuple[str, ...]] = {
    "96119还能打吗": ("96119",),
    "12319是什么电话": ("12319",),
    "以前的12333并进来了吗": ("12333",),
    "12336": ("12336",),
    "12328热线还在用吗": ("12328",),
    "12358是不是取消了": ("12358",),
    "现在还有12331吗": ("12331",),
    "打12315和打12345有什么区别": ("12315",),
    "12333和12319哪个还能打": (
        "12333",
        "12319",
    ),
    "12345是什么电话": ("12345",),
    "12328能投诉出租车吗": ("12328",),
    "社保问题打12333还是12345": ("12333",),
    "12365改成什么号码了": ("12365",),
    "12369打不通怎么办": ("12369",),
    "12350归谁管": ("12350",),
    "请问12316合并了没有": ("12316",),
    "火灾隐患还打96119吗": ("96119",),
    "12388": ("12388",),
    "96119 12336": (
        "96119",
        "12336",
    ),
    "12345": ("12345",),
}
QUOTED = [
    "12333" + "，你好请问一下你们这个现在还有没有" * 3,
    "我上周打12333问退休，工作人员说要带档案，请问档案怎么转到人才中心",
    "打12315投诉商家不退预付卡没人管怎么办",
    "12306怎么退票",
    "我打了12345三次了没人处理小区的噪音",
    "社保卡丢了怎么补",
    "工单号20240517上看看",
    "12348能帮我请律师打离婚官司吗",
    "电话13812345678",
    "医保报销比例是多少，12393说的和窗口说的不一样",
    "12333说可以补缴社保，要带什么材料",
    "物业不作为，打12345有用吗",
    "罚款12333元合理吗",
]


@pytest.mark.parametrize(("text", "numbers"), ASKED.items(), ids=list(ASKED))
def test_a_question_about_a_number_is_recognised(
    text: str, numbers: tuple[str, ...], registers: Registers
) -> None:
    """Who asks what became of a line is told from the register."""
    assert tuple(line.number for line in numbers_asked(text, registers)) == numbers


@pytest.mark.parametrize("text", QUOTED)
def test_a_number_that_is_only_quoted_takes_no_question_over(
    text: str, registers: Registers
) -> None:
    """A policy question with a number in it is answered as what it is."""
    assert numbers_asked(text, registers) == []


def test_every_number_of_the_register_can_be_asked_for(registers: Registers) -> None:
    """Each key reaches its own line."""
    for number in registers.legacy_numbers:
        assert [line.number for line in numbers_asked(f"{number}还能打吗", registers)] == [number]
