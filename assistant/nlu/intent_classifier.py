"""IntentClassifier: logistic regression over the sentence vector and character counts.

Rasa's own LogisticRegressionClassifier loads as untrained when its file is
missing, weighs raw counts against unit vectors, and stores skops files. This
one scales both views, fails to load when incomplete, and stores plain arrays.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from assistant.errors import ModelMissing
from assistant.nlu.fingerprints import fingerprint_of

ARRAYS, LABELS = "intents.npz", "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(RasaIntentClassifier, GraphComponent):  # type: ignore[misc]  # rasa is not followed by mypy
    """Sets `intent` and `intent_ranking`; confidences sum to 1, ties in label order.

    Needs one dense and one sparse sentence feature of `text`.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See parent class."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class.

        `sparse_weight` scales character counts against the vector; `penalty` is
        scikit-learn's C. Both were chosen by cross-validation on data/nlu
        (docs/evaluation.md, "Intents").
        """
        return {"sparse_weight": 5.0, "dense_weight": 5.0, "penalty": 2.0, "ranking_length": 5}

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class."""
        return ["sklearn", "scipy"]

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._model_storage, self._resource = model_storage, resource
        self._labels: list[str] = []
        self._weights: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._bias: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._mean: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._width = 0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """See parent class."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """See parent class.

        Raises:
            ModelMissing: the archive holds no trained classifier.
        """
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if not (folder / ARRAYS).is_file() or not (folder / LABELS).is_file():
                raise ModelMissing(folder / ARRAYS, "the intent classifier was not trained")
            component._labels = json.loads((folder / LABELS).read_text("utf-8"))
            with np.load(folder / ARRAYS) as arrays:
                component._weights = arrays["weights"]
                component._bias = arrays["bias"]
                component._mean = arrays["mean"]
                component._width = component._weights.shape[1] - len(component._mean)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples with text.

        Raises:
            ModelMissing: there are fewer than two intents.
        """
        from sklearn.linear_model import LogisticRegression

        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [example.get(INTENT) for example in examples]
        if len(set(labels)) < 2:
            raise ModelMissing(self._config.get("name", "data/nlu"), "no intent examples")
        self._width = _width(examples)
        self._mean = np.mean([_dense(example) for example in examples], axis=0).astype(np.float32)
        model = LogisticRegression(
            C=self._config["penalty"], max_iter=400, class_weight="balanced", random_state=42
        )
        model.fit(self._matrix(examples), labels)
        self._labels = [str(label) for label in model.classes_]
        self._weights = model.coef_.astype(np.float32)
        self._bias = model.intercept_.astype(np.float32)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / ARRAYS, weights=self._weights, bias=self._bias, mean=self._mean)
            (folder / LABELS).write_text(json.dumps(self._labels), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of every message."""
        for message in messages:
            if not message.get(TEXT):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set("intent_ranking", [], add_to_output=True)
                continue
            scores = self._matrix([message]) @ self._weights.T + self._bias
            exponents = np.exp(scores[0] - scores[0].max())
            confidences = exponents / exponents.sum()
            order = np.argsort(-confidences, kind="stable")
            ranking = [
                {"name": self._labels[row], "confidence": float(confidences[row])}
                for row in order[: self._config["ranking_length"]]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """See parent class."""
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See parent class; the functions below the class are part of what is trained."""
        return fingerprint_of(cls)

    def _matrix(self, messages: list[Message]) -> sparse.csr_matrix:
        """Return both views side by side, one row a message."""
        dense = np.array([_dense(message) for message in messages]) - self._mean
        lengths = np.linalg.norm(dense, axis=1, keepdims=True).clip(min=1e-9)
        dense = dense / lengths * self._config["dense_weight"]
        counts = sparse.vstack([_sparse(message, self._width) for message in messages])
        counts.data = np.log1p(counts.data)
        norms = np.sqrt(counts.multiply(counts).sum(axis=1)).A.clip(min=1e-9)
        counts = counts.multiply(self._config["sparse_weight"] / norms)
        return sparse.hstack([sparse.csr_matrix(dense), counts]).tocsr()


def _dense(message: Message) -> npt.NDArray[np.float32]:
    """Return the dense sentence feature of a message, shape (dimension,)."""
    _sequence, sentence = message.get_dense_features(attribute=TEXT)
    vector: npt.NDArray[np.float32] = sentence.features[0]
    return vector


def _sparse(message: Message, width: int) -> sparse.csr_matrix:
    """Return the sparse sentence feature of a message, shape (1, width), float64.

    A message without any token, such as a lone emoji, has none: zeros.
    """
    _sequence, sentence = message.get_sparse_features(attribute=TEXT)
    if sentence is None:
        return sparse.csr_matrix((1, width), dtype=np.float64)
    return sparse.csr_matrix(sentence.features, dtype=np.float64)


def _width(messages: list[Message]) -> int:
    """Return the number of character counts, from the first message that has any."""
    for message in messages:
        _sequence, sentence = message.get_sparse_features(attribute=TEXT)
        if sentence is not None:
            return int(sentence.features.shape[1])
    return 0
