"""The embedding model: what every text may rely on, and what a broken folder says."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from assistant.errors import ModelMissing
from assistant.retrieval.cached_embedder import CachedEmbedder
from assistant.retrieval.embedder import (
    Embedder,
    OnnxEmbedder,
    QuestionReader,
    TorchEmbedder,
    load_embedder,
)
from assistant.settings import Settings
from tests.retrieval.small_index import Counting, Lengths

TEXTS = ("社保卡丢了怎么补", "公积金怎么提取", "👍", "", "的" * 2000, "醫保報銷", "ETC 卡 100% {x}")


@pytest.fixture(params=["plain", "cached"])
def each(request: pytest.FixtureRequest, embedder: Embedder) -> Embedder:
    """The model itself, and behind the memory that processes share."""
    return embedder if request.param == "plain" else CachedEmbedder(embedder)


@pytest.mark.parametrize("kind", ["embed_questions", "embed_passages"])
def test_every_text_gets_a_row_of_length_one(each: Embedder, kind: str) -> None:
    """Float32, one row a text, whatever the text is."""
    vectors = getattr(each, kind)(TEXTS)
    assert (len(TEXTS), each.dimension) == vectors.shape
    assert np.float32 == vectors.dtype
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("kind", ["embed_questions", "embed_passages"])
def test_no_text_gives_no_row(each: Embedder, kind: str) -> None:
    """An empty list keeps its width, so that nothing behind it stumbles."""
    assert (0, each.dimension) == getattr(each, kind)([]).shape


def test_rows_stand_in_the_order_of_the_texts(each: Embedder) -> None:
    """Batches are made by length inside; nobody outside sees it."""
    texts = ["社保卡丢了怎么补" * n for n in (3, 1, 2)] + ["好", "社保卡丢了怎么补"]
    together = each.embed_questions(texts)
    for row, text in enumerate(texts):
        alone = each.embed_questions([text])[0]
        assert row == int(np.argmax(together @ alone)) or texts[row] in texts[:row]


def test_the_same_question_has_the_same_vector(each: Embedder) -> None:
    """To the bit, so that a search can be repeated."""
    first, second = (each.embed_questions(["社保卡丢了怎么补"]) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_question_in_a_batch_is_nearly_the_question_alone(embedder: Embedder) -> None:
    """Int8 scales are taken over a batch: not equal, but nearer than any other question is."""
    texts = [
        f"{what}怎么{do}" for what in ("社保卡", "身份证", "公积金") for do in ("补", "换", "查")
    ]
    together = embedder.embed_questions(texts)
    alone = np.vstack([embedder.embed_questions([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.98
    assert list(range(len(texts))) == (alone @ together.T).argmax(axis=1).tolist()


def test_a_question_and_a_passage_of_the_same_words_differ(each: Embedder) -> None:
    """The model was trained with a prefix for each; leaving one out would go unnoticed."""
    question, passage = each.embed_questions(["社保卡"])[0], each.embed_passages(["社保卡"])[0]
    assert 0.5 < float(question @ passage) < 0.999


def test_like_is_nearer_than_unlike(embedder: Embedder) -> None:
    """It is a real model: another wording of a matter is nearer than another matter."""
    lost, again, other = embedder.embed_questions(
        ["社保卡丢了怎么补", "社会保障卡不见了如何补办", "养狗要办什么证"]
    )
    assert float(lost @ again) > float(lost @ other)


def test_progress_is_told_up_to_the_end(embedder: Embedder) -> None:
    """The bar that set-up shows ends full and never runs back."""
    told: list[tuple[int, int]] = []
    embedder.embed_passages([f"第{n}条" for n in range(70)], lambda *done: told.append(done))
    assert (70, 70) == told[-1]
    assert told == sorted(told)


def test_a_remembered_question_asks_the_network_once(embedder: QuestionReader) -> None:
    """Featurizer and search need the same sentence within one turn."""
    counting = Counting(embedder)
    cached = CachedEmbedder(counting)
    first = cached.embed_questions(["社保卡丢了怎么补"])
    asked = counting.asked
    second = cached.embed_questions(["社保卡丢了怎么补"])
    assert 1 == asked == counting.asked
    assert np.array_equal(first, second)


def test_a_question_that_was_read_is_remembered(embedder: QuestionReader) -> None:
    """Danger is listened for first, with the very run that the turn needs."""
    counting = Counting(embedder)
    cached = CachedEmbedder(counting)
    read = cached.read_question("社保卡丢了怎么补")
    assert np.array_equal(read.vector, cached.embed_questions(["社保卡丢了怎么补"])[0])
    assert np.array_equal(read.tokens, cached.question_tokens("社保卡丢了怎么补"))
    assert 1 == counting.asked


@pytest.mark.parametrize("text", TEXTS)
def test_a_network_tells_what_it_sees_inside(embedder: QuestionReader, text: str) -> None:
    """All tokens, also of an empty text: prefix and special ones are always there."""
    read = embedder.read_question(text)
    assert read.inner.shape == (len(read.inner), embedder.inner_dimension)
    assert len(read.inner) > len(read.tokens)
    assert np.array_equal(read.tokens, embedder.question_tokens(text))
    assert np.isfinite(read.inner).all()


def test_a_model_of_the_user_tells_the_same_things(
    embedder: QuestionReader, settings: Settings
) -> None:
    """The built folder, loaded as any sentence-transformers model is, sees nearly the same."""
    user = TorchEmbedder(str(settings.embedding_folder), question_prefix="query: ")
    assert user.inner_dimension == embedder.inner_dimension
    theirs, ours = user.read_question("楼道里有烟"), embedder.read_question("楼道里有烟")
    assert theirs.inner.shape == ours.inner.shape
    alike = (theirs.inner * ours.inner).sum(axis=1) / (
        np.linalg.norm(theirs.inner, axis=1) * np.linalg.norm(ours.inner, axis=1)
    )
    assert alike.min() > 0.95
    assert theirs.vector @ ours.vector > 0.98


def test_a_model_of_an_older_release_is_refused(tmp_path: Path, settings: Settings) -> None:
    """It does not tell what it sees inside; the refusal says how to get the new one."""
    shutil.copytree(settings.embedding_folder, tmp_path / "old", ignore=no_weights)
    path = tmp_path / "old" / "onnx" / "model.int8.onnx"
    model = onnx.load(settings.embedding_folder / "onnx" / "model.int8.onnx")
    del model.graph.output[1]
    onnx.save(model, path)
    with pytest.raises(ModelMissing, match="make setup") as found:
        load_embedder("", tmp_path / "old")
    assert path == found.value.path


def no_weights(_folder: str, names: list[str]) -> list[str]:
    """Leave out what only PyTorch needs."""
    return [name for name in names if name.endswith((".safetensors", ".onnx"))]


def test_the_memory_for_questions_is_bounded() -> None:
    """A day of questions does not fill a worker's memory; the oldest is asked again."""
    counting = Counting(Lengths())
    cached = CachedEmbedder(counting)
    cached.embed_questions(["第一个"])
    for number in range(600):
        cached.embed_questions([str(number)])
    before = counting.asked
    cached.embed_questions(["599"])
    assert before == counting.asked
    cached.embed_questions(["第一个"])
    assert before + 1 == counting.asked


def test_a_memory_has_the_name_and_width_of_its_model(embedder: Embedder) -> None:
    """An index fits the memory exactly when it fits the model."""
    cached = CachedEmbedder(embedder)
    assert (embedder.name, embedder.dimension) == (cached.name, cached.dimension)


@pytest.mark.parametrize("lacking", ["onnx/model.int8.onnx", "manifest.json", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_no_model(tmp_path: Path, lacking: str) -> None:
    """The refusal names the file and how to get it."""
    for name in {"onnx/model.int8.onnx", "manifest.json", "tokenizer.json"} - {lacking}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(ModelMissing, match="make setup") as found:
        load_embedder("", tmp_path)
    assert tmp_path / lacking == found.value.path


def test_the_default_is_the_small_model_that_setup_built(embedder: Embedder) -> None:
    """An empty setting never reaches for a hub; the name tells the weights."""
    assert isinstance(embedder, OnnxEmbedder)
    assert embedder.name.startswith("e5-small-int8:")
