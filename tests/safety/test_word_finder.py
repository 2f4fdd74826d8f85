"""Words as written, as spelt in pinyin, and with a wrong character of the same sound."""

from __future__ import annotations

import pytest

from assistant.safety.word_finder import WordFinder

WORDS = ("着火", "着火了", "煤气", "救命", "火")
FINDER = WordFinder(WORDS, spelt=("着火", "救命", "煤气"), misspelt=("煤气", "救命"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("着火了", {("着火", 0, 2), ("着火了", 0, 3), ("火", 1, 2)}, id="overlapping"),
        pytest.param("zhaohuo", {("着火", 0, 7)}, id="pinyin in one word"),
        pytest.param("wo jia zhao huo le", {("着火", 7, 15)}, id="pinyin in a sentence"),
        pytest.param("媒气味", {("煤气", 0, 2)}, id="a wrong character"),
        pytest.param("救名啊", {("救命", 0, 2)}, id="another wrong character"),
        pytest.param("没起", set(), id="no character is shared"),
        pytest.param("firewall jiu", set(), id="English is not pinyin"),
        pytest.param("jiu min", set(), id="another syllable"),
        pytest.param("救民", set(), id="another sound"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_words_are_found_as_written_and_as_heard(
    text: str, found: set[tuple[str, int, int]]
) -> None:
    """What is not there is not heard."""
    places = FINDER.find(text)
    assert found == {(word, *span) for word, spans in places.items() for span in spans}


def test_only_listed_words_are_heard() -> None:
    """A sound that many words share must not ring."""
    assert {} == WordFinder(("打人",)).find("大人")


def test_places_come_in_order() -> None:
    """However a word was found."""
    places = FINDER.find("zhaohuo了着火了, zhao huo; 媒气和煤气")
    assert places["着火"] == [(0, 7), (8, 10), (13, 21)]
    assert places["煤气"] == [(23, 25), (26, 28)]
