"""PlaceExtractor: districts, streets, communities and other cities from the gazetteer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.errors import InvalidKnowledge
from assistant.knowledge import other_cities, places
from assistant.knowledge.places import Gazetteer, load_gazetteer
from assistant.nlu.fingerprints import fingerprint_of

FILES = ("places.yml", "other_cities.yml")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PlaceExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]  # rasa is not followed by mypy
    """Adds entities `district`, `street`, `community`, `other_city` with the place's id as value.

    Needs nothing. The gazetteer's files are copied into the model.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See parent class."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class; `places` is the folder of the register files."""
        return {"places": "knowledge"}

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class."""
        return []

    def __init__(
        self, gazetteer: Gazetteer, folder: Path, model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._gazetteer, self._folder = gazetteer, folder
        self._model_storage, self._resource = model_storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlaceExtractor:
        """See parent class.

        Raises:
            InvalidKnowledge: a register file has errors.
        """
        folder = Path(config["places"])
        return cls(_gazetteer(folder), folder, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PlaceExtractor:
        """See parent class; reads the copy in the model, not the working tree."""
        with model_storage.read_from(resource) as folder:
            return cls(_gazetteer(folder), folder, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Copy the gazetteer's files into the model."""
        with self._model_storage.write_to(self._resource) as folder:
            for name in FILES:
                shutil.copyfile(self._folder / name, folder / name)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: places are looked up, not learned."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the places of every message that has text."""
        for message in messages:
            found = [
                {
                    "entity": str(mention.kind),
                    "value": mention.id,
                    "start": mention.start,
                    "end": mention.end,
                    "confidence": 1.0,
                    "extractor": "PlaceExtractor",
                }
                for mention in self._gazetteer.find(message.get(TEXT) or "")
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See parent class."""
        folder = Path({**cls.get_default_config(), **config}["places"])
        return fingerprint_of(cls, [places, other_cities], [folder / name for name in FILES])


def _gazetteer(folder: Path) -> Gazetteer:
    """Return the gazetteer of a folder, or refuse with all its problems."""
    gazetteer, problems = load_gazetteer(folder)
    if problems:
        raise InvalidKnowledge(f"{folder}: {len(problems)} problems", tuple(problems))
    return gazetteer
