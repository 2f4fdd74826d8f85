"""Sizes, left-overs and things that must not be in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("assistant", "actions", "scripts") for path in (ROOT / folder).rglob("*.py")
)
MAX_LINES, MAX_FUNCTION_LINES = 400, 40


def tracked() -> list[Path]:
    """Return the files that git tracks."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode("utf-8")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path):
    """No module above 400 lines, no function above 40 (its docstring not counted)."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            described = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0
            length = (node.end_lineno or 0) - node.lineno + 1 - described
            assert length <= MAX_FUNCTION_LINES, f"{node.name}: {length} lines"


Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public_definitions(node: ast.Module | ast.ClassDef) -> list[Definition]:
    """Return classes and functions that others may use; functions within functions are not."""
    found: list[Definition] = []
    for child in node.body:
        if isinstance(child, Definition) and not child.name.startswith("_"):
            found.append(child)
            if isinstance(child, ast.ClassDef):
                found += public_definitions(child)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_say_what_they_do(path):
    """Every module, public class and public function has a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    if path.stat().st_size:
        assert ast.get_docstring(tree), "module docstring"
    for node in public_definitions(tree):
        assert ast.get_docstring(node), node.name


def test_only_the_clock_reads_the_clock():
    """Time is passed in."""
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name != "clock.py" and reading.search(path.read_text("utf-8"))
    ]
    assert [] == found


def test_nothing_generated_or_large_is_tracked():
    """No model, database, index or edition, and no file above 1 MB."""
    generated = re.compile(r"\.(db|sqlite3?|tar\.gz|onnx|safetensors|faiss|pyc|npz|npy)$")
    for path in tracked():
        assert not generated.search(path.name), path
        assert path.stat().st_size < 1_000_000, path
        assert "knowledge/editions/" not in path.as_posix(), path


def test_no_left_overs_in_the_code():
    """No TODO, no breakpoint, no print."""
    left = re.compile(r"\b(TODO|FIXME|XXX|breakpoint\(|import pdb)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if left.search(line)
    ]
    assert [] == found
