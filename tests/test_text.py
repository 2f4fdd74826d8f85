"""The way in: what may be said, and what is refused."""

from __future__ import annotations

import pytest

from assistant.errors import InvalidText
from assistant.text import MAX_CHARS, clean_message, fold, in_simplified


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("  社保卡丢了  ", "社保卡丢了", id="blanks around"),
        pytest.param("ｌｏｓｔ　１２３", "lost 123", id="full width"),
        pytest.param("社\u200b保\u200d卡", "社保卡", id="zero width"),
        pytest.param("a\u202eb\u2066c", "abc", id="bidi controls"),
        pytest.param("一\r\n二\r三\u2028四", "一\n二\n三\n四", id="line ends"),
        pytest.param("一\n\n\n\n二", "一\n\n二", id="many empty lines"),
        pytest.param("e" + "\u0301" * 50, "é" + "\u0301" * 2, id="stacked marks"),
        pytest.param("/restart", "/restart", id="a slash is text"),
        pytest.param("a\x07\x1bb", "ab", id="control characters"),
        pytest.param("👍🔥", "👍🔥", id="emoji stay"),
        pytest.param("字" * MAX_CHARS, "字" * MAX_CHARS, id="as long as allowed"),
    ],
)
def test_a_message_is_cleaned_before_it_is_stored(raw, cleaned):
    """What is stored can be tokenised, shown and compared."""
    assert cleaned == clean_message(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("\ud800", "invalid_text", id="lone surrogate"),
        pytest.param("问\x00题", "invalid_text", id="NUL"),
        pytest.param("", "empty", id="nothing"),
        pytest.param(" \n\t\u200b", "empty", id="nothing to see"),
        pytest.param("字" * (MAX_CHARS + 1), "too_long", id="one too many"),
        pytest.param("\ufdfa" * MAX_CHARS, "too_long", id="grows when normalised"),
    ],
)
def test_a_message_that_is_no_text_is_refused(raw, code):
    """Each refusal says which rule was broken."""
    with pytest.raises(InvalidText) as refused:
        clean_message(raw)
    assert code == refused.value.code


@pytest.mark.parametrize(
    ("one", "other"),
    [("身份证，怎么办？", "身份证怎么办"), ("ＡＢＣ 1", "abc1"), ("“社保”_卡", "社保卡")],
)
def test_two_spellings_of_one_question_fold_to_the_same(one, other):
    """Duplicates are found whatever the punctuation."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("社保卡丟了怎麼補辦", "社保卡丢了怎么补办"),
        ("ETC怎麼註銷", "ETC怎么注销"),
        ("效果显著吗", "效果显著吗"),
        ("社保卡丢了怎么补办", "社保卡丢了怎么补办"),
        ("", ""),
    ],
)
def test_traditional_text_is_turned_into_simplified_and_other_text_is_left(text, expected):
    """A question in traditional characters finds what the same in simplified ones finds."""
    assert expected == in_simplified(text)
