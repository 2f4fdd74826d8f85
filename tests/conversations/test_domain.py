"""The files of the Rasa project agree with each other and with the code."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import actions
from actions.base import HotlineAction
from assistant.answering.aspects import INTENT_ASPECTS
from assistant.answering.choices import PRESSED
from assistant.answering.conversation import Memory
from assistant.answering.decide import PHRASE_INTENTS
from assistant.answering.decision import REQUEST_TYPES
from assistant.knowledge.places import PlaceKind


def read(path: Path) -> dict[str, Any]:
    """Return a YAML file of the Rasa project."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def domain(repository: Path) -> dict[str, Any]:
    return read(repository / "domain.yml")


def action_classes() -> list[type[HotlineAction]]:
    """Return the actions of the package, as `rasa run actions` finds them."""
    for module in pkgutil.iter_modules(actions.__path__):
        importlib.import_module(f"actions.{module.name}")
    return sorted(HotlineAction.__subclasses__(), key=lambda found: found.__name__)


@pytest.mark.parametrize("folder", ["data/nlu", "tests/nlu"])
def test_every_intent_has_its_own_file(
    folder: str, domain: dict[str, Any], repository: Path
) -> None:
    """One intent a file, named after it: nothing is taught that the domain does not know."""
    files = sorted((repository / folder).glob("*.yml"))

    assert [path.stem for path in files] == sorted(domain["intents"])
    for path in files:
        assert [item["intent"] for item in read(path)["nlu"]] == [path.stem]


def test_every_intent_leads_to_an_action_of_ours(domain: dict[str, Any], repository: Path) -> None:
    """No intent, and not even the fallback, is left without an answer."""
    rules = [
        rule for path in sorted((repository / "data" / "rules").glob("*.yml"))
        for rule in read(path)["rules"]
    ]  # fmt: skip
    led = [rule["steps"][0]["intent"] for rule in rules]

    assert sorted(led) == sorted([*domain["intents"], "nlu_fallback"])
    for rule in rules:
        assert [step["action"] for step in rule["steps"][1:]] == ["action_answer_question"]


def test_the_domains_actions_are_the_classes_in_actions(domain: dict[str, Any]) -> None:
    """Each action has a class, each class stands in the domain, class and file share the name."""
    classes = action_classes()

    assert [found().name() for found in classes] == domain["actions"]
    for found in classes:
        words = "".join(f"_{char.lower()}" if char.isupper() else char for char in found.__name__)
        assert found.__module__ == f"actions.{words[1:]}"
        assert found().name() == f"action{words}"


def test_the_worker_runs_the_actions_of_the_domain(domain: dict[str, Any]) -> None:
    """What `rasa run actions` finds, the worker registers."""
    from assistant.worker.actions_in_process import ACTIONS

    assert [action().name() for action in ACTIONS] == domain["actions"]


def test_slots_are_what_actions_remember(domain: dict[str, Any]) -> None:
    """A slot that nobody sets, or a memory that nobody keeps, is a mistake."""
    (action,) = action_classes()
    kept = {event["name"] for event in action().remember(Memory())}

    assert set(domain["slots"]) == kept
    for name, slot in domain["slots"].items():
        assert slot["mappings"] == [{"type": "custom"}], name
        assert slot["influence_conversation"] is False, name


def test_entities_are_the_kinds_of_places(domain: dict[str, Any]) -> None:
    """What the extractor finds is what the domain knows."""
    assert set(domain["entities"]) == {str(kind) for kind in PlaceKind}


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(set(PHRASE_INTENTS), id="phrases"),
        pytest.param(set(INTENT_ASPECTS), id="aspects"),
        pytest.param(set(PRESSED.values()), id="buttons"),
        pytest.param(set(REQUEST_TYPES), id="request types"),
    ],
)
def test_intents_that_the_code_names_exist(named: set[str], domain: dict[str, Any]) -> None:
    """A table with an intent that nobody can have would never be reached."""
    assert named <= set(domain["intents"])
