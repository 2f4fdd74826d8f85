"""`wenban ask`: the answer and nothing else; batches in order, each line for itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from tests.cli.processes import wenban

pytestmark = pytest.mark.model

KEYS = {
    "id", "text", "status", "intent", "intent_confidence", "request_type", "topic", "department",
    "alternatives", "place", "danger", "hotline_number", "entry_id", "edition", "score", "aspect",
    "sources", "replies", "handoff", "elapsed_ms",
}  # fmt: skip


def test_a_question_prints_its_answer_and_nothing_else() -> None:
    """No warning of Rasa, TensorFlow or another library stands around it."""
    found = wenban("ask", "社保卡丢了怎么补")
    assert (0, "") == (found.returncode, found.stderr)
    assert found.stdout.startswith("社会保障卡")
    assert "Warning" not in found.stdout


def test_json_is_one_decision_and_nothing_else() -> None:
    """Another program parses stdout as a whole."""
    found = wenban("ask", "社保卡丢了怎么补", "--json")
    assert (0, "") == (found.returncode, found.stderr)
    decision = json.loads(found.stdout)
    assert KEYS <= set(decision)
    assert str(decision["status"]).startswith("answered_")
    assert decision["sources"]
    assert decision["replies"][0]["text"]


ROWS: list[dict[str, Any]] = [
    {"id": "z", "text": "要带什么材料"},
    {"id": 7, "text": "社保卡丢了怎么补"},
    {"id": "a", "text": "要带什么材料"},
    {"id": "empty", "text": "   "},
    {"id": "order", "text": "/restart"},
    {"id": "broken", "text": "\ud800"},
    {"id": "long", "text": "长" * 2001},
    {"id": "a", "text": "你好"},
]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Result, list[Any]]:
    """Ask all rows at once; return the run and the decisions."""
    folder = tmp_path_factory.mktemp("batch")
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    (folder / "in.jsonl").write_text(lines, encoding="utf-8")
    arguments = ["ask", "--batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        found = CliRunner().invoke(main, arguments)
    assert 0 == found.exit_code, found.output
    text = (folder / "out.jsonl").read_text("utf-8")
    return found, [json.loads(line) for line in text.rstrip("\n").split("\n")]


def test_a_batch_keeps_order_ids_and_texts(batch: tuple[Result, list[Any]]) -> None:
    """One decision a line, whatever the line was; equal ids stay equal."""
    _found, decisions = batch
    assert [row["id"] for row in ROWS] == [decision["id"] for decision in decisions]
    assert [row["text"] for row in ROWS] == [decision["text"] for decision in decisions]
    assert all(KEYS <= set(decision) for decision in decisions)


def test_a_batch_shows_progress_on_stderr_alone(batch: tuple[Result, list[Any]]) -> None:
    """Stdout stays free for programs."""
    assert "" == batch[0].stdout


def test_a_line_does_not_see_the_line_before(batch: tuple[Result, list[Any]]) -> None:
    """A follow-up after a question means what it means alone."""
    first, question, second = (
        {key: value for key, value in decision.items() if key not in ("id", "elapsed_ms")}
        for decision in batch[1][:3]
    )
    assert first == second
    assert question["entry_id"] not in (None, second["entry_id"])


@pytest.mark.parametrize("name", ["empty", "broken", "long"])
def test_what_the_intake_would_refuse_is_told_as_such(
    batch: tuple[Result, list[Any]], name: str
) -> None:
    """The line has a decision with a sentence, and the batch goes on."""
    (decision,) = [decision for decision in batch[1] if decision["id"] == name]
    assert "error_invalid_text" == decision["status"]
    assert decision["replies"][0]["text"]


def test_an_order_of_rasas_in_a_batch_is_words(batch: tuple[Result, list[Any]]) -> None:
    """`/restart` gets an answer like any other text."""
    (decision,) = [decision for decision in batch[1] if decision["id"] == "order"]
    assert decision["replies"][0]["text"]
    assert not str(decision["status"]).startswith("error_")


def test_a_bad_line_stops_a_batch_before_anything_is_written(tmp_path: Path) -> None:
    """Status 1 with the line's number, and no half file."""
    (tmp_path / "in.jsonl").write_text('{"id": "1", "text": "a"}\n{"id": "2"}\n', encoding="utf-8")
    arguments = ["ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "o.jsonl")]
    found = CliRunner().invoke(main, arguments)
    assert 1 == found.exit_code
    assert "in.jsonl:2: 缺少 text" in found.stderr
    assert not (tmp_path / "o.jsonl").exists()


DANGERS = [
    ("屋里好大煤气味头晕", "119", "redirected_emergency"),
    ("嘴唇发紫叫不醒", "120", "redirected_emergency"),
    ("我不想活了", "12356", "redirected_crisis"),
]


@pytest.mark.parametrize(("text", "number", "status"), DANGERS)
def test_danger_is_told_its_number_without_any_model(
    tmp_path: Path, text: str, number: str, status: str
) -> None:
    """No Rasa model, no embedding model, no edition, no learned weights: the number comes."""
    nothing = {
        "WENBAN_HOME": str(tmp_path), "WENBAN_EDITIONS": str(tmp_path / "editions"),
        "WENBAN_RASA_MODEL": str(tmp_path / "missing.tar.gz"),
    }  # fmt: skip
    found = wenban("ask", text, "--json", **nothing)
    assert found.returncode == 0
    decision = json.loads(found.stdout)
    assert KEYS <= set(decision)
    assert (number, number, status) == (
        decision["danger"], decision["hotline_number"], decision["status"],
    )  # fmt: skip
    assert number in decision["replies"][0]["text"].splitlines()[0]
