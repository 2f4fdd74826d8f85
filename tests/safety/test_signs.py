"""The language of signs: alternatives, distances, nearness, exclusions, lists."""

from __future__ import annotations

import pytest

from assistant.safety.signs import Scene, SignInvalid, parse_sign
from assistant.safety.word_finder import WordFinder

LISTS = {"gas": frozenset({"煤气", "燃气"}), "leak": frozenset({"漏", "泄漏"})}


def stands(sign_text: str, text: str) -> bool:
    """Return whether a sign stands in a text; `。` ends a sentence."""
    sign = parse_sign(sign_text, LISTS)
    places = WordFinder(sign.words()).find(text)
    sentence_of = [text[:position].count("。") for position in range(len(text))]
    return bool(Scene(places, sentence_of).find(sign))


@pytest.mark.parametrize(
    ("sign", "text", "expected"),
    [
        pytest.param("着火|起火", "厨房起火", True, id="an alternative"),
        pytest.param("<gas> ~2 <leak>", "煤气在漏", True, id="within the distance"),
        pytest.param("<gas> ~2 <leak>", "煤气公司说没漏", False, id="too far"),
        pytest.param("<gas> ~2 <leak>", "漏煤气", False, id="wrong order"),
        pytest.param("<gas> ~4 <leak>", "煤气。漏", False, id="another sentence"),
        pytest.param("<gas> & <leak>", "漏了好多煤气", True, id="near, any order"),
        pytest.param("<gas> & <leak>", "煤气" + "，" * 40 + "漏", False, id="not near"),
        pytest.param("煤气 & 煤气", "煤气", False, id="one place is not two"),
        pytest.param("着火 ! 演习", "着火了", True, id="nothing excludes it"),
        pytest.param("着火 ! 演习", "演习说着火了", False, id="excluded in the sentence"),
        pytest.param("着火 ! 演习", "演习完了。着火了", True, id="excluded elsewhere"),
        pytest.param("我 ~4 家 ~4 着火", "我在家里着火了", True, id="three parts"),
    ],
)
def test_a_sign_stands_where_it_says(sign: str, text: str, expected: bool) -> None:
    """Editors can rely on what the file's head explains."""
    assert expected is stands(sign, text)


@pytest.mark.parametrize(
    "text",
    ["<unknown>", "", "着火||起火", "着火 ~4", "着火~4 烟", "甲 ! 乙 & 丙", "<gas", "着火 & "],
)
def test_a_sign_that_cannot_be_read_is_refused(text: str) -> None:
    """A slip of the pen is told and not silently never found."""
    with pytest.raises(SignInvalid):
        parse_sign(text, LISTS)
