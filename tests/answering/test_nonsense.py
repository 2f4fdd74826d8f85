"""Messages without words, and messages that only look so."""

from __future__ import annotations

import pytest

from assistant.answering.nonsense import approves, has_chinese, says_nothing

NOTHING = [
    "👍👍",
    "😀",
    "😭😭😭",
    "1",
    "0",
    "123456",
    "13800001111",
    "？？",
    "?",
    "。。。",
    "……",
    "……！",
    "asdfgh",
    "ASDFGH",
    "qwertyuiop",
    "zxcvbnm",
    "lkjhgf",
    "啊啊啊啊",
    "哈哈哈哈哈",
    "呵呵",
    "额",
    "哦哦",
    "a",
    "x",
    "/restart",
    "／restart",
    "/ask_fee{}",
    "{entry_id}",
    "${HOME}",
    "<script>alert(1)</script>",
    "\\n\\n",
    "()()()",
    "~",
    "1 2 3",
    "１",
]
SOMETHING = [
    "ok",
    "hi",
    "hello",
    "no",
    "ETC",
    "POS",
    "身份证",
    "好",
    "嗯",
    "嗯嗯",
    "滚",
    "谢谢",
    "人工",
    "12345怎么打",
    "/身份证怎么换",
    "{身份证}",
    "1号窗口在哪",
    "啊，身份证丢了",
    "app",
    "power",
    "tree",
    "shebaoka",
    "how to renew my passport",
    "哈尔滨",
    "第一个",
    "一",
]


@pytest.mark.parametrize("text", NOTHING)
def test_a_message_without_a_word_says_nothing(text: str) -> None:
    """Signs, digits, cries, mash and orders to programs are never looked up."""
    assert says_nothing(text)


@pytest.mark.parametrize("text", SOMETHING)
def test_a_message_with_a_word_is_read(text: str) -> None:
    """A short word is still a word."""
    assert not says_nothing(text)


@pytest.mark.parametrize("text", ["👍", "👍👍👍", "👌 🙏", "❤️", "👍🏽"])
def test_a_sign_of_approval_is_thanks(text: str) -> None:
    """A thumb after an answer asks for nothing."""
    assert approves(text)


@pytest.mark.parametrize("text", ["", "👎", "😡", "👍？", "👍身份证", "好", "1"])
def test_other_signs_are_no_approval(text: str) -> None:
    """Thanks are not read into anger or a question."""
    assert not approves(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("身", True), ("㐂", True), ("ok", False), ("", False), ("😀", False)]
)
def test_chinese_is_told_from_the_rest(text: str, *, expected: bool) -> None:
    """Only Chinese is understood, and the rest is asked for in Chinese."""
    assert has_chinese(text) is expected
