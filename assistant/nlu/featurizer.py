"""SentenceFeaturizer: the embedding model's vector as dense sentence feature.

The embedder is the one that retrieval uses, loaded once a process. The model
archive keeps which model it was trained with; another one fails to load.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.errors import IndexEditionMismatch, ModelMissing
from assistant.nlu.fingerprints import fingerprint_of
from assistant.retrieval import embedder as embedder_module
from assistant.retrieval.embedder import Embedder
from assistant.services import process_embedder, process_embedding_manifest
from assistant.text import in_simplified

MODEL_FILE = "embedding.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]  # rasa is not followed by mypy
    """Adds one vector per message, float32, shape (1, dimension), length 1.

    Needs a tokenizer before it, as every featurizer in Rasa does; gives dense
    sequence and sentence features of the attribute `text`. The sequence feature is
    the sentence's vector once, not one row a token: it serves no sequence model.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See parent class."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class."""
        return {"alias": None}

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class."""
        return ["onnxruntime", "tokenizers"]

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        embedder: Embedder,
        model_storage: ModelStorage,
        resource: Resource,
    ) -> None:
        super().__init__(name, config)
        self._embedder = embedder
        self._model_storage, self._resource = model_storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """See parent class."""
        name = execution_context.node_name
        return cls(config, name, process_embedder(), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        """See parent class.

        Raises:
            ModelMissing: the archive does not say which model it was trained with.
            IndexEditionMismatch: it was trained with another embedding model.
        """
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            path = folder / MODEL_FILE
            if not path.is_file():
                raise ModelMissing(path, "the featurizer was not trained")
            trained_with = json.loads(path.read_text("utf-8"))["embedder"]
        if trained_with != component._embedder.name:
            raise IndexEditionMismatch(path, component._embedder.name, trained_with)
        return component

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """See parent class; there is nothing to choose."""

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the name of the embedding model in the archive."""
        with self._model_storage.write_to(self._resource) as folder:
            text = json.dumps({"embedder": self._embedder.name})
            (folder / MODEL_FILE).write_text(text, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """See parent class."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to every message that has text.

        In a batch, as in training, the int8 network gives slightly other vectors than
        alone (cosine 0.984 to 0.999); training one by one measured no better.
        """
        with_text = [message for message in messages if message.get(TEXT)]
        vectors = self._embedder.embed_questions(
            [in_simplified(message.get(TEXT)) for message in with_text]
        )
        for message, vector in zip(with_text, vectors, strict=True):
            sentence = vector[np.newaxis, :]
            for kind in (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE):
                message.add_features(Features(sentence, kind, TEXT, self._identifier))
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See parent class."""
        return fingerprint_of(cls, [embedder_module], [process_embedding_manifest()])
