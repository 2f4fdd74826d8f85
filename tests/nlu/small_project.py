"""A tiny training set and the means to build our components outside a Rasa graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.featurizer import SentenceFeaturizer
from assistant.nlu.intent_classifier import IntentClassifier
from assistant.nlu.place_extractor import PlaceExtractor
from assistant.nlu.policy_retriever import KEY, PolicyRetriever
from assistant.nlu.tokenizer import HotlineTokenizer

EXAMPLES: Mapping[str, Sequence[str]] = {
    "greet": ("你好", "您好啊", "早上好", "在吗", "有人在吗", "嗨"),
    "thank": ("谢谢", "多谢了", "太感谢了", "谢谢你的帮助", "辛苦了", "感谢感谢"),
    "ask_policy": (
        "社保卡丢了怎么补", "身份证到期了怎么换", "公积金怎么提取",
        "低保怎么申请", "居住证在哪里办", "养老金怎么领",
    ),
}  # fmt: skip
# Texts that no component may stumble over, each as a citizen may send it.
HARD_TEXTS = (
    "👍", "😂😂😂", "。。。", "1", "的" * 2000, "社保卡丢了怎麼補辦", "ＥＴＣ卡怎么办",
    "在朝霞区青湖街道补办身份证\n要带什么", "{\"a\": 1} {slot} %s", "á̂ ḿ", "/restart", " ",
)  # fmt: skip


def training_data() -> TrainingData:
    """Return fresh messages of the tiny set."""
    return TrainingData(
        [
            Message({TEXT: text, INTENT: intent})
            for intent, texts in EXAMPLES.items()
            for text in texts
        ]
    )


def messages(texts: Sequence[str]) -> list[Message]:
    """Return fresh messages as the graph gets them."""
    return [Message({TEXT: text}) for text in texts]


def config_of(component: type, **changes: Any) -> dict[str, Any]:
    """Return a component's default configuration with changes."""
    return {**component.get_default_config(), **changes}


class Bench:
    """Creates, trains and loads components over one model storage on disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.storage = LocalModelStorage.create(folder)

    def arguments(self, component: type, **changes: Any) -> tuple[Any, ...]:
        """Return what the graph hands to `create` and `load`."""
        context = ExecutionContext(GraphSchema({}), node_name=component.__name__)
        resource = Resource(component.__name__)
        return config_of(component, **changes), self.storage, resource, context

    def created(self, component: type, **changes: Any) -> Any:
        """Return a fresh component."""
        return component.create(*self.arguments(component, **changes))

    def loaded(self, component: type, **changes: Any) -> Any:
        """Return a component as a process that answers gets it."""
        return component.load(*self.arguments(component, **changes))


class Upstream:
    """Tokenizer, vector and character counts, trained on the tiny set."""

    def __init__(self, bench: Bench) -> None:
        self._data = training_data()
        self._steps: list[Any] = []
        for component in (HotlineTokenizer, SentenceFeaturizer, CountVectorsFeaturizer):
            changes = {"analyzer": "char", "min_ngram": 1, "max_ngram": 3}
            if component is not CountVectorsFeaturizer:
                changes = {}
            step = bench.created(component, **changes)
            step.train(self._data)
            self._data = step.process_training_data(self._data)
            self._steps.append(step)

    def training_data(self) -> TrainingData:
        """Return the tiny set with tokens and features."""
        data = training_data()
        for step in self._steps:
            data = step.process_training_data(data)
        return data

    def messages(self, texts: Sequence[str]) -> list[Message]:
        """Return fresh messages with tokens and features."""
        found = messages(texts)
        for step in self._steps:
            found = step.process(found)
        return found


def seen(message: Message) -> dict[str, Any]:
    """Return everything that our components may have added to a message, comparable."""
    features = [
        (feature.type, feature.origin, feature.features.tobytes())
        for feature in message.features
        if feature.is_dense() and feature.type == FEATURE_TYPE_SENTENCE
    ]
    return {
        "tokens": [(token.text, token.start) for token in message.get("text_tokens") or []],
        "features": features,
        "intent": message.get(INTENT),
        "ranking": message.get("intent_ranking"),
        "entities": message.get(ENTITIES),
        KEY: message.get(KEY),
    }


COMPONENTS = (
    HotlineTokenizer, SentenceFeaturizer, IntentClassifier, PlaceExtractor, PolicyRetriever,
)  # fmt: skip
