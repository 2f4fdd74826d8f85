"""Learned weights: they tell apart what they were taught, survive a file, refuse a broken one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from assistant.safety.phrase_weights import (
    SILENT,
    PhraseWeights,
    PhraseWeightsInvalid,
    _runs,
    learn,
)

DANGER = [
    ("楼上着火了快来", "119"),
    ("厨房着火了", "119"),
    ("我妈晕倒了", "120"),
    ("爸爸晕倒了", "120"),
]
SAFE = ["社保卡怎么补", "公积金怎么提", "厨房下水堵了", "我妈想办社保卡"]


@pytest.fixture(scope="module")
def small() -> PhraseWeights:
    return learn(DANGER, SAFE, "test")


@pytest.mark.parametrize(("text", "number"), [("楼下着火了", "119"), ("奶奶晕倒了", "120")])
def test_new_words_around_what_was_learned_sound_alike(
    small: PhraseWeights, text: str, number: str
) -> None:
    """Danger is louder than the rest, and has its number."""
    assert small.listen(text).whole > small.listen("社保卡怎么提").whole
    numbers = small.numbers(text)
    assert number == max(numbers, key=numbers.__getitem__)


def test_a_part_sounds_as_it_would_alone(small: PhraseWeights) -> None:
    """So that long texts are heard in pieces."""
    text = "社保卡怎么补。着火了"
    heard = small.listen(text)
    assert heard.danger(7, len(text)) > heard.danger(0, 7)
    assert heard.danger(3, 3) == SILENT


@pytest.mark.parametrize(
    "text",
    ["", "着", "着火", "着火了", "🔥", "x着火", "着x火了", "我妈晕倒了。厨房着火了", "没见过的字"],
)
def test_a_text_is_heard_as_it_was_learned(small: PhraseWeights, text: str) -> None:
    """Looked up at once or one by one: the runs and their weights are the same."""
    counts = {run: count for run, count in _runs(text).items() if run in small.runs}
    length = sum(count * small.runs[run][0] ** 2 for run, count in counts.items())
    told = sum(count * small.runs[run][0] * small.runs[run][1] for run, count in counts.items())
    once = sum(small.runs[run][0] ** 2 for run in counts)
    whole = sum(small.runs[run][0] * small.runs[run][1] for run in counts)
    heard = small.listen(text)
    if not counts:
        assert (SILENT, SILENT) == (heard.whole, heard.danger(0, len(text)))
        return
    assert heard.danger(0, len(text)) == pytest.approx(told / math.sqrt(length) + small.bias[0])
    assert heard.whole == pytest.approx(whole / math.sqrt(once) + small.bias[0])


def test_weights_survive_their_file(small: PhraseWeights, tmp_path: Path) -> None:
    """What is loaded hears the same, to four digits."""
    small.save(tmp_path / "models" / "danger.json")
    loaded = PhraseWeights.load(tmp_path / "models" / "danger.json")
    assert loaded.learned_from == "test"
    for text, _number in DANGER:
        assert loaded.listen(text).whole == pytest.approx(small.listen(text).whole, abs=1e-3)


@pytest.mark.parametrize("content", [None, "", "{}", '{"format": 99}', '{"format": 1}', "[1]"])
def test_a_broken_file_is_told(tmp_path: Path, content: str | None) -> None:
    """With the command that makes a new one."""
    path = tmp_path / "danger.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(PhraseWeightsInvalid, match="wenban danger train"):
        PhraseWeights.load(path)
