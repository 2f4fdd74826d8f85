"""Roll back: the earlier edition answers exactly as it did, or the step is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from assistant.errors import EditionDamaged, EditionNotFound, IndexEditionMismatch
from assistant.knowledge.editions import file_hash, read_manifest, write_manifest
from assistant.publishing.rollback import roll_back
from assistant.retrieval.embedder import Embedder
from tests.knowledge.small_base import GOLDEN, NOW, make_entry, replace_once, signed
from tests.publishing.release import Release

CARD = "social-insurance/lost-card"
QUESTIONS = [GOLDEN[0][0], GOLDEN[2][0], "社保"]


def results(release: Release) -> list[object]:
    """Return all candidates of some questions with scores, features and probabilities."""
    loaded = release.load()
    return [loaded.ranked(question) for question in QUESTIONS]


@pytest.fixture
def two(release: Release) -> tuple[Release, str, str]:
    """Return a release with two editions, and their ids; the second answers."""
    first = release.current
    release.put(signed(make_entry(CARD, answer="第二版的答复。", title="社保卡遗失如何补？")))
    release.publish(now=NOW + timedelta(minutes=1))
    return release, first, release.current


def test_a_rollback_gives_back_every_byte_and_every_score(
    two: tuple[Release, str, str], template: Release
) -> None:
    """Entries, indexes and search results are those of before, scores to the last digit."""
    release, first, second = two
    before, second_results = results(template), results(release)
    whole = release.files()

    report = roll_back(release.editions, first, release.embedder, commit=True)

    assert (second, first, 4, True) == (
        report.from_edition, report.to_edition, report.entries, report.is_committed
    )  # fmt: skip
    assert first == release.current
    after = release.files()
    assert {name for name in whole if whole[name] != after[name]} == {"CURRENT"}
    for name, raw in template.files().items():
        assert raw == after[name], name
    assert before == results(release)
    assert template.load().edition.entries == release.load().edition.entries
    roll_back(release.editions, second, release.embedder, commit=True)
    assert second_results == results(release) != before


def test_a_rollback_is_dry_by_default(two: tuple[Release, str, str]) -> None:
    """Without commit the edition is verified and nothing moves."""
    release, first, second = two
    before = release.files()

    report = roll_back(release.editions, first, release.embedder)

    assert (first, second, False) == (report.to_edition, report.from_edition, report.is_committed)
    assert before == release.files()


@pytest.mark.parametrize("commit", [False, True])
def test_an_edition_with_one_bit_changed_in_any_file_is_refused(
    two: tuple[Release, str, str], commit: bool
) -> None:
    """The answer of yesterday is the reviewed one, or there is no rollback."""
    release, first, second = two
    paths = sorted(path for path in (release.editions / first).rglob("*") if path.is_file())
    kept = []
    for path in paths:
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:] if len(whole) % 2 else whole[:-1] + b"#")
        try:
            roll_back(release.editions, first, release.embedder, commit=commit)
            kept.append(path.name)
        except EditionDamaged:
            pass
        path.write_bytes(whole)

    assert 20 <= len(paths)
    assert [] == kept
    assert second == release.current


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../editions", "20990101-000000-00000000", ".partial-20260302-020000",
     "CURRENT", "/etc/passwd", "x" * 300, "a/../b", "\x00"],
)  # fmt: skip
def test_a_name_that_is_no_edition_is_refused(release: Release, name: str) -> None:
    """No name leads out of the folder, and none to what a killed publish left."""
    current = release.current
    (release.editions / current).rename(release.editions / "aside")
    (release.editions / "aside").rename(release.editions / ".partial-20260302-020000")
    before = release.files()

    with pytest.raises(EditionNotFound):
        roll_back(release.editions, name, release.embedder, commit=True)

    assert before == release.files()


def test_an_edition_of_another_model_is_refused(two: tuple[Release, str, str]) -> None:
    """Vectors of another model would find nonsense."""
    release, first, second = two

    another = cast(Embedder, SimpleNamespace(name="another-model"))
    with pytest.raises(IndexEditionMismatch) as refused:
        roll_back(release.editions, first, another, commit=True)

    assert ("another-model", release.embedder.name) == (
        refused.value.expected, refused.value.found
    )  # fmt: skip
    assert second == release.current


def test_an_edition_whose_registers_this_release_cannot_read_is_refused(
    two: tuple[Release, str, str],
) -> None:
    """An edition of older code that no worker would load must not become the current one."""
    release, first, second = two
    folder = release.editions / first
    replace_once(folder / "knowledge" / "phrases.yml", "greeting:", "former_greeting:")
    manifest = read_manifest(folder)
    files = {**manifest.files, "knowledge/phrases.yml": file_hash(folder / "knowledge/phrases.yml")}
    write_manifest(folder, replace(manifest, files=files, seal=""))

    with pytest.raises(EditionDamaged, match="phrases"):
        roll_back(release.editions, first, release.embedder, commit=True)

    assert second == release.current


def test_an_edition_whose_index_this_release_cannot_read_is_refused(
    two: tuple[Release, str, str],
) -> None:
    """An index from before the known gaps is whole, and still no worker would load it."""
    release, first, second = two
    folder = release.editions / first
    path = folder / "index" / "index.json"
    description = json.loads(path.read_text("utf-8"))
    del description["gaps"]
    path.write_text(json.dumps(description), "utf-8")
    manifest = read_manifest(folder)
    files = {**manifest.files, "index/index.json": file_hash(path)}
    write_manifest(folder, replace(manifest, files=files, seal=""))

    with pytest.raises(EditionDamaged, match="gaps"):
        roll_back(release.editions, first, release.embedder, commit=True)

    assert second == release.current


def test_a_rollback_works_when_the_current_edition_is_damaged_or_gone(
    two: tuple[Release, str, str],
) -> None:
    """This is the moment that rolling back is for."""
    release, first, second = two
    (release.editions / second / "entries.json").write_text("[]", "utf-8")
    assert second == roll_back(release.editions, first, release.embedder).from_edition
    (release.editions / second / "manifest.json").unlink()

    report = roll_back(release.editions, first, release.embedder, commit=True)

    assert ("", first) == (report.from_edition, release.current)


def test_an_edition_of_before_there_were_seals_still_loads(release: Release) -> None:
    """Manifests without a seal are judged by the hashes they list."""
    path = release.editions / release.current / "manifest.json"
    plain = asdict(read_manifest(path.parent))
    del plain["seal"]
    path.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")

    assert release.current == release.load().edition.id
    Path(path.parent / "entries.json").write_text("[]", "utf-8")
    with pytest.raises(EditionDamaged):
        release.load()
