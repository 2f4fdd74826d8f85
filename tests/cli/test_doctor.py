"""`wenban doctor` finds each planted fault, says what mends it, and keeps secrets."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import doctor_checks, main
from assistant.cli.doctor_checks import (
    DOCTOR_CHECKS,
    check_database,
    check_edition,
    check_embedding,
    check_packages,
    check_port,
    check_rasa_model,
)
from assistant.settings import Settings
from assistant.worker.model_file import rasa_model


@pytest.fixture
def copied(settings: Settings, tmp_path: Path) -> Settings:
    """An installation of links and copies that may be broken."""
    home, root = tmp_path / "var", tmp_path / "root"
    embedding = home / "models" / "embedding"
    for source in settings.embedding_folder.rglob("*"):
        if source.is_file():
            target = embedding / source.relative_to(settings.embedding_folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source)
    (root / "models").mkdir(parents=True)
    shutil.copy(rasa_model(settings), root / "models" / "b.tar.gz")
    current = (settings.editions / "CURRENT").read_text("ascii").strip()
    shutil.copytree(settings.editions / current, tmp_path / "editions" / current)
    shutil.copy(settings.editions / "CURRENT", tmp_path / "editions")
    return replace(
        settings, home=home, root=root, editions=tmp_path / "editions",
        database_url=f"sqlite:///{home / 'wenban.sqlite3'}", rasa_model="", embedding_model="",
    )  # fmt: skip


@pytest.mark.parametrize("check", [check_embedding, check_rasa_model, check_edition])
def test_a_whole_installation_passes(copied: Settings, check: Callable) -> None:
    """Otherwise the faults below would prove nothing."""
    finding = check(copied)
    assert finding.is_ok, finding.text


def plant(path: Path, content: bytes | None) -> None:
    """Replace a file, or remove it."""
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("onnx/model.int8.onnx", None),
        ("onnx/model.int8.onnx", b"changed"),
        ("tokenizer.json", None),
        ("tokenizer.json", b"{}"),
        ("manifest.json", None),
        ("manifest.json", b"{"),
        ("manifest.json", b"{}"),
    ],
)
def test_a_broken_embedding_model_is_found(
    copied: Settings, name: str, content: bytes | None
) -> None:
    """A file that is missing or has another checksum; `make setup` mends it."""
    plant(copied.embedding_folder / name, content)
    finding = check_embedding(copied)
    assert (False, True) == (finding.is_ok, finding.is_needed)
    assert "make setup" in finding.mend
    assert finding.text


@pytest.mark.parametrize("how", ["none", "empty", "cut", "other"])
def test_a_broken_rasa_model_is_found(copied: Settings, how: str) -> None:
    """No model, an interrupted one, or an archive of something else; `make train` mends it."""
    path = copied.root / "models" / "b.tar.gz"
    if how == "other":
        with tarfile.open(path, "w:gz") as archive:
            archive.add(__file__, "something.py")
    else:
        whole = path.read_bytes()
        plant(path, {"none": None, "empty": b"", "cut": whole[: len(whole) // 2]}[how])
    finding = check_rasa_model(copied)
    assert not finding.is_ok
    assert "make train" in finding.mend
    assert how == "none" or "b.tar.gz" in finding.text


def test_doctor_and_worker_mean_the_same_model(copied: Settings) -> None:
    """The newest by time, also when its name sorts first."""
    newer = copied.root / "models" / "a.tar.gz"
    shutil.copy(copied.root / "models" / "b.tar.gz", newer)
    os.utime(copied.root / "models" / "b.tar.gz", (1, 1))
    assert "a.tar.gz" == check_rasa_model(copied).text == rasa_model(copied).name


def test_a_named_rasa_model_that_is_not_there_is_found(copied: Settings) -> None:
    """The setting is named, so that it can be corrected."""
    finding = check_rasa_model(replace(copied, rasa_model="/no/such.tar.gz"))
    assert not finding.is_ok
    assert "/no/such.tar.gz" in finding.text
    assert "WENBAN_RASA_MODEL" in finding.mend


@pytest.mark.parametrize("how", ["changed", "missing", "manifest", "no current", "unknown current"])
def test_a_damaged_edition_is_found(copied: Settings, how: str) -> None:
    """What was changed after publishing is named; publishing or rolling back mends it."""
    current = (copied.editions / "CURRENT").read_text("ascii").strip()
    folder = copied.editions / current
    if how == "changed":
        with (folder / "entries.json").open("a", encoding="utf-8") as handle:
            handle.write(" ")
    elif how == "missing":
        plant(next((folder / "index").glob("*.faiss")), None)
    elif how == "manifest":
        plant(folder / "manifest.json", b"{")
    elif how == "no current":
        plant(copied.editions / "CURRENT", None)
    else:
        plant(copied.editions / "CURRENT", "版本".encode())
    finding = check_edition(copied)
    assert (False, True) == (finding.is_ok, finding.is_needed)
    assert "wenban kb publish --commit" in finding.mend
    assert finding.text


def test_an_edition_of_another_embedding_model_is_found(
    copied: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both models are named; publishing anew mends it."""
    from assistant.retrieval import embedder

    other = type("Other", (), {"name": "another-model"})()
    monkeypatch.setattr(embedder, "load_embedder", lambda *_: other)
    finding = check_edition(copied)
    assert not finding.is_ok
    assert "another-model" in finding.text
    assert "wenban kb publish --commit" in finding.mend


def test_a_taken_port_is_found(copied: Settings) -> None:
    """It is no failure (it may be our own gateway), but it is told with what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finding = check_port(replace(copied, port=taken.getsockname()[1]))
    assert (False, False) == (finding.is_ok, finding.is_needed)
    assert "WENBAN_PORT" in finding.mend


def test_a_database_that_cannot_be_written_is_found(copied: Settings) -> None:
    """A path that is no folder; the setting is named."""
    finding = check_database(replace(copied, database_url="sqlite:////proc/none/x.sqlite3"))
    assert not finding.is_ok
    assert "WENBAN_DATABASE_URL" in finding.mend


def test_a_package_of_another_version_is_found(copied: Settings) -> None:
    """Name, version found and version wanted."""
    for name in doctor_checks._LOCKS:
        (copied.root / name).write_text("click==0.0.1 \\\nno-such-package==1.0\n", "utf-8")
    finding = check_packages(copied)
    assert "应为 0.0.1" in finding.text
    assert "no-such-package 未安装" in finding.text
    assert "make setup" in finding.mend


def test_every_finding_says_what_to_do(copied: Settings) -> None:
    """A check that fails without a way on helps nobody: on bare ground each has words."""
    bare = replace(
        copied, home=copied.home / "x", root=copied.root / "x", editions=copied.editions / "x",
        database_url="sqlite:////proc/none/x.sqlite3",
    )  # fmt: skip
    for check in DOCTOR_CHECKS:
        finding = check(bare)
        assert finding.name, check
        assert finding.is_ok or finding.mend, check


def test_the_command_ends_with_1_when_something_needed_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fault is printed with its repair, in one run."""
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(main, ["doctor"])
    assert 1 == found.exit_code
    assert found.stdout.count("✗") >= 4
    assert found.stdout.count("✗") == found.stdout.count("修复：")
    assert "项必需的检查没有通过" in found.stderr
    rows = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert len(DOCTOR_CHECKS) == len(rows)
    assert {"name", "ok", "needed", "text", "mend"} == set(rows[0])


SECRETS = {
    "WENBAN_SECRET_KEY": "geheim" * 8,
    "WENBAN_METRICS_TOKEN": "tok-geheim-en",
    "WENBAN_DATABASE_URL": "postgresql://wenban:geheim@1/x:y@db.example/wenban?password=geheim2&a=1",
}  # fmt: skip


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_settings_are_listed_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    """A secret shows only that it is set; a database's password not at all."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    found = CliRunner().invoke(main, ["doctor", "--settings", *flags])
    assert 0 == found.exit_code
    assert "geheim" not in found.stdout
    assert "db.example/wenban" in found.stdout
    assert "a=1" in found.stdout
    assert 2 == found.stdout.count("（已设置）")
    assert "WENBAN_PORT" in found.stdout
