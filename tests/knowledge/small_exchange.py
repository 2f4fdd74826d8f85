"""Export and import of the small base, and its table as rows of cells."""

from __future__ import annotations

from pathlib import Path

from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.exchange import COLUMNS, ImportPlan, export_entries, plan_import
from assistant.knowledge.tables import read_table
from tests.knowledge.small_base import TODAY

CARD, PENSION = "social-insurance/lost-card", "social-insurance/pension-start"

Table = list[list[str]]


def plan(base: Path, file: Path) -> ImportPlan:
    """Return the plan of an import into a base."""
    report = check_knowledge(base, TODAY, checks={})
    return plan_import(file, report.entries, report.context)


def export(base: Path, file: Path) -> Path:
    """Export a base and return the file."""
    export_entries(check_knowledge(base, TODAY, checks={}).entries, file)
    return file


def table_of(base: Path, tmp_path: Path) -> Table:
    """Return the exported table as rows of cells, the header first."""
    rows = read_table(export(base, tmp_path / "table.csv"))
    return [list(COLUMNS), *([row[name] for name in COLUMNS] for _, row in rows)]


def put_cell(table: Table, row: int, column: str, text: str) -> None:
    """Change one cell; row 2 is the first entry."""
    table[row - 1][COLUMNS.index(column)] = text


def drop_column(table: Table, column: str) -> None:
    """Remove a column."""
    place = table[0].index(column)
    for row in table:
        del row[place]
