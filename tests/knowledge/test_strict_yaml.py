"""The reader in which every scalar is a string: what it refuses, and at which line."""

from __future__ import annotations

import re

import pytest

from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import parse_strict

CHINESE = re.compile(r"[\u4e00-\u9fff]")

# text of the front matter, rule, line
REFUSALS = [
    pytest.param('a: &x "b"\n', "anchor", 1, id="an anchor"),
    pytest.param('a: "b"\nc: *x\n', "yaml", 2, id="an alias of nothing"),
    pytest.param('a: &x "b"\nc: *x\n', "anchor", 2, id="an alias"),
    pytest.param("a: *x\n", "yaml", 1, id="a bare alias"),
    pytest.param('a: !!str "b"\n', "tag", 1, id="a standard tag"),
    pytest.param('a: !!python/object:os.system "b"\n', "tag", 1, id="a tag that runs code"),
    pytest.param('a: "b"\n<<: {c: "d"}\n', "merge", 2, id="a merge key"),
    pytest.param('a: "b"\n\na: "c"\n', "duplicate-key", 3, id="a key twice"),
    pytest.param('s:\n  - a: "b"\n    a: "c"\n', "duplicate-key", 3, id="a key twice in a record"),
    pytest.param('a: "拨打"\nb: 拨打 #12345\n', "comment", 2, id="a value cut at #"),
    pytest.param('a: "b"\n# 备注\n', "comment", 2, id="a comment of its own"),
    pytest.param('a: "b" # 备注\n', "comment", 1, id="a comment behind a value"),
    pytest.param('a: "b\n', "yaml", 2, id="a quote that is never closed"),
    pytest.param("a: @b\n", "yaml", 1, id="a sign that starts nothing"),
    pytest.param('\ta: "b"\n', "yaml", 1, id="a tabulator as indent"),
    pytest.param('- "b"\n', "yaml", 1, id="a list instead of fields"),
    pytest.param('? ["a"]\n: "b"\n', "yaml", 1, id="a list as a key"),
    pytest.param('a: "b"\n---\nc: "d"\n', "yaml", 2, id="two documents"),
    pytest.param('a: "b"\nc: "\\ud800"\n', "yaml", 2, id="half a surrogate pair"),
    pytest.param('a: "b\x00"\n', "yaml", 1, id="a raw NUL"),
    pytest.param('a: "b"\nc: "d\\0"\n', "control-character", 2, id="an escaped NUL"),
    pytest.param('a: "b\\x07"\n', "control-character", 1, id="an escaped bell"),
    pytest.param('a: "b\\u202e"\n', "control-character", 1, id="an escaped change of direction"),
    pytest.param("a:\n", "scalar-trap", 1, id="a value left out"),
]

TRAPS = [
    "0532", "12345", "-1", "+8", "1_000", "1,000", "3.5", ".5", "-.5", "1.", "1e3", "0x1F", "0b11",
    "0o17", "9:30", "12:30:45", "2025-04-01", "2025-4-1", "2025-04-01T08:00:00", "yes", "No", "ON",
    "off", "true", "FALSE", "y", "N", "null", "~", ".inf", ".NaN", "=", "<<",
]  # fmt: skip
PLAIN = [
    "身份证", "12345转1", "0532-12345", "9：30", "9点30", "yesterday", "on-line", "x#y", "1.2.3",
    "deadbeef", "2025年", "50%", "第5条", "~5",
]  # fmt: skip


def rules(problems: list[Problem]) -> set[tuple[str, int]]:
    """Return rule and line of each problem."""
    return {(problem.rule, problem.line) for problem in problems}


@pytest.mark.parametrize(("text", "rule", "line"), REFUSALS)
def test_what_other_readers_would_change_is_refused_at_its_line(
    text: str, rule: str, line: int
) -> None:
    """An editor reads in Chinese at which line of the file to look."""
    document = parse_strict(text, "f.md")

    assert (rule, line) in rules(document.problems)
    assert all(CHINESE.search(problem.message) for problem in document.problems)


@pytest.mark.parametrize("value", TRAPS)
def test_a_value_that_yaml_would_turn_into_something_else_must_be_quoted(value: str) -> None:
    """0532 is an area code, not 346; the message shows how to write it."""
    document = parse_strict(f"a: {value}\n", "f.md")

    assert [("scalar-trap", 1)] == sorted(rules(document.problems))
    assert f'"{value}"' in document.problems[0].message
    assert value == document.values["a"]


@pytest.mark.parametrize("value", TRAPS)
def test_a_quoted_trap_is_kept_as_written(value: str) -> None:
    """Quotes are all it takes."""
    document = parse_strict(f'a: "{value}"\n', "f.md")

    assert ([], value) == (document.problems, document.values["a"])


@pytest.mark.parametrize("value", PLAIN)
def test_a_value_that_every_reader_leaves_alone_needs_no_quotes(value: str) -> None:
    """The reader is strict, not fussy."""
    document = parse_strict(f"a: {value}\n", "f.md")

    assert ([], value) == (document.problems, document.values["a"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('a: "拨打 #12345"\n', "拨打 #12345", id="double quotes"),
        pytest.param("a: '#12345'\n", "#12345", id="single quotes"),
        pytest.param("a: |\n  一行\n  # 二行\n", "一行\n# 二行\n", id="a block"),
        pytest.param('a: "&b *c !d <<"\n', "&b *c !d <<", id="signs of anchors and tags"),
        pytest.param('a: "😀 \\U0001F600"\n', "😀 😀", id="signs beyond the basic plane"),
        pytest.param('a: ""\n', "", id="an empty text"),
        pytest.param('a: "${HOME}"\n', "${HOME}", id="a name of the environment"),
    ],
)
def test_quoted_signs_are_text(text: str, value: str) -> None:
    """Nothing inside quotes is a comment, an anchor, a tag or a variable."""
    document = parse_strict(text, "f.md")

    assert ([], value) == (document.problems, document.values["a"])


def test_every_fault_of_a_document_is_listed_at_once() -> None:
    """An editor mends all of it in one round."""
    document = parse_strict(
        'a: 0532\nb: yes\nc: 拨打 #12345\nd: &x "e"\nf: !!str "g"\na: "h"\n<<: {i: "j"}\n', "f.md"
    )

    assert {
        ("scalar-trap", 1), ("scalar-trap", 2), ("comment", 3), ("anchor", 4), ("tag", 5),
        ("duplicate-key", 6), ("merge", 7),
    } == rules(document.problems)  # fmt: skip


def test_the_line_of_each_field_is_known() -> None:
    """Checks can point at a record's field; the first line of the file is told from outside."""
    document = parse_strict('a: "b"\ns:\n  - c: "d"\n    e: "f"\n', "f.md", first_line=2)

    assert {"a": 2, "s": 4, "s.0": 4, "s.0.c": 4, "s.0.e": 5} == {
        **document.lines, "s": 4
    }  # fmt: skip


def test_a_bomb_of_aliases_is_refused_without_being_unfolded() -> None:
    """Nine nested lists of nine aliases would be 400 million items."""
    levels = ['a0: &a0 ["x"]'] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)
    ]
    document = parse_strict("\n".join(levels) + "\n", "f.md")

    assert {} == document.values
    assert {"anchor"} == {problem.rule for problem in document.problems}


def test_registers_may_hold_comments() -> None:
    """What is forbidden in front matter explains a register."""
    document = parse_strict('# 说明\na: "b" # 备注\n', "f.yml", allow_comments=True)

    assert ([], {"a": "b"}) == (document.problems, document.values)
