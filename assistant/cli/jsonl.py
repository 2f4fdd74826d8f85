"""JSON lines in and out, with errors that name the line and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click


def read_rows(path: Path, needed: Sequence[str]) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file, each with the needed keys.

    Only a line feed ends a line: a text may hold U+2028 and its like as they are.

    Raises:
        click.ClickException: the file is no UTF-8 text, a line is no object or lacks a key.
    """
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        raise click.ClickException(f"{path}: 不能按 UTF-8 文本读取：{err}") from err
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as err:
            raise click.ClickException(f"{path}:{number}: 不是 JSON：{err}") from err
        if not isinstance(row, dict):
            raise click.ClickException(f"{path}:{number}: 不是 JSON 对象")
        missing = [key for key in needed if key not in row]
        if missing:
            raise click.ClickException(f"{path}:{number}: 缺少 {'、'.join(missing)}")
        rows.append(row)
    return rows


def written_rows(path: Path, rows: Iterable[dict[str, Any]], total: int, label: str) -> None:
    """Write objects as JSONL, one by one, with a progress bar on stderr.

    A lone surrogate, which UTF-8 cannot hold, is written as its JSON escape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("w", encoding="utf-8", errors="backslashreplace") as handle,
        click.progressbar(rows, length=total, label=label, file=sys.stderr) as bar,
    ):
        for row in bar:
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
