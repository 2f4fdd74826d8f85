"""Faults of a file to import: each is told at its row, all at once, and nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InvalidKnowledge
from assistant.knowledge.exchange import COLUMNS, NEEDED_COLUMNS, ImportPlan
from assistant.knowledge.tables import write_table
from tests.knowledge.small_base import SOURCE
from tests.knowledge.small_exchange import Table, drop_column, export, plan, put_cell, table_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rules(found: ImportPlan) -> set[tuple[int, str]]:
    """Return row and rule of each problem."""
    return {(problem.line, problem.rule) for problem in found.problems}


# what is done to the table, the row and rule that are told, a word of the message
IS_NO_ENTRY = "import-row"
FAULTS: list[object] = [
    pytest.param(lambda t: put_cell(t, 3, "类型", "line"), 3, IS_NO_ENTRY, "faq", id="kind"),
    pytest.param(lambda t: put_cell(t, 4, "编号", "报名"), 4, IS_NO_ENTRY, "小写", id="id"),
    pytest.param(lambda t: put_cell(t, 4, "编号", "../x"), 4, IS_NO_ENTRY, "小写", id="path"),
    pytest.param(lambda t: put_cell(t, 5, "编号", t[1][0]), 5, IS_NO_ENTRY, "第 2 行", id="twice"),
    pytest.param(lambda t: put_cell(t, 3, "来源", "名称"), 3, IS_NO_ENTRY, "来源", id="source"),
    pytest.param(lambda t: put_cell(t, 3, "来源", ""), 3, "source-missing", "来源", id="no source"),
    pytest.param(lambda t: put_cell(t, 3, "主管部门", "navy"), 3, "owner", "部门", id="owner"),
    pytest.param(lambda t: put_cell(t, 3, "答复", ""), 3, "answer", "正文", id="answer"),
    pytest.param(lambda t: put_cell(t, 3, "答复", "一\n## 备注\n二"), 3, "import-form", "变样",
                 id="a heading in the answer"),
    pytest.param(lambda t: put_cell(t, 3, "生效日", "46082"), 3, "date-form", "日期",
                 id="a day as Excel's number"),
    pytest.param(lambda t: put_cell(t, 3, "标准问", t[1][COLUMNS.index("标准问")]), 3,
                 "question-two-answers", "相同", id="the question of another row"),
    pytest.param(lambda t: put_cell(t, 3, "类型", "guide"), 3, "import-kind", "删除", id="kind 2"),
    pytest.param(lambda t: drop_column(t, "标准问"), 1, "import-columns", "标准问", id="column"),
    pytest.param(lambda t: put_cell(t, 1, "编号", "ID"), 1, "import-columns", "ID", id="name"),
]  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(("change", "row", "rule", "word"), FAULTS)
def test_a_fault_in_a_table_is_told_at_its_row(
    base: Path, tmp_path: Path, suffix: str, change: Callable[[Table], None], row: int, rule: str,
    word: str,
) -> None:  # fmt: skip
    """The editor finds it under the row number that the spreadsheet shows."""
    table = table_of(base, tmp_path)
    change(table)
    file = tmp_path / f"changed{suffix}"
    write_table(file, table[0], table[1:])

    found = plan(base, file)

    assert (row, rule) in {(problem.line, problem.rule) for problem in found.errors}
    messages = [problem.message for problem in found.errors if problem.rule == rule]
    assert any(word in message for message in messages)
    assert all(CHINESE.search(message) for message in messages)
    assert {str(file)} == {problem.path for problem in found.problems}


def test_all_faults_of_a_table_are_told_at_once(base: Path, tmp_path: Path) -> None:
    """One round mends the table."""
    table = table_of(base, tmp_path)
    for row, column, text in (
        (2, "主管部门", "navy"),
        (3, "类型", "x"),
        (4, "相似问", ""),
        (5, "答复", ""),
    ):
        put_cell(table, row, column, text)
    write_table(tmp_path / "x.csv", table[0], table[1:])

    assert {2, 3, 4, 5} == {row for row, _ in rules(plan(base, tmp_path / "x.csv"))}


def test_columns_that_are_missing_are_told_once(base: Path, tmp_path: Path) -> None:
    """Not once for each of four hundred rows."""
    table = table_of(base, tmp_path)
    for column in NEEDED_COLUMNS[:3]:
        drop_column(table, column)
    write_table(tmp_path / "x.csv", table[0], table[1:])

    (problem,) = plan(base, tmp_path / "x.csv").problems
    assert all(column in problem.message for column in NEEDED_COLUMNS[:3])


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        pytest.param("编号,类型\n".encode("gbk"), "UTF-8", id="GBK"),
        pytest.param("编号,类型\n".encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(b"", "空", id="nothing"),
        pytest.param('编号,类型\n"a,b\n'.encode(), "CSV", id="an open quote"),
        pytest.param("编号,编号\na,b\n".encode(), "重复", id="two columns of one name"),
        pytest.param("编号,类型\na,b,c\n".encode(), "列名", id="a comma too many"),
        pytest.param("编号,类型\na\n".encode(), "格", id="a row cut short"),
        pytest.param("编号,\na,备注\n".encode(), "列名", id="a column without a name"),
    ],
)
def test_a_csv_that_cannot_be_read_whole_is_refused(
    base: Path, tmp_path: Path, raw: bytes, word: str
) -> None:
    """Nothing is guessed and nothing is dropped; the sentence says what to do."""
    file = tmp_path / "x.csv"
    file.write_bytes(raw)

    with pytest.raises(InvalidKnowledge) as refused:
        plan(base, file)

    said = str(refused.value) + "".join(str(one) for one in refused.value.problems)
    assert word in said
    assert str(file) in said


def test_rows_that_do_not_fit_the_columns_are_told_by_number(base: Path, tmp_path: Path) -> None:
    """All of them, as the spreadsheet counts; blank rows count too, blank cells behind do not."""
    (tmp_path / "x.csv").write_text("编号,类型\na,b\n\n,,\nc\nd,e,,\nf,g,h\n", "utf-8")

    with pytest.raises(InvalidKnowledge) as refused:
        plan(base, tmp_path / "x.csv")

    assert [5, 7] == [problem.line for problem in refused.value.problems]  # type: ignore[attr-defined]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"not a book", "编号".encode("gbk")])
def test_an_xlsx_that_is_none_is_refused(base: Path, tmp_path: Path, raw: bytes) -> None:
    """A broken book is one sentence."""
    (tmp_path / "x.xlsx").write_bytes(raw)

    with pytest.raises(InvalidKnowledge, match="xlsx"):
        plan(base, tmp_path / "x.xlsx")


JSON_FAULTS: list[tuple[str, Any, str]] = [
    ("similar", "社保卡丢了", "列表"), ("topic", "政法", "列表"), ("audience", {"a": 1}, "列表"),
    ("similar", [1, 2, 3], "列表"), ("valid_from", 20250101, "文字"), ("title", None, "文字"),
    ("sections", "x", "sections"), ("sections", None, "sections"),
    ("sections", {"x": "y"}, "sections"), ("sections", {"fee": 1}, "sections"),
    ("sources", "abc", "sources"), ("sources", None, "sources"),
    ("sources", [{"title": "x"}], "sources"), ("sources", [["a", "b", "c", "d"]], "sources"),
    ("sources", [{**SOURCE.__dict__, "page": "1"}], "sources"), ("kind", "line", "faq"),
    ("lines", {}, "lines"), ("path", "faq/x.md", "path"), ("id", "x", "小写"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "word"), JSON_FAULTS)
def test_a_json_line_of_another_shape_is_told_at_its_line(
    base: Path, tmp_path: Path, key: str, value: Any, word: str
) -> None:
    """A text is not taken for a list of its signs, and nothing ends in a stack trace."""
    file = export(base, tmp_path / "x.jsonl")
    lines = file.read_text("utf-8").splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), key: value}, ensure_ascii=False)
    file.write_text("\n".join(lines) + "\n", "utf-8")

    (problem,) = plan(base, file).problems

    assert (2, "import-row") == (problem.line, problem.rule)
    assert word in problem.message
    assert CHINESE.search(problem.message)


@pytest.mark.parametrize("key", ["id", "title", "similar", "sources", "sections", "answer"])
def test_a_json_line_that_lacks_a_key_is_refused(base: Path, tmp_path: Path, key: str) -> None:
    """An entry does not lose its sections because the file does not mention them."""
    file = export(base, tmp_path / "x.jsonl")
    row = json.loads(file.read_text("utf-8").splitlines()[0])
    del row[key]
    file.write_text(json.dumps(row) + "\n", "utf-8")

    (problem,) = plan(base, file).problems
    assert key in problem.message


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "{}{}", "\x00"])
def test_a_line_that_is_no_object_is_refused(base: Path, tmp_path: Path, text: str) -> None:
    """The line is named."""
    (tmp_path / "x.jsonl").write_text(f"\n{text}\n", "utf-8")

    with pytest.raises(InvalidKnowledge, match=r"x\.jsonl:2"):
        plan(base, tmp_path / "x.jsonl")
