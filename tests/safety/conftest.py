"""The repository's own rules, with and without learned weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.safety.danger import DangerRecogniser
from assistant.safety.emergencies import EMERGENCIES, Emergencies, read_emergencies
from assistant.safety.phrase_weights import PhraseWeights
from assistant.services import danger_weights_path
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def emergencies() -> Emergencies:
    return read_emergencies(ROOT / "knowledge" / EMERGENCIES)


@pytest.fixture(scope="session")
def rules(emergencies: Emergencies) -> DangerRecogniser:
    """The rules alone, as in a gateway whose weights are gone."""
    return DangerRecogniser(emergencies)


@pytest.fixture(scope="session")
def weights(settings: Settings) -> PhraseWeights:
    """What set-up learned; tests/cli/test_danger.py learns it anew and compares."""
    return PhraseWeights.load(danger_weights_path(settings))


@pytest.fixture(scope="session")
def recogniser(emergencies: Emergencies, weights: PhraseWeights) -> DangerRecogniser:
    """Rules and learned weights together."""
    return DangerRecogniser(emergencies, weights)
