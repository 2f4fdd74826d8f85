"""Import and export: nothing is lost on the way, nothing comes in unseen or with a review."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import InvalidKnowledge
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.exchange import (
    CHECKS,
    COLUMNS,
    ORDER,
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
from tests.knowledge.small_exchange import CARD, PENSION, drop_column, export, plan, table_of

NASTY = (
    "=1+1", "+86 10", "-5", "@cmd", "'引号", "''", "＝全角", "=HYPERLINK(\"x\")", "\\n", "\\",
    "\\0",     "甲｜乙", "甲,乙;\"丙\"", " 前后有空 ", "0532", "1e5", "2025-04-01", "TRUE",
    "_x0041_", "_x0041_x0042_", "😀👨‍👩‍👧",
    "　全角空格", "a\\｜b", "#12345", "\u00a0",
)  # fmt: skip


def files(base: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {
        str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()
    }


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
