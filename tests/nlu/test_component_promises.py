"""What each graph component of ours promises beyond the contract of all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import pytest
import yaml
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant import services
from assistant.errors import IndexEditionMismatch, InvalidKnowledge, ModelMissing, SettingInvalid
from assistant.nlu.featurizer import MODEL_FILE, SentenceFeaturizer
from assistant.nlu.intent_classifier import ARRAYS, IntentClassifier
from assistant.nlu.place_extractor import FILES, PlaceExtractor
from assistant.nlu.policy_retriever import KEY, PolicyRetriever
from assistant.nlu.tokenizer import HotlineTokenizer
from tests.nlu.small_project import EXAMPLES, Bench, Upstream, messages, training_data


def test_our_tokenizer_changes_jieba_for_nobody_else(bench: Bench) -> None:
    """Another user of jieba in the process never sees our words."""
    text = "打开云州掌上办查一查"
    before = jieba.lcut(text)
    tokenizer = bench.created(HotlineTokenizer)
    (message,) = tokenizer.process(messages([text]))
    assert "云州掌上办" in [token.text for token in message.get("text_tokens")]
    assert before == jieba.lcut(text)
    assert "云州掌上办" not in before


def test_tokens_stand_where_they_are_and_are_never_blank(bench: Bench) -> None:
    """A token's place is that of its characters, so that entities can be marked."""
    text = "您好，  我的ETC卡\n丢了！"
    (message,) = bench.created(HotlineTokenizer).process(messages([text]))
    tokens = message.get("text_tokens")
    assert tokens
    for token in tokens:
        assert text[token.start : token.end].lower() == token.text
        assert token.text.strip()


def test_a_word_with_a_blank_in_it_comes_back_whole(bench: Bench, tmp_path: Path) -> None:
    """The list is kept a word a line; `Apple Pay` is one word before and after loading."""
    (tmp_path / "words.txt").write_text("Apple Pay\t支付\n掌上办\t名称\n", encoding="utf-8")
    built = bench.created(HotlineTokenizer, words=str(tmp_path))
    built.train(training_data())
    assert ["Apple Pay", "掌上办"] == built._words == bench.loaded(HotlineTokenizer)._words


def test_a_tokenizer_without_its_word_folder_is_refused(bench: Bench, tmp_path: Path) -> None:
    """A wrong path in config.yml is an error and not an empty list."""
    with pytest.raises(SettingInvalid, match="no folder"):
        bench.created(HotlineTokenizer, words=str(tmp_path / "absent"))


def test_the_featurizer_shares_the_embedder_with_retrieval(bench: Bench) -> None:
    """One model a process: the network is loaded once and runs once a question."""
    shared = services.process_embedder()
    assert shared is bench.created(SentenceFeaturizer)._embedder
    assert shared is services.process_live_index().current.search.embedder


def test_the_sentence_feature_is_the_question_vector(bench: Bench) -> None:
    """Float32, shape (1, dimension), length 1, the same vector that retrieval searches with."""
    built = bench.created(SentenceFeaturizer)
    (message,) = built.process(messages(["社保卡丢了怎么补"]))
    _sequence, sentence = message.get_dense_features(TEXT)
    vector = services.process_embedder().embed_questions(["社保卡丢了怎么补"])
    assert (1, services.process_embedder().dimension) == sentence.features.shape
    assert np.float32 == sentence.features.dtype
    assert np.array_equal(vector, sentence.features)
    assert 1.0 == pytest.approx(float(np.linalg.norm(sentence.features)), abs=1e-5)


def test_a_model_of_another_embedder_fails_to_load(bench: Bench) -> None:
    """Weights learned over one space are never applied in another."""
    bench.created(SentenceFeaturizer).train(training_data())
    path = bench.folder / "SentenceFeaturizer" / MODEL_FILE
    path.write_text('{"embedder": "another"}', encoding="utf-8")
    with pytest.raises(IndexEditionMismatch, match="another"):
        bench.loaded(SentenceFeaturizer)


def test_intents_are_ranked_and_their_confidences_are_probabilities(
    bench: Bench, upstream: Upstream
) -> None:
    """All labels together sum to 1, best first, the first is the intent."""
    built = bench.created(IntentClassifier)
    built.train(upstream.training_data())
    (message,) = built.process(upstream.messages(["谢谢啊"]))
    ranking = message.get("intent_ranking")
    assert "thank" == message.get(INTENT)["name"] == ranking[0]["name"]
    assert set(EXAMPLES) == {item["name"] for item in ranking}
    assert 1.0 == pytest.approx(sum(item["confidence"] for item in ranking), abs=1e-5)
    assert ranking == sorted(ranking, key=lambda item: -item["confidence"])


def test_training_twice_gives_the_same_classifier(upstream: Upstream, tmp_path: Path) -> None:
    """A model can be made again from the same data."""
    arrays = []
    for name in ("a", "b"):
        bench = Bench(tmp_path / name)
        bench.created(IntentClassifier).train(upstream.training_data())
        with np.load(bench.folder / "IntentClassifier" / ARRAYS) as stored:
            arrays.append({key: stored[key].tobytes() for key in stored.files})
    assert arrays[0] == arrays[1]


def test_a_classifier_of_one_intent_is_refused(bench: Bench, upstream: Upstream) -> None:
    """Nothing can be told apart: training fails instead of answering one thing always."""
    only = [m for m in upstream.training_data().training_examples if m.get(INTENT) == "greet"]
    with pytest.raises(ModelMissing, match="no intent examples"):
        bench.created(IntentClassifier).train(TrainingData(only))


def test_places_keep_the_entities_that_others_found(bench: Bench, repository: Path) -> None:
    """A place is added with its register id and its offsets; nothing is taken away."""
    rows = yaml.safe_load((repository / "knowledge" / "places.yml").read_text("utf-8"))
    district = rows["districts"][0]
    text = f"我住{district['name']}，想补办社保卡"
    other = {"entity": "phone", "value": "12345", "start": 0, "end": 1}
    (message,) = bench.created(PlaceExtractor).process([Message({TEXT: text, ENTITIES: [other]})])
    first, place = message.get(ENTITIES)
    assert other == first
    assert ("district", district["id"]) == (place["entity"], place["value"])
    assert district["name"] == text[place["start"] : place["end"]]


def test_a_loaded_extractor_reads_the_models_copy(
    bench: Bench, repository: Path, tmp_path: Path
) -> None:
    """A register that breaks after training breaks no running model."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name in FILES:
        shutil.copy(repository / "knowledge" / name, folder)
    bench.created(PlaceExtractor, places=str(folder)).train(training_data())
    (folder / "places.yml").write_text("districts: 3\n", encoding="utf-8")
    with pytest.raises(InvalidKnowledge):
        bench.created(PlaceExtractor, places=str(folder))
    assert bench.loaded(PlaceExtractor, places=str(folder)).process([]) == []


def test_the_policy_retriever_attaches_ids_and_scores_only(bench: Bench) -> None:
    """No words of an entry travel in the tracker; best first and at most `top`."""
    (message,) = bench.created(PolicyRetriever, top=3).process(messages(["社保卡丢了怎么补"]))
    passages = message.get(KEY)
    assert {"edition", "probability", "ranked"} == set(passages)
    assert services.process_live_index().current.edition.id == passages["edition"]
    assert 0.0 <= passages["probability"] <= 1.0
    assert 3 == len(passages["ranked"])
    assert all({"entry_id", "score"} == set(item) for item in passages["ranked"])
    scores = [item["score"] for item in passages["ranked"]]
    assert scores == sorted(scores, reverse=True)
    assert len(json.dumps(passages)) < 400


def test_the_policy_retriever_follows_a_new_edition(bench: Bench) -> None:
    """Publishing needs no training and no restart: the next message names the new edition."""

    class Searched:
        """Stands for a loaded edition."""

        def __init__(self, name: str) -> None:
            self.edition = type("Named", (), {"id": name})()

        def ranked(self, _text: str, _top: int) -> tuple[list[Any], float]:
            return [], 0.5

    live = type("Live", (), {"current": Searched("first")})()
    built = bench.created(PolicyRetriever)
    built._live = live
    (message,) = built.process(messages(["你好"]))
    assert "first" == message.get(KEY)["edition"]
    live.current = Searched("second")
    (message,) = built.process(messages(["你好"]))
    assert "second" == message.get(KEY)["edition"]
