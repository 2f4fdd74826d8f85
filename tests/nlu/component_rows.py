"""The rows of the component tests: all that are ours, and those that learn, with their files."""

from __future__ import annotations

import pytest

from assistant.nlu.featurizer import MODEL_FILE, SentenceFeaturizer
from assistant.nlu.intent_classifier import ARRAYS, LABELS, IntentClassifier
from assistant.nlu.place_extractor import FILES, PlaceExtractor
from assistant.nlu.tokenizer import WORDS_FILE, HotlineTokenizer
from tests.nlu.small_project import COMPONENTS

# What each leaves in the model archive; the policy retriever follows the edition instead.
FILES_OF = {
    HotlineTokenizer: (WORDS_FILE,),
    SentenceFeaturizer: (MODEL_FILE,),
    IntentClassifier: (ARRAYS, LABELS),
    PlaceExtractor: FILES,
}
TRAINED = tuple(FILES_OF)
every_component = pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.__name__)
every_trained = pytest.mark.parametrize("component", TRAINED, ids=lambda c: c.__name__)
