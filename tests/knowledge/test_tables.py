"""Cells and tables: whatever signs stand in a cell come back, from CSV and from XLSX."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.knowledge.cells import (
    guarded,
    lines_cell,
    lines_of,
    records_cell,
    records_of,
    unguarded,
)
from assistant.knowledge.tables import read_table, write_table


def test_a_spreadsheet_with_typed_cells_is_read_as_the_editor_sees_it(
    base: Path, tmp_path: Path
) -> None:
    """Days stay days and whole numbers whole when somebody typed them into Excel."""
    import datetime as dt

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "日", "数", "小数", "空"])
    sheet.append(["a", dt.date(2026, 3, 1), 12333, 0.5, None])
    book.save(tmp_path / "x.xlsx")

    assert [(2, {"编号": "a", "日": "2026-03-01", "数": "12333", "小数": "0.5", "空": ""})] == (
        read_table(tmp_path / "x.xlsx")
    )


WORDS = st.text(
    st.one_of(
        st.sampled_from("\\｜\n\r\t'=+-@ ＝,\"甲"), st.characters(exclude_categories=("Cs", "Cc"))
    ),
    max_size=12,
)


@given(st.lists(WORDS, max_size=5), st.lists(st.lists(WORDS, min_size=2, max_size=5), max_size=4))
def test_lists_and_records_come_back_from_their_cells(
    items: list[str], records: list[list[str]]
) -> None:
    """Whatever signs stand in them."""
    assert tuple(items) == lines_of(unguarded(guarded(lines_cell(items))))
    assert [tuple(one) for one in records] == records_of(unguarded(guarded(records_cell(records))))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(WORDS.map(lambda t: t.replace("\r", "")), min_size=3, max_size=3),
                min_size=1, max_size=4))  # fmt: skip
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_cells_come_back_from_a_file(tmp_path: Path, suffix: str, rows: list[list[str]]) -> None:
    """Both kinds of table keep every sign of every cell."""
    header = ["甲", "乙", "丙"]
    cells = [["x", *(guarded(cell) for cell in row[1:])] for row in rows]
    write_table(tmp_path / f"x{suffix}", header, cells)

    read = [[row[name] for name in header] for _, row in read_table(tmp_path / f"x{suffix}")]
    assert cells == read
