"""Tables in files: .csv and .xlsx as rows of texts, .jsonl as objects.

Only this module knows openpyxl and python-calamine.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.errors import InvalidKnowledge, LibraryMissing
from assistant.knowledge.files import read_text
from assistant.knowledge.problems import Problem

SUFFIXES = (".xlsx", ".csv", ".jsonl")
MAX_CELL_CHARS = 32_767
# Spreadsheets read _x0041_ as A; an underscore before such a text is written as _x005F_.
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Row = tuple[int, dict[str, str]]


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table as .csv (UTF-8 with BOM, as spreadsheets expect) or .xlsx.

    Raises:
        InvalidKnowledge: a cell is longer than a spreadsheet takes, or has control signs.
        LibraryMissing: openpyxl is not installed.
    """
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            if len(cell) > MAX_CELL_CHARS or _UNWRITABLE.search(cell):
                raise InvalidKnowledge(
                    f"{row[0]} 的“{name}”放不进表格（超过 {MAX_CELL_CHARS} 字或有控制字符），"
                    "请导出成 .jsonl"
                )
    if path.suffix == ".csv":
        buffer = io.StringIO()
        csv.writer(buffer).writerows([header, *rows])
        path.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")
        return
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError as err:
        raise LibraryMissing("openpyxl") from err
    book = Workbook(write_only=True)
    sheet = book.create_sheet("知识条目")
    for row in [header, *rows]:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_ESCAPE_LIKE.sub("_x005F_", value))
            # Never a formula, a number or a date, whatever the text looks like.
            cell.data_type = "s"
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def read_table(path: Path) -> list[Row]:
    """Return each row of a .csv or .xlsx with its number (the header is row 1), by column name.

    Blank rows are left out.

    Raises:
        InvalidKnowledge: the file cannot be read, two columns have one name, or rows have
            other cells than there are columns; `problems` lists all such rows.
    """
    rows = _csv_rows(path) if path.suffix == ".csv" else _xlsx_rows(path)
    if not rows:
        raise InvalidKnowledge(f"{path}: 表格是空的，第一行应是列名")
    header = [name.strip() for name in rows[0]]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise InvalidKnowledge(f"{path}: 列名重复：{'、'.join(doubled)}")
    filled = [
        (number, row)
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    problems = tuple(
        Problem(str(path), number, "import-cells", message)
        for number, row in filled
        if (message := _cells_fault(header, row))
    )
    if problems:
        raise InvalidKnowledge(f"{path}: 有 {len(problems)} 行和列名对不上", problems)
    return [
        (number, {name: cell for name, cell in zip(header, row, strict=False) if name})
        for number, row in filled
    ]


def _cells_fault(header: Sequence[str], row: Sequence[str]) -> str:
    """Return what would be lost if a row were read under the header, empty if nothing."""
    if len(row) < len(header):
        return f"这一行只有 {len(row)} 格，列名有 {len(header)} 个，可能被截断"
    for place, cell in enumerate(row, start=1):
        if cell.strip() and (place > len(header) or not header[place - 1]):
            return f"第 {place} 格“{cell[:20]}”上面没有列名，可能多了一个逗号"
    return ""


def write_objects(path: Path, objects: Sequence[dict[str, Any]]) -> None:
    """Write objects as JSON lines."""
    lines = [json.dumps(item, ensure_ascii=False) for item in objects]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_objects(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects of a JSON lines file with their line numbers.

    Raises:
        InvalidKnowledge: the file is not UTF-8, or a line is no object.
    """
    found: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as err:
            raise InvalidKnowledge(f"{path}:{number}: 不是 JSON（{err}）") from err
        if not isinstance(value, dict):
            raise InvalidKnowledge(f"{path}:{number}: 应是一个 JSON 对象")
        found.append((number, value))
    return found


def _text(path: Path) -> str:
    """Return a file as text, or refuse its encoding."""
    text, problem = read_text(path)
    if problem is not None:
        raise InvalidKnowledge(str(problem), (problem,))
    return text


def _csv_rows(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    try:
        return list(csv.reader(io.StringIO(_text(path)), strict=True))
    except csv.Error as err:
        raise InvalidKnowledge(f"{path}: 不是完整的 CSV（{err}）") from err


def _xlsx_rows(path: Path) -> list[list[str]]:
    """Return the cells of the first sheet as texts."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as err:
        raise LibraryMissing("python-calamine") from err
    try:
        book = CalamineWorkbook.from_path(str(path))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as err:
        raise InvalidKnowledge(f"{path}: 不是可读的 .xlsx 文件（{err}）") from err
    return [[_cell_text(cell) for cell in row] for row in cells]


def _cell_text(value: object) -> str:
    """Return a cell as the text that the editor sees; 12333.0 was typed as 12333."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
