"""Knowledge files and imports under hostile input: an entry or its problems, never a crash.

What is known to fail stands in rows of its own, strictly: who mends it removes the row's mark.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InvalidKnowledge
from assistant.knowledge.checks import CheckReport, check_knowledge
from assistant.knowledge.entry_text import entry_text
from assistant.knowledge.exchange import (
    COLUMNS,
    KNOWN_KEYS,
    ImportPlan,
    export_entries,
    plan_import,
)
from assistant.knowledge.files import read_entry
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import parse_strict
from tests.hostile import DEEP_LINE, FILE_JSON_VALUES, FILE_TEXTS, PATIENCE, tried
from tests.knowledge.small_base import TODAY, make_entry, write_base

pytestmark = PATIENCE
ROOT = Path(__file__).resolve().parents[2]


YAML_SIGNS = (
    "a", "键", ": ", "- ", "\n", "\n  ", "? ", "|\n", ">-\n", "'", '"', "[", "]", "{", "}", ",",
    "&x ", "*x", "!t ", "!!int ", "<<: ", "#", " # ", "%YAML 9.9\n", "---\n", "...\n", "\t", "0532",
    "9:30", "~", "yes", "${HOME}", "\\x41", '"\\ud800"', '"\\xZZ"', "\x85", "\ufeff", "@", "`",
)  # fmt: skip
YAML_TEXTS = st.one_of(
    FILE_TEXTS,
    st.lists(st.sampled_from(YAML_SIGNS), max_size=25).map("".join),
    st.builds(
        lambda opening, depth, closing: opening * depth + "x" + closing * depth,
        st.sampled_from(["- ", "[", "{a: ", "? ", "a:\n ", "!t ", "&x "]),
        st.sampled_from([1, 30, 200]),
        st.sampled_from(["", "]", "}"]),
    ),
)


@tried(400)
@given(text=YAML_TEXTS, allow_comments=st.booleans())
def test_any_text_is_a_document_or_its_problems(text: str, allow_comments: bool) -> None:
    """Every scalar comes out as a string; what is wrong comes out as problems at lines."""
    document = parse_strict(text, "x.yml", first_line=7, allow_comments=allow_comments)
    lines = [*document.lines.values(), *(problem.line for problem in document.problems)]
    assert all(7 <= line <= 7 + text.count("\n") + text.count("\r") + 60 for line in lines)
    assert_strings(document.values)
    assert document.was_walked or document.problems


def assert_strings(value: Any) -> None:
    """Check that a value is made of strings, lists and mappings."""
    assert isinstance(value, str | list | dict)
    for inner in value.values() if isinstance(value, dict) else value:
        if not isinstance(value, str):
            assert_strings(inner)


GOOD_ENTRY = entry_text(make_entry(sections={"materials": "- 身份证原件1份", "fee": "不收费。"}))
ENTRY_BYTES = st.one_of(
    st.binary(max_size=200),
    FILE_TEXTS.map(str.encode),
    YAML_TEXTS.map(lambda text: f"---\n{text}\n---\n{text}".encode()),
    st.builds(
        lambda at, length, junk: GOOD_ENTRY[:at] + junk + GOOD_ENTRY[at + length :],
        st.integers(0, len(GOOD_ENTRY)),
        st.sampled_from([0, 1, 5, 40]),
        FILE_TEXTS | st.sampled_from(YAML_SIGNS),
    ).map(str.encode),
)


@tried(300)
@given(raw=ENTRY_BYTES)
def test_any_file_is_an_entry_or_its_problems(tmp_path: Path, raw: bytes) -> None:
    """No bytes stop the check of a knowledge base; without an entry there is a problem."""
    path = tmp_path / "faq" / "social-insurance" / "lost-card.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    read = read_entry(path, tmp_path)
    assert read.entry is not None or read.problems
    assert all(isinstance(problem, Problem) and problem.line >= 1 for problem in read.problems)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: " + "[" * 1000 + "]" * 1000, id="lists in lists"),
        pytest.param("{a: " * 500 + "}" * 500, id="mappings in mappings"),
        pytest.param("a:\n  " + "- " * 3000 + "x", id="dashes"),
        pytest.param("a: " + "[" * 40_000, id="lists without end"),
        pytest.param("? " * 40_000 + "x", id="keys in keys"),
    ],
)
def test_a_deeply_nested_document_is_refused(text: str) -> None:
    """An editor's file, 50 KB long, must not end the process that reads it."""
    code = "import sys; from assistant.knowledge.strict_yaml import parse_strict\n"
    code += "sys.exit(not parse_strict(sys.stdin.read(), 'x').problems)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=text.encode(),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-300:]


# ---- Tables and objects that editors import


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> CheckReport:
    """A small knowledge base, read."""
    folder = tmp_path_factory.mktemp("imported")
    return check_knowledge(write_base(folder / "knowledge"), TODAY, checks={})


def imported(base: CheckReport, path: Path, raw: bytes) -> ImportPlan | None:
    """Return the plan of importing a file, None for a refusal that names the file."""
    path.write_bytes(raw)
    try:
        return plan_import(path, base.entries, base.context)
    except InvalidKnowledge as err:
        refusal = str(err)
    assert str(path) in refusal
    return None


CELLS = FILE_TEXTS.filter(lambda text: len(text) < 200) | st.sampled_from(
    ["faq", "guide", "a/b", "social-insurance/lost-card", "=1+1", "'", '"', "｜", "\\｜", "\r\n"]
)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=len(COLUMNS) + 1), max_size=3)
CSV_FILES = st.one_of(
    st.binary(max_size=200),
    FILE_TEXTS.map(str.encode),
    ROWS.map(
        lambda rows: "\r\n".join(
            ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
            for row in [list(COLUMNS), *rows]
        ).encode("utf-8-sig")
    ),
)


@tried(150)
@given(raw=CSV_FILES)
def test_any_csv_is_a_plan_or_a_refusal(base: CheckReport, tmp_path: Path, raw: bytes) -> None:
    """Random bytes, cut rows and hostile cells are told, row by row or for the whole file."""
    plan = imported(base, tmp_path / "import.csv", raw)
    assert plan is None or all(problem.line >= 1 for problem in plan.problems)


# Lone surrogates have rows of their own below.
CHANGES = st.dictionaries(
    st.sampled_from(sorted(KNOWN_KEYS)),
    FILE_JSON_VALUES | st.sampled_from(["faq", "a/b", [], {}, ["x"], "2026-01-01"]),
    max_size=3,
)


@tried(100)
@given(raw=st.binary(max_size=60), changes=CHANGES)
def test_any_json_lines_are_a_plan_or_a_refusal(
    base: CheckReport, tmp_path: Path, raw: bytes, changes: dict[str, Any]
) -> None:
    """Values of other shapes are told at their line."""
    path = tmp_path / "import.jsonl"
    imported(base, path, raw)
    export_entries(base.entries[:1], path)
    line = json.dumps({**json.loads(path.read_text("utf-8")), **changes})
    plan = imported(base, path, line.encode())
    assert plan is not None
    assert all(problem.line == 1 for problem in plan.problems)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "\ud800"}, id="lone surrogate in the title"),
        pytest.param({"answer": "\ud800"}, id="lone surrogate in the answer"),
        pytest.param({"id": "social-insurance/" + "a" * 300}, id="id longer than a file's name"),
    ],
)
def test_an_object_that_no_file_can_hold_is_told_at_its_line(
    base: CheckReport, tmp_path: Path, changes: dict[str, Any]
) -> None:
    """An import refuses it before anything is written."""
    path = tmp_path / "import.jsonl"
    export_entries(base.entries[:1], path)
    line = json.dumps({**json.loads(path.read_text("utf-8")), **changes})
    plan = imported(base, path, line.encode())
    assert plan is not None
    assert plan.errors


def test_deeply_nested_json_is_refused(base: CheckReport, tmp_path: Path) -> None:
    """The refusal names the file."""
    assert imported(base, tmp_path / "import.jsonl", DEEP_LINE) is None


@pytest.fixture(scope="module")
def workbook(base: CheckReport, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A spreadsheet as it was exported."""
    path = tmp_path_factory.mktemp("workbook") / "export.xlsx"
    export_entries(base.entries, path)
    return path.read_bytes()


@tried(150)
@given(
    raw=st.none() | st.binary(max_size=100),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6)), max_size=6),
    cut=st.integers(0, 10**6),
)
def test_any_spreadsheet_is_a_plan_or_a_refusal(
    base: CheckReport,
    tmp_path: Path,
    workbook: bytes,
    raw: bytes | None,
    changes: list[tuple[int, bytes]],
    cut: int,
) -> None:
    """Random bytes and a damaged .xlsx never end in a traceback."""
    if raw is None:
        damaged = bytearray(workbook)
        for at, junk in changes:
            place = at % len(workbook)
            damaged[place : place + len(junk)] = junk
        raw = bytes(damaged[: len(workbook) - (cut % 50 if cut % 3 == 0 else 0)])
    imported(base, tmp_path / "import.xlsx", raw)
