"""The project as Rasa sees it: it validates in silence, trains, and its archive is whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from assistant.nlu.featurizer import MODEL_FILE
from assistant.nlu.intent_classifier import ARRAYS, LABELS
from assistant.nlu.place_extractor import FILES
from assistant.nlu.tokenizer import WORDS_FILE
from assistant.settings import Settings
from assistant.worker.model_file import rasa_model
from assistant.worker.quiet import QUIET
from assistant.worker.turn import TurnRunner
from tests.nlu.small_project import EXAMPLES

# What our components and Rasa's leave in an archive, by the last part of the folder's name.
ARCHIVED = {
    "HotlineTokenizer0": {WORDS_FILE},
    "SentenceFeaturizer1": {MODEL_FILE},
    "CountVectorsFeaturizer2": {"oov_words.json", "vocabularies.json"},
    "IntentClassifier3": {ARRAYS, LABELS},
    "PlaceExtractor4": set(FILES),
    "RulePolicy0": {"featurizer.json", "rule_only_data.json", "rule_policy.json"},
}


def archived(path: Path) -> dict[str, set[str]]:
    """Return the files of an archive by component."""
    found: dict[str, set[str]] = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive.getmembers():
            parts = Path(member.name).parts
            if member.isfile() and parts[0] == "components":
                name = parts[1].removeprefix("train_").split(".")[-1]
                found.setdefault(name, set()).add(parts[-1])
    return found


@pytest.fixture(scope="module")
def small_model(
    repository: Path, in_the_project: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Train our pipeline on three intents, with a training cache of its own."""
    from rasa.model_training import train

    folder = tmp_path_factory.mktemp("small")
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in EXAMPLES.items()
    ]
    steps = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": "action_answer_question"}]}
        for intent in EXAMPLES
    ]
    domain = yaml.safe_load((repository / "domain.yml").read_text("utf-8"))
    domain["intents"] = sorted(EXAMPLES)
    parts = {"nlu": {"nlu": nlu}, "rules": {"rules": steps}, "domain": domain}
    for name, content in parts.items():
        text = yaml.safe_dump({"version": "3.1", **content}, allow_unicode=True)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        patch.setenv("RASA_TELEMETRY_ENABLED", "false")
        result = train(
            domain=str(folder / "domain.yml"),
            config=str(repository / "config.yml"),
            training_files=[str(folder / "nlu.yml"), str(folder / "rules.yml")],
            output=str(folder / "models"),
        )
    assert 0 == result.code
    return Path(str(result.model))


def test_our_pipeline_trains_and_answers_on_a_tiny_project(small_model: Path) -> None:
    """The whole pipeline of config.yml fits together, from data to a turn."""
    import asyncio

    runner = TurnRunner(small_model)
    for text, intent in (("你好呀", "greet"), ("谢谢你", "thank"), ("社保卡怎么补", "ask_policy")):
        result = asyncio.run(runner.run("c", text, None))
        assert intent == result.parsed["intent"]["name"]
        assert 1 == len(result.payloads)


def test_a_fresh_archive_holds_everything_that_answering_needs(small_model: Path) -> None:
    """A model can be carried to a machine that has no training data."""
    found = archived(small_model)
    assert {name: files for name, files in found.items() if name in ARCHIVED} == ARCHIVED


@pytest.mark.model
def test_the_trained_archive_holds_everything_that_answering_needs(settings: Settings) -> None:
    """The same of the model that set-up trained."""
    found = archived(rasa_model(settings))
    assert {name: files for name, files in found.items() if name in ARCHIVED} == ARCHIVED


def test_rasa_validates_the_project_in_silence(repository: Path) -> None:
    """`rasa data validate` finds nothing: no unused intent, no conflict, no missing action."""
    quiet = {**os.environ, **QUIET, "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    found = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"],
        cwd=repository, env=quiet, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    said = found.stdout + found.stderr
    assert 0 == found.returncode, said
    assert "No story structure conflicts found" in said
    assert [] == re.findall(r"^.*(?:WARNING|ERROR|UserWarning|FutureWarning).*$", said, re.M)
