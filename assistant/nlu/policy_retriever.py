"""PolicyRetriever: attaches ranked candidates of the current edition to the message.

Only ids, scores and the probability travel in the tracker; the words of an
answer are taken from the edition when the reply is made. The index follows the
knowledge edition, so that publishing needs no training.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.retrieval.live_index import LiveIndex
from assistant.services import process_live_index

KEY = "passages"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class PolicyRetriever(GraphComponent):  # type: ignore[misc]  # rasa is not followed by mypy
    """Sets `passages`: `{"edition", "probability", "ranked": [{"entry_id", "score"}…]}`.

    Needs nothing; best first, at most `top` entries.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See parent class."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class."""
        return {"top": 8}

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class; `faiss` is left out, its module and package names differ."""
        return ["numpy"]

    def __init__(self, config: dict[str, Any]) -> None:
        self._top = int(config["top"])
        self._live: LiveIndex | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PolicyRetriever:
        """See parent class."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: nothing is learned from passages."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Attach the candidates to every message that has text."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                message.set(KEY, self._passages(text), add_to_output=True)
        return messages

    def _passages(self, text: str) -> dict[str, Any]:
        """Return what is kept of one search."""
        if self._live is None:
            self._live = process_live_index()
        loaded = self._live.current
        candidates, probability = loaded.ranked(text, self._top)
        return {
            "edition": loaded.edition.id,
            "probability": round(probability, 4),
            "ranked": [
                {"entry_id": candidate.doc_id, "score": round(candidate.score, 4)}
                for candidate in candidates
            ],
        }
