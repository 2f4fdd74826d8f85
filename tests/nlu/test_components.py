"""The contract of every graph component of ours."""

from __future__ import annotations

import inspect
import json
import shutil
import typing
from pathlib import Path
from typing import Any

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

from assistant.errors import InvalidKnowledge, ModelMissing
from assistant.nlu.featurizer import SentenceFeaturizer
from assistant.nlu.intent_classifier import IntentClassifier
from assistant.nlu.place_extractor import PlaceExtractor
from assistant.nlu.policy_retriever import KEY, PolicyRetriever
from assistant.nlu.tokenizer import HotlineTokenizer
from tests.nlu.component_rows import FILES_OF, every_component, every_trained
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
