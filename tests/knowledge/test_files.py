"""Entry files: encodings, line ends, the fence, headings, fields, and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.entry import ASPECT_HEADINGS, Entry
from assistant.knowledge.entry_text import entry_text
from assistant.knowledge.files import ReadEntry, entry_of_text, read_entry
from tests.knowledge.small_base import TODAY, make_entry, signed, write_base, write_entry

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEXT = entry_text(make_entry(sections={"materials": "- 身份证原件1份", "fee": "不收费。"}))


def read_bytes(folder: Path, raw: bytes) -> ReadEntry:
    """Return what is read from a file with these bytes."""
    path = folder / "faq" / "social-insurance" / "lost-card.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    return read_entry(path, folder)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(TEXT.encode("utf-8"), id="plain"),
        pytest.param(TEXT.encode("utf-8-sig"), id="with BOM"),
        pytest.param(TEXT.replace("\n", "\r\n").encode("utf-8"), id="CRLF"),
        pytest.param(TEXT.replace("\n", "\r\n").encode("utf-8-sig"), id="BOM and CRLF"),
        pytest.param(TEXT.replace("\n", "\r").encode("utf-8"), id="CR alone"),
        pytest.param(TEXT.removesuffix("\n").encode("utf-8"), id="no last line end"),
    ],
)
def test_an_entry_reads_the_same_in_every_form_an_editor_saves_it(
    tmp_path: Path, raw: bytes
) -> None:
    """Windows, Mac and Linux editors give one content, so reviews stay valid."""
    read = read_bytes(tmp_path, raw)

    assert () == read.problems
    assert read.entry is not None
    assert entry_of_text(TEXT, tmp_path / "faq" / "x.md", tmp_path).entry is not None
    assert make_entry(
        sections={"materials": "- 身份证原件1份", "fee": "不收费。"}
    ).content_hash() == read.entry.content_hash()  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        pytest.param(TEXT.encode("gbk", "ignore"), 4, id="GBK"),
        pytest.param(TEXT.encode("utf-16"), 1, id="UTF-16"),
        pytest.param(TEXT.encode("utf-8") + b"\xff", TEXT.count("\n") + 1, id="one stray byte"),
        pytest.param(TEXT.encode("utf-8") + b"\xed\xa0\x80", TEXT.count("\n") + 1,
                     id="a lone surrogate"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_utf8_is_refused_with_advice(
    tmp_path: Path, raw: bytes, line: int
) -> None:
    """The editor reads what to do, at the line where it goes wrong."""
    read = read_bytes(tmp_path, raw)

    assert read.entry is None
    (problem,) = read.problems
    assert "encoding" == problem.rule
    assert "UTF-8" in problem.message
    assert CHINESE.search(problem.message)
    assert problem.line <= line
    assert problem.line >= 1


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param("author:", "x---:", "field-unknown", id="no such field"),
        pytest.param('kind: "faq"', 'kind: "line"', "kind", id="no such kind"),
        pytest.param('owner: "human-resources"', "owner: []", "field-shape", id="not a text"),
        pytest.param("unlike:", 'unlike: "x"\nextra:', "field-shape", id="not a list"),
        pytest.param("similar:", 'similar:\n  - {a: "b"}', "field-shape", id="not texts"),
        pytest.param("sources:", 'checks: "x"\nsources:', "field-shape", id="not records"),
        pytest.param("    clause:", "    page:", "field-unknown", id="no such field of a source"),
        pytest.param(
            "    clause: ", "    clause: []\n    url: ", "field-shape", id="no text there"
        ),
        pytest.param("## 收费", "## 费用", "heading", id="an unknown heading"),
        pytest.param("## 收费", "##收费", "heading", id="no blank after the signs"),
        pytest.param("## 收费", "### 收费", "heading", id="a third level"),
        pytest.param("## 收费", "# 收费", "heading", id="a first level"),
        pytest.param("## 收费", "＃＃ 收费", "heading", id="full-width signs"),
        pytest.param("## 收费", "## 材料 ", "heading", id="a heading twice"),
        pytest.param("## 收费\n不收费。", "## 收费", "heading", id="a heading over nothing"),
        pytest.param("社保卡丢失的", "社保\x00卡", "control-character", id="a NUL in the body"),
        pytest.param("社保卡丢失的", "社保\x07卡", "control-character", id="a bell in the body"),
        pytest.param("社保卡丢失的", "社保\u202e卡", "control-character", id="text turned round"),
        pytest.param("不收费。", "不收\u2028费。", "control-character", id="a line separator"),
        pytest.param("不收费。", "不收\ufeff费。", "control-character", id="a second BOM"),
        pytest.param("补办？", "补\u202e办？", "control-character", id="a title turned round"),
    ],
)
def test_a_fault_of_form_is_told_at_its_line(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """No heading is swallowed, no field is guessed, no sign is hidden."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    line = text.count("\n", 0, text.index(new)) + 1
    read = read_bytes(tmp_path, text.encode("utf-8"))

    assert (rule, line) in {(problem.rule, problem.line) for problem in read.problems}
    assert all(CHINESE.search(problem.message) for problem in read.problems)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("\n\n", id="blank lines"),
        pytest.param("社保卡丢了怎么办\n", id="a body alone"),
        pytest.param("\n" + TEXT, id="a line before the fence"),
        pytest.param(TEXT.replace("---\n", "", 1), id="no opening fence"),
        pytest.param(TEXT.replace("\n---\n", "\n"), id="no closing fence"),
    ],
)
def test_a_file_without_front_matter_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is no entry says so in one problem at its first line."""
    read = read_bytes(tmp_path, text.encode("utf-8"))

    assert read.entry is None
    assert [("front-matter", 1)] == [(problem.rule, problem.line) for problem in read.problems]
    assert CHINESE.search(read.problems[0].message)


def test_a_file_without_fields_is_told_each_of_them(tmp_path: Path) -> None:
    """Whoever starts from nothing reads the whole list; so does a body without words."""
    read = read_bytes(tmp_path, b"---\n---\n")

    missing = [problem.message for problem in read.problems if problem.rule == "field-missing"]
    assert 13 == len(missing)
    assert "answer" in {problem.rule for problem in read.problems}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT.replace("不收费。", "拨打 #12345。"), id="a sign within a line"),
        pytest.param(TEXT.replace("不收费。", "不收费 😀‍"), id="an emoji with its joiner"),
        pytest.param(TEXT.replace("## 收费\n", "## 收费  \n\n\n"), id="blanks round a heading"),
        pytest.param(TEXT.replace("不收费。", "一\n\n---\n\n二"), id="a rule within the body"),
        pytest.param(TEXT.replace("不收费。", "\t不收费"), id="a tabulator"),
    ],
)
def test_what_only_looks_like_a_fault_is_read(tmp_path: Path, text: str) -> None:
    """The form is strict where it must be."""
    read = read_bytes(tmp_path, text.encode("utf-8"))

    assert () == read.problems
    assert read.entry is not None
    assert ["materials", "fee"] == list(read.entry.sections)


def test_a_file_whose_fields_cannot_be_parsed_is_not_said_to_lack_them(tmp_path: Path) -> None:
    """One broken quote gives one problem, not fifteen that vanish with it."""
    read = read_bytes(tmp_path, TEXT.replace('owner: "', "owner: @").encode("utf-8"))

    assert ["yaml"] == [problem.rule for problem in read.problems]


def test_a_file_with_aliases_is_not_said_to_lack_fields(tmp_path: Path) -> None:
    """The anchors are the fault; the fields are there."""
    text = TEXT.replace('owner: "', 'owner: &o "').replace('area: "yunzhou"', "area: *o")
    read = read_bytes(tmp_path, text.encode("utf-8"))

    assert {"anchor"} == {problem.rule for problem in read.problems}


@pytest.mark.parametrize(
    "name",
    ["lost-card.markdown", "lost-card.md.txt", "lost-card.docx", "lost-card.MD", "lost-card.yml"],
)
def test_a_file_that_would_silently_not_be_read_is_a_problem(tmp_path: Path, name: str) -> None:
    """Whoever saves an entry under another ending learns that it is not an entry."""
    path = write_base(tmp_path) / "faq" / "social-insurance" / name
    path.write_text(TEXT, "utf-8")

    report = check_knowledge(tmp_path, TODAY)

    assert [(str(path), 1, "file-name")] == [(p.path, p.line, p.rule) for p in report.problems]
    assert ".md" in report.problems[0].message


@pytest.mark.parametrize("name", [".gitkeep", ".DS_Store", ".lost-card.md.4711"])
def test_hidden_files_are_nobodys_entry(tmp_path: Path, name: str) -> None:
    """What programs leave behind does not stop a release."""
    (write_base(tmp_path) / "faq" / "social-insurance" / name).write_bytes(b"\xff")

    assert () == check_knowledge(tmp_path, TODAY).problems


def test_all_faults_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    """Fields, traps and headings in one round."""
    text = TEXT.replace('owner: "human-resources"', "owner: 0532\nextra: yes")
    text = text.replace("## 收费", "## 费用").replace('author: "editor-lin"\n', "")
    read = read_bytes(tmp_path, text.encode("utf-8"))

    assert {"scalar-trap", "field-unknown", "field-missing", "heading"} == {
        problem.rule for problem in read.problems
    }


WORDS = st.text(
    st.one_of(
        st.sampled_from("身份证丢了怎么办，。？「」—“”'\"\\#:&*!%@`|>{}[]-~ 　"),
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")),
    ),
    min_size=1,
    max_size=40,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=WORDS, similar=st.lists(WORDS, max_size=4), clause=WORDS, answer=WORDS)
def test_what_is_written_is_read_again_unchanged(
    tmp_path: Path, title: str, similar: list[str], clause: str, answer: str
) -> None:
    """Whatever words an editor uses, the file gives them back and reviews stay bound to them."""
    entry = make_entry(title=title, similar=tuple(similar), answer=f"答：{answer}".strip())
    entry = signed(entry)
    read = entry_of_text(entry_text(entry), tmp_path / entry.path, tmp_path)

    assert read.entry is not None
    assert entry.content_hash() == read.entry.content_hash()
    assert entry.checks == read.entry.checks


def test_a_whole_guide_is_written_and_read_with_its_sections_in_order(tmp_path: Path) -> None:
    """All nine sections keep their order."""
    guide = make_entry("social-insurance/unemployment")
    read = read_entry(write_entry(tmp_path, guide), tmp_path)

    assert isinstance(read.entry, Entry)
    assert list(ASPECT_HEADINGS) == list(read.entry.sections)
    assert guide.path == read.entry.path
