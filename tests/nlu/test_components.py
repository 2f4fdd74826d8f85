"""The contract of every graph component of ours, and what each promises beyond it."""

from __future__ import annotations

import inspect
import json
import shutil
import sys
import typing
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import pytest
import yaml
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.training.fingerprinting import calculate_fingerprint_key
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.common import find_unavailable_packages

from assistant import services
from assistant.errors import IndexEditionMismatch, InvalidKnowledge, ModelMissing, SettingInvalid
from assistant.nlu import featurizer as featurizer_module
from assistant.nlu.featurizer import MODEL_FILE, SentenceFeaturizer
from assistant.nlu.fingerprints import fingerprint_of
from assistant.nlu.intent_classifier import ARRAYS, LABELS, IntentClassifier
from assistant.nlu.place_extractor import FILES, PlaceExtractor
from assistant.nlu.policy_retriever import KEY, PolicyRetriever
from assistant.nlu.tokenizer import WORDS_FILE, HotlineTokenizer
from tests.nlu.small_project import (
    COMPONENTS,
    EXAMPLES,
    HARD_TEXTS,
    Bench,
    Upstream,
    config_of,
    messages,
    seen,
    training_data,
)

KINDS = DefaultV1Recipe.ComponentType
KIND_OF = {
    HotlineTokenizer: KINDS.MESSAGE_TOKENIZER,
    SentenceFeaturizer: KINDS.MESSAGE_FEATURIZER,
    IntentClassifier: KINDS.INTENT_CLASSIFIER,
    PlaceExtractor: KINDS.ENTITY_EXTRACTOR,
    PolicyRetriever: KINDS.MESSAGE_FEATURIZER,
}
# What each leaves in the model archive; the policy retriever follows the edition instead.
FILES_OF = {
    HotlineTokenizer: (WORDS_FILE,),
    SentenceFeaturizer: (MODEL_FILE,),
    IntentClassifier: (ARRAYS, LABELS),
    PlaceExtractor: FILES,
}
TRAINED = tuple(FILES_OF)
MODULE_FILES = [*FILES_OF.items()]
every_component = pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.__name__)
every_trained = pytest.mark.parametrize("component", TRAINED, ids=lambda c: c.__name__)


def ready(component: Any, bench: Bench, upstream: Upstream) -> Any:
    """Return a component that was trained, where it trains at all."""
    built = bench.created(component)
    if component in FILES_OF:
        assert Resource(component.__name__) == built.train(data_for(component, upstream))
    return built


def data_for(component: Any, upstream: Upstream) -> TrainingData:
    """Return the tiny set as the component gets it in the graph."""
    return training_data() if component is HotlineTokenizer else upstream.training_data()


def messages_for(component: Any, upstream: Upstream, texts: typing.Sequence[str]) -> list[Message]:
    """Return messages as the component gets them in the graph."""
    return messages(texts) if component is HotlineTokenizer else upstream.messages(texts)


def test_the_contract_covers_every_component_of_ours(repository: Path) -> None:
    """A new component is not forgotten here: the pipeline and this suite name the same ones."""
    pipeline = yaml.safe_load((repository / "config.yml").read_text("utf-8"))["pipeline"]
    ours = [step["name"] for step in pipeline if step["name"].startswith("assistant.")]
    assert [f"{c.__module__}.{c.__name__}" for c in COMPONENTS] == ours
    assert list(KIND_OF) == list(COMPONENTS)


@every_component
def test_a_component_is_registered_under_its_kind(component: Any) -> None:
    """Rasa puts it at the right place of the graph and trains exactly those that learn."""
    registered = DefaultV1Recipe._registered_components[component.__name__]
    assert component is registered.clazz
    assert {KIND_OF[component]} == registered.types
    assert registered.is_trainable == (component in FILES_OF)
    assert issubclass(component, GraphComponent)


@every_component
def test_a_default_configuration_is_plain_and_fresh(component: Any) -> None:
    """Changing one component's configuration changes no other's."""
    config = component.get_default_config()
    assert config == json.loads(json.dumps(config))
    config["changed"] = True
    assert "changed" not in component.get_default_config()


@every_component
def test_what_a_component_needs_stands_before_it(component: Any, repository: Path) -> None:
    """Our pipeline gives every component what it asks for."""
    pipeline = yaml.safe_load((repository / "config.yml").read_text("utf-8"))["pipeline"]
    names = [step["name"] for step in pipeline]
    place = names.index(f"{component.__module__}.{component.__name__}")
    registered = DefaultV1Recipe._registered_components
    before = [registered[name.split(".")[-1]].clazz for name in names[:place]]
    for needed in component.required_components():
        assert any(issubclass(one, needed) for one in before), needed


@every_component
def test_required_packages_are_modules_and_distributions(component: Any) -> None:
    """Rasa imports the names and asks pip for their versions; a name that is only one raises."""
    assert set() == find_unavailable_packages(component.required_packages())
    assert calculate_fingerprint_key(component, config_of(component), {})


@every_component
def test_the_methods_of_the_graph_are_annotated(component: Any) -> None:
    """Rasa's validator reads the annotations, those of returned values too."""
    for name in ("create", "load", "train", "process", "process_training_data"):
        method = getattr(component, name, None)
        if method is None or not method.__module__.startswith("assistant."):
            continue
        hints = typing.get_type_hints(method)
        arguments = [n for n in inspect.signature(method).parameters if n not in ("self", "cls")]
        assert {*arguments, "return"} == set(hints), name
        if name == "train":
            assert hints["return"] is Resource


@every_component
def test_no_message_gives_no_message(component: Any, bench: Bench, upstream: Upstream) -> None:
    """An empty batch is no error."""
    assert [] == ready(component, bench, upstream).process([])


@every_component
def test_a_message_without_text_passes(component: Any, bench: Bench, upstream: Upstream) -> None:
    """A button's order or an action's message has no text; it comes back and nothing is made up."""
    built = ready(component, bench, upstream)
    (found,) = built.process([Message({"action_name": "action_listen"})])
    assert found.get(TEXT) is None
    assert [] == (found.get(ENTITIES) or [])
    assert found.get(KEY) is None
    assert (found.get(INTENT) or {}).get("name") is None


@every_component
def test_hard_texts_pass_alone_and_together(
    component: Any, bench: Bench, upstream: Upstream
) -> None:
    """Emoji, 2,000 characters, traditional characters, braces: the same alone as in a batch.

    Only the vectors differ a little (see the featurizer), so each message brings its own.
    """
    built = ready(component, bench, upstream)
    batch = [m for text in HARD_TEXTS for m in messages_for(component, upstream, [text])]
    together = built.process(batch)
    assert list(HARD_TEXTS) == [message.get(TEXT) for message in together]
    for text, message in zip(HARD_TEXTS, together, strict=True):
        (alone,) = built.process(messages_for(component, upstream, [text]))
        one, many = seen(alone), seen(message)
        for (*_, left), (*_, right) in zip(one.pop("features"), many.pop("features"), strict=True):
            cosine = np.frombuffer(left, np.float32) @ np.frombuffer(right, np.float32)
            assert cosine > 0.97
        assert one == many


@every_trained
def test_a_trained_component_loads_in_a_fresh_storage(
    component: Any, bench: Bench, upstream: Upstream, tmp_path: Path
) -> None:
    """What answers citizens does exactly what was trained, in another process and folder."""
    built = ready(component, bench, upstream)
    shutil.copytree(bench.folder, tmp_path / "shipped")
    again = Bench(tmp_path / "shipped").loaded(component)
    texts = [text for group in EXAMPLES.values() for text in group] + list(HARD_TEXTS)
    expected = [seen(m) for m in built.process(messages_for(component, upstream, texts))]
    assert expected == [seen(m) for m in again.process(messages_for(component, upstream, texts))]


@pytest.mark.parametrize(
    ("component", "name"),
    [(component, name) for component, names in FILES_OF.items() for name in names],
)
def test_a_component_without_its_file_fails_to_load(
    component: Any, name: str, bench: Bench, upstream: Upstream
) -> None:
    """What fails to load fails to start; no component answers untrained."""
    ready(component, bench, upstream)
    (bench.folder / component.__name__ / name).unlink()
    with pytest.raises((ModelMissing, InvalidKnowledge)):
        bench.loaded(component)


@every_trained
def test_a_component_that_was_never_trained_fails_to_load(component: Any, bench: Bench) -> None:
    """An archive without the component's folder is no model."""
    with pytest.raises(ValueError, match="does not exist"):
        bench.loaded(component)


@every_component
def test_processing_changes_nothing_but_its_own(
    component: Any, bench: Bench, upstream: Upstream
) -> None:
    """Text, and for training data the intent, stay as the editor wrote them."""
    built = ready(component, bench, upstream)
    data = data_for(component, upstream)
    before = [(m.get(TEXT), m.get(INTENT), len(m.features)) for m in data.training_examples]
    if component in FILES_OF:
        built.train(data)
        after = [(m.get(TEXT), m.get(INTENT), len(m.features)) for m in data.training_examples]
        assert before == after
    if component is not IntentClassifier:
        built.process_training_data(data)
        assert [(t, i) for t, i, _ in before] == [
            (m.get(TEXT), m.get(INTENT)) for m in data.training_examples
        ]


@every_trained
def test_the_fingerprint_knows_the_components_own_module(
    component: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed function below the class trains anew; Rasa hashes the class alone."""
    before = component.fingerprint_addon(config_of(component))
    module = sys.modules[component.__module__]
    changed = tmp_path / Path(str(module.__file__)).name
    changed.write_text(Path(str(module.__file__)).read_text("utf-8") + "\n# other\n", "utf-8")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert before != component.fingerprint_addon(config_of(component))


@pytest.mark.parametrize(
    ("component", "helper"),
    [
        pytest.param(HotlineTokenizer, "assistant.retrieval.segmentation", id="cutting"),
        pytest.param(HotlineTokenizer, "assistant.retrieval.word_list", id="word lists"),
        pytest.param(HotlineTokenizer, "assistant.text", id="folding"),
        pytest.param(SentenceFeaturizer, "assistant.retrieval.embedder", id="embedding"),
        pytest.param(PlaceExtractor, "assistant.knowledge.places", id="gazetteer"),
    ],
)
def test_the_fingerprint_knows_the_helper_modules(
    component: Any, helper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed helper is never "restored from cache"."""
    before = component.fingerprint_addon(config_of(component))
    module = sys.modules[helper]
    changed = tmp_path / Path(str(module.__file__)).name
    changed.write_text(Path(str(module.__file__)).read_text("utf-8") + "\n# other\n", "utf-8")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert before != component.fingerprint_addon(config_of(component))


def test_the_fingerprint_knows_the_word_lists(repository: Path, tmp_path: Path) -> None:
    """A word added to data/jieba, or a new list, trains anew; the same lists do not."""
    folder = tmp_path / "jieba"
    shutil.copytree(repository / "data" / "jieba", folder)
    config = config_of(HotlineTokenizer, words=str(folder))
    prints = [HotlineTokenizer.fingerprint_addon(config)]
    assert prints[0] == HotlineTokenizer.fingerprint_addon(config)
    with (folder / "city.txt").open("a", encoding="utf-8") as handle:
        handle.write("新词\t理由\n")
    prints.append(HotlineTokenizer.fingerprint_addon(config))
    (folder / "more.txt").write_text("另一个新词\t理由\n", encoding="utf-8")
    prints.append(HotlineTokenizer.fingerprint_addon(config))
    assert 3 == len(set(prints))


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_knows_the_places(name: str, repository: Path, tmp_path: Path) -> None:
    """A new street trains anew."""
    for file in FILES:
        shutil.copy(repository / "knowledge" / file, tmp_path)
    config = config_of(PlaceExtractor, places=str(tmp_path))
    before = PlaceExtractor.fingerprint_addon(config)
    with (tmp_path / name).open("a", encoding="utf-8") as handle:
        handle.write("# 改过\n")
    assert before != PlaceExtractor.fingerprint_addon(config)


def test_the_fingerprint_knows_the_embedding_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other weights have another manifest and train anew."""
    before = SentenceFeaturizer.fingerprint_addon({})
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(featurizer_module, "process_embedding_manifest", lambda: manifest)
    changed = SentenceFeaturizer.fingerprint_addon({})
    manifest.unlink()
    assert 3 == len({before, changed, SentenceFeaturizer.fingerprint_addon({})})


def test_a_fingerprint_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    """Globs come in any order."""
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    forward = fingerprint_of(HotlineTokenizer, files=files)
    assert forward == fingerprint_of(HotlineTokenizer, files=reversed(files))


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
