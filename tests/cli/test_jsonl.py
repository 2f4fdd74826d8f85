"""Files of JSON lines: what is read, what is refused and where, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from assistant.cli.jsonl import read_rows, written_rows


def file(folder: Path, content: bytes) -> Path:
    """Write a file."""
    path = folder / "in.jsonl"
    path.write_bytes(content)
    return path


def test_rows_are_read_in_order_past_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    """Files from Windows and from editors are read as they come."""
    content = '\ufeff{"id": 1, "text": "甲"}\r\n\n{"id": "1", "text": "乙", "more": 0}'
    rows = read_rows(file(tmp_path, content.encode("utf-8")), ("id", "text"))
    assert ["甲", "乙"] == [row["text"] for row in rows]
    assert [1, "1"] == [row["id"] for row in rows]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"], ids=ascii)
def test_only_a_line_feed_ends_a_line(tmp_path: Path, sign: str) -> None:
    """JSON may hold these signs within a text; Python's splitlines would cut there."""
    text = f"上{sign}下" if sign in "\u2028\u2029\x85" else "上下"
    line = json.dumps({"id": "1", "text": text}, ensure_ascii=False)
    assert [{"id": "1", "text": text}] == read_rows(file(tmp_path, line.encode("utf-8")), ("id",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": "2"', "不是 JSON"),
        (b'{"id": "2"}', "缺少 text"),
        (b"{}", "缺少 id、text"),
        (b"3", "不是 JSON 对象"),
        (b'["id", "text"]', "不是 JSON 对象"),
        (b"null", "不是 JSON 对象"),
        (b"id,text", "不是 JSON"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: bytes, said: str) -> None:
    """The editor goes straight to the line."""
    path = file(tmp_path, b'{"id": "1", "text": "a"}\n\n' + line + b"\n")
    with pytest.raises(click.ClickException) as found:
        read_rows(path, ("id", "text"))
    assert found.value.message.startswith(f"{path}:3: {said}")
    assert 1 == found.value.exit_code


@pytest.mark.parametrize("content", ["文字".encode("gb18030"), b"\xff\xfe{\x00}\x00"])
def test_a_file_that_is_no_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    """A sentence with the file's name and not a traceback."""
    with pytest.raises(click.ClickException, match="UTF-8"):
        read_rows(file(tmp_path, content), ("id",))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """Also when the shell completed the name too early."""
    with pytest.raises(click.ClickException, match="UTF-8"):
        read_rows(tmp_path, ("id",))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """One object a line, Chinese as it is, in a folder that did not exist."""
    rows = [{"id": "1", "text": "第一行\n第二行\u2028"}, {"id": "2", "text": "😂 {x}"}]
    path = tmp_path / "new" / "out.jsonl"
    written_rows(path, iter(rows), 2, "写")
    assert rows == read_rows(path, ("id", "text"))
    assert "第一行\\n第二行" in path.read_text("utf-8")


def test_a_lone_surrogate_is_written_as_its_escape(tmp_path: Path) -> None:
    """JSON can hold it where UTF-8 cannot: one broken text does not stop a batch."""
    row = json.loads('{"id": "1", "text": "\\ud800"}')
    written_rows(tmp_path / "out.jsonl", [row], 1, "写")
    assert [row] == read_rows(tmp_path / "out.jsonl", ("id",))
