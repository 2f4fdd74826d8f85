"""`wenban kb export` and `import`: dry by default, without reviews, each fault at its row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.kb_base import CARD, Run, card, whole
from tests.knowledge.small_base import make_entry, signed, write_entry
from tests.publishing.release import Release


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
def test_export_and_import_are_dry_by_default_and_change_nothing_between_them(
    wenban: Run, release: Release, tmp_path: Path, suffix: str
) -> None:
    """Without commit nothing is written; with it, what was exported comes back unchanged."""
    file, before = tmp_path / f"all{suffix}", whole(release.knowledge)

    assert "--commit" in wenban("export", file).stderr
    assert not file.exists()
    wenban("export", file, "--commit")
    found = wenban("import", file, "--commit")

    assert "新增 0，改动 0，相同 4，错误 0" in found.stderr
    assert before == whole(release.knowledge)


def test_import_tells_what_it_would_do_and_then_does_it_without_reviews(
    wenban: Run, release: Release, tmp_path: Path
) -> None:
    """The help says that changed entries need a new review; so it is."""
    file, before = tmp_path / "x.csv", whole(release.knowledge)
    write_entry(release.knowledge, signed(make_entry(CARD, answer="改过的答复。")))
    write_entry(release.knowledge, signed(make_entry("education/new", title="新的一条？")))
    wenban("export", file, "--commit")
    (release.knowledge / "faq" / "education" / "new.md").unlink()
    write_entry(release.knowledge, signed(make_entry(CARD)))
    assert before == whole(release.knowledge)

    dry = wenban("import", file)
    assert before == whole(release.knowledge)
    assert ["+ education/new  新的一条？", f"~ {CARD}  {make_entry(CARD).title}"] == (
        dry.stdout.splitlines()
    )
    wenban("import", file, "--commit")

    drafts = wenban("list", "--state", "draft", "--json").stdout.splitlines()
    assert {CARD, "education/new"} == {json.loads(row)["id"] for row in drafts}
    assert "审核" in wenban("import", "--help").stdout


def test_import_with_a_fault_writes_nothing_and_exits_1(
    wenban: Run, release: Release, tmp_path: Path
) -> None:
    """Faults are told as `path:row: rule: message`, all of them."""
    file = tmp_path / "x.jsonl"
    wenban("export", file, "--commit")
    text = file.read_text("utf-8").replace('"human-resources"', '"navy"')
    file.write_text(text.replace("社保卡丢失的", "社保卡丢了的"), "utf-8")
    before = whole(release.knowledge)

    refused = wenban("import", file, "--commit", code=1)

    assert before == whole(release.knowledge)
    faults = [line for line in refused.stdout.splitlines() if line.startswith(str(file))]
    assert {2, 3, 4} == {int(line.split(":")[1]) for line in faults}
    assert {" owner"} == {line.split(":")[2] for line in faults}
    (tmp_path / "x.csv").write_bytes("编号,类型\n".encode("gbk"))
    assert "UTF-8" in wenban("import", tmp_path / "x.csv", code=1).stderr
    (tmp_path / "x.doc").write_bytes(b"")
    wenban("import", tmp_path / "x.doc", code=2)
    wenban("export", tmp_path / "y.doc", code=2)


def test_export_refuses_a_base_with_files_that_cannot_be_read(
    wenban: Run, release: Release, tmp_path: Path
) -> None:
    """A table without them would look whole."""
    card(release).write_bytes("社保卡".encode("gbk"))

    refused = wenban("export", tmp_path / "x.csv", "--commit", code=1)

    assert "encoding" in refused.stderr
    assert not (tmp_path / "x.csv").exists()
