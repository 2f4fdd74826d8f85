"""The repository's own rules, with and without learned weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.safety.danger import DangerRecogniser
from assistant.safety.emergencies import EMERGENCIES, Emergencies, read_emergencies
from assistant.safety.labelled import read_labelled, sentences_of_intents
from assistant.safety.phrase_weights import PhraseWeights, learn
from assistant.safety.plain_text import plain_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def emergencies() -> Emergencies:
    return read_emergencies(ROOT / "knowledge" / EMERGENCIES)


@pytest.fixture(scope="session")
def rules(emergencies: Emergencies) -> DangerRecogniser:
    """The rules alone, as in a gateway whose weights are gone."""
    return DangerRecogniser(emergencies)


@pytest.fixture(scope="session")
def weights(emergencies: Emergencies) -> PhraseWeights:
    """Weights learned as set-up learns them."""
    labelled = read_labelled(ROOT / "data" / "danger")
    pictures = emergencies.pictures
    told = [(plain_text(item.text, pictures), item.numbers[0]) for item in labelled if item.numbers]
    safe = [item.text for item in labelled if not item.numbers]
    safe += sentences_of_intents(ROOT / "data" / "nlu")
    return learn(told, [plain_text(text, pictures) for text in safe], "tests")


@pytest.fixture(scope="session")
def recogniser(emergencies: Emergencies, weights: PhraseWeights) -> DangerRecogniser:
    """Rules and learned weights together."""
    return DangerRecogniser(emergencies, weights)
