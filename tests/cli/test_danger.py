"""`wenban danger`: what it says of one text, and its tables."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from assistant.cli.doctor_checks import check_danger
from assistant.services import danger_weights_path
from assistant.settings import Settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["danger", *arguments])


def test_a_text_of_danger_shows_number_evidence_and_card(repository: Path) -> None:
    """An editor sees why it rings."""
    found = run("try", "着火了", "--rules-only")
    assert found.exit_code == 0
    assert "119" in found.output
    assert "凭：着火了" in found.output
    assert "请立即拨打119" in found.output


def test_a_quiet_text_is_told_by_the_exit_status(repository: Path) -> None:
    """So that a script can ask."""
    found = run("try", "社保卡丢了怎么补", "--rules-only")
    assert (1, "不提示\n") == (found.exit_code, found.output)


def test_a_folder_is_measured_with_its_misses(repository: Path, tmp_path: Path) -> None:
    """Recall, numbers and false alarms come from the rows, and every wrong one is listed."""
    (tmp_path / "mine-danger.yml").write_text(
        '- text: "着火了"\n  numbers: ["119"]\n'
        '- text: "我不想活了"\n  numbers: ["120"]\n'
        '- text: "天气不错"\n  numbers: ["110"]\n',
        "utf-8",
    )
    (tmp_path / "mine-safe.yml").write_text('- text: "社保卡怎么补"\n', "utf-8")
    misses = tmp_path / "misses.jsonl"
    found = run("eval", str(tmp_path), "--rules-only", "--misses", str(misses))
    assert found.exit_code == 0
    row = next(line for line in found.output.splitlines() if line.startswith("| all"))
    assert "(2/3)" in row
    assert "(1/2)" in row
    assert "(0/1)" in row
    outcomes = [json.loads(line)["outcome"] for line in misses.read_text("utf-8").splitlines()]
    assert ["other number", "missed"] == outcomes


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('- text: "着火了"\n', id="a danger without number"),
        pytest.param('- text: "着火了"\n  numbers: ["911"]\n', id="a foreign number"),
        pytest.param('- numbers: ["119"]\n', id="no text"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(repository: Path, tmp_path: Path, content: str) -> None:
    """With the file and the row."""
    (tmp_path / "mine-danger.yml").write_text(content, "utf-8")
    found = run("eval", str(tmp_path), "--rules-only")
    assert found.exit_code == 1
    assert "row 1" in found.output


def test_the_words_are_learned_alone(
    repository: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the embedding model, in seconds; the same data give the same file."""
    monkeypatch.setenv("WENBAN_HOME", str(tmp_path))
    found = run("train", "--words-only")
    assert found.exit_code == 0, found.output
    assert [tmp_path / "models" / "danger.npz"] == list((tmp_path / "models").iterdir())
    learned = danger_weights_path(settings).read_bytes()
    assert learned == (tmp_path / "models" / "danger.npz").read_bytes()


def test_rules_alone_and_meaning_exclude_each_other(repository: Path) -> None:
    """With words, not a traceback."""
    for arguments in (["try", "着火了"], ["eval", "data/danger"]):
        found = run(*arguments, "--rules-only", "--meaning")
        assert found.exit_code == 2
        assert "只能选一个" in found.output


def test_doctor_tells_missing_weights_and_broken_rules(settings: Settings, tmp_path: Path) -> None:
    """Rules alone are a finding with the command that mends it; no rules are worse."""
    found = check_danger(replace(settings, home=tmp_path))
    assert not found.is_ok
    assert "wenban danger train" in found.mend
    (tmp_path / "models").mkdir()
    shutil.copy(danger_weights_path(settings), tmp_path / "models")
    deaf = check_danger(replace(settings, home=tmp_path))
    assert not deaf.is_ok
    assert "不听语义" in deaf.text
    assert "wenban danger train" in deaf.mend
    assert check_danger(settings).is_ok
    broken = check_danger(replace(settings, knowledge=tmp_path))
    assert not broken.is_ok
    assert "kb check" in broken.mend
