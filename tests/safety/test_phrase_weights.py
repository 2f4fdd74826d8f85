"""Learned weights: they tell apart what they were taught, survive a file, refuse a broken one."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

from assistant.safety.emergencies import NUMBERS
from assistant.safety.phrase_weights import (
    SILENT,
    PhraseWeights,
    PhraseWeightsInvalid,
    learn,
    runs_of,
)

DANGER = [
    ("楼上着火了快来", "119"),
    ("厨房着火了", "119"),
    ("我妈晕倒了", "120"),
    ("爸爸晕倒了", "120"),
]
BIAS = (-0.5, 0.1, 0.2, 0.3, 0.4, 0.5)
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
def test_a_text_is_heard_as_it_was_learned(text: str) -> None:
    """Looked up at once or one by one: the runs and their weights are the same."""
    runs = _some_runs()
    weights = PhraseWeights.of(runs, BIAS, "test")
    counts = {run: count for run, count in runs_of(text).items() if run in runs}
    length = sum(count * runs[run][0] ** 2 for run, count in counts.items())
    told = sum(count * runs[run][0] * runs[run][1] for run, count in counts.items())
    once = sum(runs[run][0] ** 2 for run in counts)
    whole = sum(runs[run][0] * runs[run][1] for run in counts)
    heard = weights.listen(text)
    for place, (name, odds) in enumerate(weights.numbers(text).items(), start=1):
        assert name == NUMBERS[place - 1]
        of_number = sum(n * runs[run][0] * runs[run][1 + place] for run, n in counts.items())
        assert odds == pytest.approx(of_number / (math.sqrt(length) or 1) + BIAS[place], abs=1e-5)
    if not counts:
        assert (SILENT, SILENT) == (heard.whole, heard.danger(0, len(text)))
        return
    alone = told / math.sqrt(length) + BIAS[0]
    assert heard.danger(0, len(text)) == pytest.approx(alone, abs=1e-5)
    assert heard.whole == pytest.approx(whole / math.sqrt(once) + BIAS[0], abs=1e-5)


def _some_runs() -> dict[str, tuple[float, ...]]:
    """Return all runs of the learned texts, each with values of its own."""
    known = sorted({run for text, _number in DANGER for run in runs_of(text)})
    values = random.Random(7)
    return {run: tuple(values.uniform(-2, 2) for _ in range(7)) for run in known}


def test_weights_without_long_runs_are_heard() -> None:
    """Few texts have no three characters in common."""
    runs = dict.fromkeys("着火", (1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    weights = PhraseWeights.of(runs, BIAS, "test")
    assert len(weights) == 2
    assert weights.listen("着火了").whole > BIAS[0]


def test_weights_survive_their_file(small: PhraseWeights, tmp_path: Path) -> None:
    """What is loaded hears the same, and a file is not half written."""
    path = tmp_path / "models" / "danger.npz"
    small.save(path)
    loaded = PhraseWeights.load(path)
    assert list(path.parent.iterdir()) == [path]
    assert (loaded.learned_from, len(loaded)) == ("test", len(small))
    for text, _number in DANGER:
        assert loaded.listen(text).whole == small.listen(text).whole
        assert loaded.numbers(text) == small.numbers(text)


@pytest.mark.parametrize("size", [None, 0, 10, 1000])
def test_a_broken_file_is_told(small: PhraseWeights, tmp_path: Path, size: int | None) -> None:
    """Missing, empty, no archive, cut off: with the command that makes a new one."""
    path = tmp_path / "danger.npz"
    if size is not None:
        small.save(path)
        path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PhraseWeightsInvalid, match="wenban danger train"):
        PhraseWeights.load(path)


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [({"format": 1}, "format 1 is not 2"), ({"format": 2}, "damaged"), ({"other": 0}, "damaged")],
)
def test_another_file_is_told(tmp_path: Path, arrays: dict[str, int], reason: str) -> None:
    """An older format, or an archive of something else."""
    path = tmp_path / "danger.npz"
    np.savez(path, allow_pickle=False, **{name: np.array(value) for name, value in arrays.items()})
    with pytest.raises(PhraseWeightsInvalid, match=reason):
        PhraseWeights.load(path)
