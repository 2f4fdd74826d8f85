"""Editions on disk: every byte is vouched for, names are no paths, CURRENT is never half."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import EditionDamaged, EditionNotFound
from assistant.knowledge.editions import (
    current_id,
    edition_id,
    entry_from_dict,
    entry_to_dict,
    list_editions,
    load_edition,
    set_current,
)
from assistant.publishing.seal import put_in_place, sealed_manifest
from tests.knowledge.small_base import NOW, all_signed

TRICKS = [
    "", ".", "..", "../editions", "/etc", "a/b", ".partial-20260302-020000", "CURRENT",
    "manifest.json", "x" * 400, "no-such", "..\\x", "20260302-020000-00000000\n", "\x00", "编号",
]  # fmt: skip


def make_edition(editions: Path, note: str = "") -> str:
    """Put a small edition in place and return its id."""
    folder = editions / ".partial-x"
    (folder / "knowledge").mkdir(parents=True)
    (folder / "index").mkdir()
    rows = [entry_to_dict(entry) for entry in all_signed()]
    (folder / "entries.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    (folder / "knowledge" / "topics.yml").write_text("topics: []\n", "utf-8")
    (folder / "index" / "dense.faiss").write_bytes(bytes(range(64)))
    manifest = sealed_manifest(
        folder, editions, now=NOW, parent="", note=note, entries=4, embedder="model"
    )
    put_in_place(folder, editions, manifest.id)
    return manifest.id


def test_an_edition_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Entries, manifest and CURRENT come back as they were."""
    name = make_edition(tmp_path, "第一版")
    set_current(tmp_path, name)

    edition = load_edition(tmp_path, current_id(tmp_path))

    assert name == edition.id == edition.manifest.id
    assert {entry.id: entry for entry in all_signed()} == edition.entries
    assert ("第一版", 4, "model") == (
        edition.manifest.note, edition.manifest.entries, edition.manifest.embedder
    )  # fmt: skip


def test_an_entry_comes_back_from_its_compiled_form() -> None:
    """What is compiled is the entry, but for the lines of its file."""
    for entry in all_signed():
        assert entry == entry_from_dict(json.loads(json.dumps(entry_to_dict(entry))))


def test_every_byte_of_an_edition_is_vouched_for(tmp_path: Path) -> None:
    """One bit flipped anywhere, the manifest included, and the edition does not load."""
    name = make_edition(tmp_path)
    for path in sorted((tmp_path / name).rglob("*")):
        if not path.is_file():
            continue
        whole = path.read_bytes()
        for place in {*range(0, len(whole), max(1, len(whole) // 60)), len(whole) - 1}:
            for bit in (0x01, 0x20):
                path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
                with pytest.raises(EditionDamaged):
                    load_edition(tmp_path, name)
        path.write_bytes(whole)
    assert name == load_edition(tmp_path, name).id


@pytest.mark.parametrize("what", ["entries.json", "index/dense.faiss", "knowledge/topics.yml"])
def test_an_edition_that_lacks_a_file_is_damaged(tmp_path: Path, what: str) -> None:
    """Nothing is made up for what is missing."""
    name = make_edition(tmp_path)
    (tmp_path / name / what).unlink()

    with pytest.raises(EditionDamaged, match="missing"):
        load_edition(tmp_path, name)


@pytest.mark.parametrize("what", ["knowledge/calendar/2030.yml", "index/x", "x.json"])
def test_an_edition_with_a_file_too_many_is_damaged(tmp_path: Path, what: str) -> None:
    """A calendar put in afterwards would change answers though no listed file changed."""
    name = make_edition(tmp_path)
    path = tmp_path / name / what
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("year: 2030\n", "utf-8")

    with pytest.raises(EditionDamaged, match="added"):
        load_edition(tmp_path, name)


def test_an_edition_under_another_name_is_damaged(tmp_path: Path) -> None:
    """Answers name their edition, so a copied folder must not answer under its copy's name."""
    name = make_edition(tmp_path)
    (tmp_path / name).rename(tmp_path / "20990101-000000-00000000")

    with pytest.raises(EditionDamaged):
        load_edition(tmp_path, "20990101-000000-00000000")


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_that_is_no_editions_id_is_not_found(tmp_path: Path, name: str) -> None:
    """No name leads out of the folder or to what a killed publish left behind."""
    editions = tmp_path / "editions"
    known = make_edition(editions)
    (editions / known).rename(editions / ".partial-20260302-020000")
    (tmp_path / "manifest.json").write_text("{}", "utf-8")
    (editions / "manifest.json").write_text("{}", "utf-8")

    with pytest.raises(EditionNotFound):
        load_edition(editions, name)
    with pytest.raises(EditionNotFound):
        set_current(editions, name)
    assert not (editions / "CURRENT").exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n", b"\xff\xfe\x00", "编号".encode(), b"../x\n", b"a\nb\n", b"x" * 5000, b"\x00"],
)
def test_a_current_that_names_nothing_is_no_edition(tmp_path: Path, raw: bytes) -> None:
    """A broken CURRENT is a refusal that callers know, never a crash of the watching thread."""
    make_edition(tmp_path)
    (tmp_path / "CURRENT").write_bytes(raw)

    with pytest.raises(EditionNotFound):
        current_id(tmp_path)


def test_current_may_be_a_folder_or_absent(tmp_path: Path) -> None:
    """Before the first publish there is none."""
    with pytest.raises(EditionNotFound):
        current_id(tmp_path)
    (tmp_path / "CURRENT").mkdir()
    with pytest.raises(EditionNotFound):
        current_id(tmp_path)


def test_the_list_of_editions_survives_a_damaged_one(tmp_path: Path) -> None:
    """Whoever must roll back can still see what to roll back to."""
    first, second = make_edition(tmp_path, "一"), make_edition(tmp_path, "二")
    (tmp_path / first / "manifest.json").write_text("{", "utf-8")
    (tmp_path / "2-not-an-edition").mkdir()

    assert [second] == [manifest.id for manifest in list_editions(tmp_path)]


def test_two_editions_of_one_second_have_two_ids(tmp_path: Path) -> None:
    """The same content sealed again in the same second does not replace the first."""
    names = [make_edition(tmp_path) for _ in range(3)]

    assert 3 == len(set(names))
    assert names == sorted(names)
    assert names[0] == edition_id(NOW, names[0].rpartition("-")[2] + "0" * 56)
    assert names == [manifest.id for manifest in list_editions(tmp_path)]
