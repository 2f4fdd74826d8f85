"""Import and export: nothing is lost on the way, nothing comes in unseen or with a review."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InvalidKnowledge
from assistant.knowledge.cells import (
    guarded,
    lines_cell,
    lines_of,
    records_cell,
    records_of,
    unguarded,
)
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.exchange import (
    CHECKS,
    COLUMNS,
    NEEDED_COLUMNS,
    ORDER,
    ImportPlan,
    carry_out,
    export_entries,
    plan_import,
)
from assistant.knowledge.files import read_entry
from assistant.knowledge.tables import SUFFIXES, read_table, write_table
from tests.knowledge.small_base import (
    MATTERS,
    SOURCE,
    TODAY,
    all_signed,
    make_entry,
    signed,
    write_base,
    write_entry,
)

CARD, PENSION = "social-insurance/lost-card", "social-insurance/pension-start"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NASTY = (
    "=1+1", "+86 10", "-5", "@cmd", "'引号", "''", "＝全角", "=HYPERLINK(\"x\")", "\\n", "\\",
    "\\0",     "甲｜乙", "甲,乙;\"丙\"", " 前后有空 ", "0532", "1e5", "2025-04-01", "TRUE",
    "_x0041_", "_x0041_x0042_", "😀👨‍👩‍👧",
    "　全角空格", "a\\｜b", "#12345", "\u00a0",
)  # fmt: skip


def plan(base: Path, file: Path) -> ImportPlan:
    """Return the plan of an import into a base."""
    report = check_knowledge(base, TODAY, checks={})
    return plan_import(file, report.entries, report.context)


def export(base: Path, file: Path) -> Path:
    """Export a base and return the file."""
    export_entries(check_knowledge(base, TODAY, checks={}).entries, file)
    return file


def files(base: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {
        str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()
    }


def rules(found: ImportPlan) -> set[tuple[int, str]]:
    """Return row and rule of each problem."""
    return {(problem.line, problem.rule) for problem in found.problems}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return the small base with its reviews."""
    return write_base(tmp_path / "knowledge")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_export_imported_again_changes_nothing(base: Path, tmp_path: Path, suffix: str) -> None:
    """Editors may work off line: what they did not touch is the same, with its review."""
    found = plan(base, export(base, tmp_path / f"all{suffix}"))
    before = files(base)

    assert ((), (), (), 4) == (found.problems, found.added, found.changed, len(found.same))
    assert [] == carry_out(found, base)
    assert before == files(base)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_export_imported_into_an_empty_base_brings_everything_but_the_reviews(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    """Contents are equal to the last sign; nobody's signature is carried in by a table."""
    empty = write_base(tmp_path / "empty", [], golden=())

    found = plan(empty, export(base, tmp_path / f"all{suffix}"))
    written = carry_out(found, empty)

    assert () == found.problems
    read = {path.name: read_entry(path, empty) for path in written}
    assert {entry.content_hash() for entry in all_signed()} == {
        one.entry.content_hash() for one in read.values() if one.entry
    }
    assert all(one.entry is not None and one.entry.checks == () for one in read.values())
    assert all(one.problems == () for one in read.values())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_words_that_look_like_something_else_survive_the_way(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    """Formulas, numbers, days, quotes, separators and blanks come back as they were."""
    entry = make_entry(
        CARD,
        title="=标题也不是公式？",
        similar=NASTY,
        unlike=("-", "+", "@"),
        answer='+第一行\n\n- 第二行，"引号"\n\'第三行',
        sections={"fee": "=不收费。", "materials": "- 身份证\n- 户口簿"},
        sources=(replace(SOURCE, title="甲｜乙\\丙", clause="=1", url=""),),
    )
    write_entry(base, signed(entry))

    found = plan(base, export(base, tmp_path / f"all{suffix}"))

    assert (0, 4) == (len(found.changed), len(found.same))
    empty = write_base(tmp_path / "empty", [], golden=())
    (new,) = [one for one in plan(empty, tmp_path / f"all{suffix}").added if one.id == CARD]
    assert entry.content_hash() == new.content_hash()
    assert ["fee", "materials"] == list(new.sections)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_row_comes_in_without_its_review(base: Path, tmp_path: Path, suffix: str) -> None:
    """Whatever stands in the column of reviews, a changed answer is to be approved anew."""
    forged = signed(make_entry(CARD, answer="改过的答复。"))
    other = tmp_path / f"changed{suffix}"
    export_entries([forged, signed(make_entry("social-insurance/brand-new"))], other)

    found = plan(base, other)
    carry_out(found, base)

    assert ([CARD], ["social-insurance/brand-new"]) == (
        [entry.id for entry in found.changed], [entry.id for entry in found.added]
    )  # fmt: skip
    entries = {entry.id: entry for entry in check_knowledge(base, TODAY).entries}
    assert "改过的答复。" == entries[CARD].answer
    assert () == entries[CARD].checks == entries["social-insurance/brand-new"].checks
    assert signed(make_entry(PENSION)).checks == entries[PENSION].checks


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_row_with_other_reviews_and_the_same_content_keeps_the_bases_own(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    """A table can neither give a review nor take one away."""
    write_entry(base, make_entry(PENSION))
    other = tmp_path / f"reviews{suffix}"
    export_entries([make_entry(CARD), signed(make_entry(PENSION))], other)
    before = files(base)

    found = plan(base, other)
    carry_out(found, base)

    assert [CARD, PENSION] == [entry.id for entry in found.same]
    assert before == files(base)


def test_planning_writes_nothing(base: Path, tmp_path: Path) -> None:
    """A plan may be looked at and thrown away."""
    other = tmp_path / "x.jsonl"
    export_entries([make_entry(CARD, answer="改过的答复。")], other)
    before = files(base)

    plan(base, other)

    assert before == files(base)


def test_entries_that_are_not_in_the_file_stay(base: Path, tmp_path: Path) -> None:
    """An import deletes nothing."""
    other = tmp_path / "x.csv"
    export_entries([make_entry(CARD, answer="改过的答复。")], other)

    carry_out(plan(base, other), base)

    assert set(MATTERS) == {entry.id for entry in check_knowledge(base, TODAY).entries}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_has_chinese_columns_and_no_formulas(
    base: Path, tmp_path: Path, suffix: str
) -> None:
    """What opens in a spreadsheet computes nothing."""
    write_entry(base, make_entry(CARD, answer='=HYPERLINK("https://evil.example")'))
    file = export(base, tmp_path / f"all{suffix}")

    rows = read_table(file)
    assert list(COLUMNS) == list(rows[0][1])
    assert [2, 3, 4, 5] == [number for number, _ in rows]
    signs = "=+-@\t\r＝＋－＠"
    assert all(not cell.startswith(tuple(signs)) for _, row in rows for cell in row.values())
    if suffix == ".csv":
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")


Table = list[list[str]]


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


def test_the_columns_that_are_to_be_left_alone_may_be_absent(base: Path, tmp_path: Path) -> None:
    """A table written by hand needs neither the order of sections nor reviews."""
    table = table_of(base, tmp_path)
    for column in (ORDER, CHECKS, "样表"):
        drop_column(table, column)
    write_table(tmp_path / "x.csv", table[0], table[1:])

    found = plan(base, tmp_path / "x.csv")
    assert {"aspect-missing"} == {problem.rule for problem in found.problems}
    assert 3 == len(found.same)


def test_columns_and_rows_may_stand_in_any_order(base: Path, tmp_path: Path) -> None:
    """Sorting a table by another column is no change."""
    rows = read_table(export(base, tmp_path / "all.csv"))
    names = list(COLUMNS)
    random.Random(7).shuffle(names)
    write_table(tmp_path / "x.csv", names, [[row[name] for name in names] for _, row in rows[::-1]])

    assert 4 == len(plan(base, tmp_path / "x.csv").same)


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


def test_a_file_that_cannot_be_read_is_not_overwritten(base: Path, tmp_path: Path) -> None:
    """An entry under way in another encoding is somebody's work."""
    file = export(base, tmp_path / "x.csv")
    (base / "faq" / f"{CARD}.md").write_bytes("社保卡".encode("gbk"))

    found = plan(base, file)

    assert "import-target" in {problem.rule for problem in found.errors}


def test_a_text_that_fits_no_cell_is_refused_with_a_way_out(base: Path, tmp_path: Path) -> None:
    """Excel would cut it; .jsonl takes it."""
    write_entry(base, make_entry(CARD, answer="字" * 40_000))

    with pytest.raises(InvalidKnowledge, match="jsonl"):
        export(base, tmp_path / "x.xlsx")
    assert 4 == len(plan(base, export(base, tmp_path / "x.jsonl")).same)


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


def test_the_whole_working_tree_survives_export_and_import(
    repository: Path, tmp_path: Path
) -> None:
    """What lies in knowledge/ now comes back with not one change, in all three forms."""
    knowledge = repository / "knowledge"
    report = check_knowledge(knowledge, TODAY, checks={})
    for suffix in SUFFIXES:
        file = tmp_path / f"all{suffix}"
        export_entries(report.entries, file)
        found = plan_import(file, report.entries, report.context)
        assert ((), (), len(report.entries)) == (found.added, found.changed, len(found.same))
