"""The fingerprint of a component: whatever changes its result trains it anew."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.nlu import featurizer as featurizer_module
from assistant.nlu.featurizer import SentenceFeaturizer
from assistant.nlu.fingerprints import fingerprint_of
from assistant.nlu.place_extractor import FILES, PlaceExtractor
from assistant.nlu.tokenizer import HotlineTokenizer
from tests.nlu.component_rows import every_trained
from tests.nlu.small_project import config_of


@every_trained
def test_the_fingerprint_knows_the_components_own_module(
    component: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed function below the class trains anew; Rasa hashes the class alone."""
    before = component.fingerprint_addon(config_of(component))
    module = sys.modules[component.__module__]
    changed = tmp_path / Path(str(module.__file__)).name
    changed.write_text(Path(str(module.__file__)).read_text("utf-8") + "\n# other\n", "utf-8")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert before != component.fingerprint_addon(config_of(component))


@pytest.mark.parametrize(
    ("component", "helper"),
    [
        pytest.param(HotlineTokenizer, "assistant.retrieval.segmentation", id="cutting"),
        pytest.param(HotlineTokenizer, "assistant.retrieval.word_list", id="word lists"),
        pytest.param(HotlineTokenizer, "assistant.text", id="folding"),
        pytest.param(SentenceFeaturizer, "assistant.retrieval.embedder", id="embedding"),
        pytest.param(PlaceExtractor, "assistant.knowledge.places", id="gazetteer"),
    ],
)
def test_the_fingerprint_knows_the_helper_modules(
    component: Any, helper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed helper is never "restored from cache"."""
    before = component.fingerprint_addon(config_of(component))
    module = sys.modules[helper]
    changed = tmp_path / Path(str(module.__file__)).name
    changed.write_text(Path(str(module.__file__)).read_text("utf-8") + "\n# other\n", "utf-8")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert before != component.fingerprint_addon(config_of(component))


def test_the_fingerprint_knows_the_word_lists(repository: Path, tmp_path: Path) -> None:
    """A word added to data/jieba, or a new list, trains anew; the same lists do not."""
    folder = tmp_path / "jieba"
    shutil.copytree(repository / "data" / "jieba", folder)
    config = config_of(HotlineTokenizer, words=str(folder))
    prints = [HotlineTokenizer.fingerprint_addon(config)]
    assert prints[0] == HotlineTokenizer.fingerprint_addon(config)
    with (folder / "city.txt").open("a", encoding="utf-8") as handle:
        handle.write("新词\t理由\n")
    prints.append(HotlineTokenizer.fingerprint_addon(config))
    (folder / "more.txt").write_text("另一个新词\t理由\n", encoding="utf-8")
    prints.append(HotlineTokenizer.fingerprint_addon(config))
    assert 3 == len(set(prints))


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_knows_the_places(name: str, repository: Path, tmp_path: Path) -> None:
    """A new street trains anew."""
    for file in FILES:
        shutil.copy(repository / "knowledge" / file, tmp_path)
    config = config_of(PlaceExtractor, places=str(tmp_path))
    before = PlaceExtractor.fingerprint_addon(config)
    with (tmp_path / name).open("a", encoding="utf-8") as handle:
        handle.write("# 改过\n")
    assert before != PlaceExtractor.fingerprint_addon(config)


def test_the_fingerprint_knows_the_embedding_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other weights have another manifest and train anew."""
    before = SentenceFeaturizer.fingerprint_addon({})
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(featurizer_module, "process_embedding_manifest", lambda: manifest)
    changed = SentenceFeaturizer.fingerprint_addon({})
    manifest.unlink()
    assert 3 == len({before, changed, SentenceFeaturizer.fingerprint_addon({})})


def test_a_fingerprint_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    """Globs come in any order."""
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    forward = fingerprint_of(HotlineTokenizer, files=files)
    assert forward == fingerprint_of(HotlineTokenizer, files=reversed(files))
