"""The second detector: what it learns, what its file survives, and what it may and may not do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.safety.danger import DangerRecogniser
from assistant.safety.emergencies import NUMBERS, Emergencies
from assistant.safety.meaning import (
    FloatArray,
    Meaning,
    MeaningInvalid,
    MeaningListener,
    MeaningWeights,
    Network,
)
from assistant.safety.meaning_training import _module, learn_network
from assistant.safety.phrase_weights import PhraseWeights

WIDTH = 12


def sentence(chance: np.random.Generator, *marks: int) -> FloatArray:
    """Return random tokens, some of which point along one axis each."""
    tokens = chance.normal(size=(int(chance.integers(3, 12)), WIDTH)).astype(np.float32)
    for mark in marks:
        tokens[chance.integers(len(tokens)), mark] += 12
    return tokens


@pytest.fixture(scope="module")
def learned() -> Network:
    """Learned from: axis 0 is danger and 119, axis 1 danger and 120, axis 2 is harmless."""
    chance = np.random.default_rng(5)
    marks = [(0,), (1,), (2,), ()] * 250
    tokens = [sentence(chance, *mark).astype(np.float16) for mark in marks]
    return learn_network(tokens, ["119", "120", "", ""] * 250, seed=1)


def test_what_was_learned_is_heard_in_new_texts(learned: Network) -> None:
    """Wherever the token stands, danger is told from the rest, with its number."""
    chance = np.random.default_rng(6)
    for mark, number in ((0, "119"), (1, "120")):
        told = np.array([learned.read(sentence(chance, mark)) for _ in range(40)])
        assert (told[:, 0] > 0).mean() >= 0.9
        assert (np.array(NUMBERS)[told[:, 1:].argmax(axis=1)] == number).mean() >= 0.9
    quiet = np.array([learned.read(sentence(chance, 2)) for _ in range(40)])
    assert (quiet[:, 0] < 0).mean() >= 0.9


def test_the_same_seed_learns_the_same(learned: Network) -> None:
    """So that two set-ups of one release answer alike; another seed is another network."""
    chance = np.random.default_rng(7)
    tokens = [sentence(chance, number % 3).astype(np.float16) for number in range(60)]
    numbers = ["119", "120", ""] * 20
    first, again, other = (learn_network(tokens, numbers, seed=seed) for seed in (3, 3, 4))
    text = sentence(chance, 0)
    assert np.allclose(first.read(text), again.read(text), atol=1e-4)
    assert not np.allclose(first.read(text), other.read(text), atol=1e-4)


def test_what_serves_is_what_was_learned() -> None:
    """The arrays in NumPy say what the module says that learned them, padded or not."""
    torch.manual_seed(2)
    module = _module(WIDTH).eval()
    chance = np.random.default_rng(8)
    texts = [sentence(chance) for _ in range(3)]
    longest = max(map(len, texts))
    rows = np.zeros((3, longest, WIDTH), np.float32)
    is_there = np.zeros((3, longest), bool)
    for number, text in enumerate(texts):
        rows[number, : len(text)], is_there[number, : len(text)] = text, True
    with torch.no_grad():
        told = module(torch.from_numpy(rows), torch.from_numpy(is_there)).numpy()
    network = module.network()
    assert np.allclose(told, [network.read(text) for text in texts], atol=1e-4)


def weights_of(*networks: Network) -> MeaningWeights:
    return MeaningWeights(networks, "tests:model", WIDTH, "tests")


def test_networks_survive_their_file(learned: Network, tmp_path: Path) -> None:
    """What is loaded says the same; several are told apart and averaged."""
    chance = np.random.default_rng(9)
    other = Network(**{name: -array for name, array in vars(learned).items()})
    path = tmp_path / "models" / "danger-meaning.npz"
    weights_of(learned, other).save(path)
    loaded = MeaningWeights.load(path, "tests:model")
    tokens = sentence(chance, 0)
    assert loaded.read(tokens) == weights_of(learned, other).read(tokens)
    middle = (learned.read(tokens)[0] + other.read(tokens)[0]) / 2
    assert loaded.read(tokens).danger == pytest.approx(middle, abs=1e-5)
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut off", "no arrays"])
def test_a_broken_file_is_told(learned: Network, tmp_path: Path, damage: str) -> None:
    """With the command that makes a new one."""
    path = tmp_path / "danger-meaning.npz"
    weights_of(learned).save(path)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "no arrays":
        np.savez(path, format=1, embedder="tests:model", width=WIDTH, learned_from="x")
    else:
        path.write_bytes({"empty": b"", "text": b"{}", "cut off": whole[: len(whole) // 2]}[damage])
    with pytest.raises(MeaningInvalid, match="wenban danger train"):
        MeaningWeights.load(path, "tests:model")


def test_a_network_of_another_model_is_refused(learned: Network, tmp_path: Path) -> None:
    """Its tokens would mean something else."""
    path = tmp_path / "danger-meaning.npz"
    weights_of(learned).save(path)
    with pytest.raises(MeaningInvalid, match="another embedding model"):
        MeaningWeights.load(path, "another")
    np.savez(path, format=99)
    with pytest.raises(MeaningInvalid, match="format 99"):
        MeaningWeights.load(path, "tests:model")


class Says:
    """A listener that always says the same, and remembers what it was asked."""

    def __init__(self, danger: float, number: str = "120") -> None:
        self.asked: list[str] = []
        self._meaning = Meaning(danger, {name: 9.0 * (name == number) for name in NUMBERS})

    def listen(self, text: str) -> Meaning:
        self.asked.append(text)
        return self._meaning


QUIET = "今天买了两斤苹果，很甜。"


def test_meaning_finds_what_words_do_not(emergencies: Emergencies, weights: PhraseWeights) -> None:
    """The number is the one that is meant, and the card claims no words as evidence."""
    assert DangerRecogniser(emergencies, weights).recognise(QUIET) is None
    found = DangerRecogniser(emergencies, weights, Says(60.0)).recognise(QUIET)
    assert found is not None
    assert ("120", None, ()) == (found.number, found.kind, found.evidence)
    assert DangerRecogniser(emergencies, weights, Says(-60.0)).recognise(QUIET) is None


def test_meaning_takes_no_alarm_back(emergencies: Emergencies, weights: PhraseWeights) -> None:
    """What the gateway would tell, the worker tells as well; the meaning is not even asked."""
    calm = Says(-60.0)
    found = DangerRecogniser(emergencies, weights, calm).recognise("厨房着火了快来人")
    assert found is not None
    assert found.number == "119"
    assert calm.asked == []


def test_a_long_text_is_understood_by_its_loudest_piece(
    emergencies: Emergencies, weights: PhraseWeights
) -> None:
    """So that a letter costs no more than a sentence."""
    listener = Says(0.0)
    letter = "社保卡怎么补办。请问要带什么材料。" * 30 + "我妈有点喘不上来。" + "谢谢解答。" * 30
    DangerRecogniser(emergencies, weights, listener).recognise(letter)
    (asked,) = listener.asked
    assert len(asked) < 80


def test_without_learned_words_there_is_no_meaning(emergencies: Emergencies) -> None:
    """The rules alone stay the rules alone."""
    listener = Says(60.0)
    assert DangerRecogniser(emergencies, None, listener).recognise(QUIET) is None
    assert listener.asked == []


def test_the_model_s_tokens_are_what_is_listened_to(learned: Network) -> None:
    """A listener hands the text to the model and the tokens to the networks."""
    tokens = sentence(np.random.default_rng(10), 1)
    asked: list[str] = []

    def read(text: str) -> FloatArray:
        asked.append(text)
        return tokens

    listener = MeaningListener(weights_of(learned), read)
    assert listener.listen("喘不上来") == weights_of(learned).read(tokens)
    assert asked == ["喘不上来"]
