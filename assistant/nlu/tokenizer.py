"""HotlineTokenizer: words by jieba with the knowledge base's own words kept whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant import text
from assistant.errors import ModelMissing, SettingInvalid
from assistant.nlu.fingerprints import fingerprint_of
from assistant.retrieval import segmentation, word_list
from assistant.retrieval.segmentation import Segmenter
from assistant.retrieval.word_list import read_words

WORDS_FILE = "words.txt"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class HotlineTokenizer(Tokenizer):  # type: ignore[misc]  # rasa is not followed by mypy
    """Gives the words of a message with their places; punctuation and blanks are no tokens.

    Needs nothing; gives `text_tokens`. The word list is copied into the model.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See parent class."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class; `words` is the folder of word lists."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "words": "data/jieba",
        }

    @staticmethod
    def supported_languages() -> list[str] | None:
        """See parent class."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """See parent class."""
        return ["jieba"]

    def __init__(
        self,
        config: dict[str, Any],
        words: list[str],
        model_storage: ModelStorage,
        resource: Resource,
    ) -> None:
        super().__init__(config)
        self._words, self._segmenter = words, Segmenter(words)
        self._model_storage, self._resource = model_storage, resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HotlineTokenizer:
        """See parent class.

        Raises:
            SettingInvalid: the folder of word lists is not there.
        """
        folder = Path(config["words"])
        if not folder.is_dir():
            raise SettingInvalid("config.yml: HotlineTokenizer.words", f"{folder} is no folder")
        return cls(config, read_words(folder), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GraphComponent:
        """See parent class.

        Raises:
            ModelMissing: the archive holds no word list.
        """
        with model_storage.read_from(resource) as folder:
            path = folder / WORDS_FILE
            if not path.is_file():
                raise ModelMissing(path, "the tokenizer was not trained")
            words = path.read_text("utf-8").splitlines()
        return cls(config, words, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Copy the word list into the model."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / WORDS_FILE).write_text("\n".join(self._words), encoding="utf-8")
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """See parent class."""
        return [Token(word, start) for word, start in self._segmenter.spans(message.get(attribute))]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See parent class."""
        words = {**cls.get_default_config(), **config}["words"]
        modules = [segmentation, word_list, text]
        return fingerprint_of(cls, modules, Path(words).glob("*.txt"))
