"""Every check of the knowledge base: what triggers it, what nearly does, and all at once."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from assistant.knowledge import checks_review, files, golden, link_hosts, review_state, strict_yaml
from assistant.knowledge.check_context import Stage
from assistant.knowledge.checks import CHECKS, CONTENT_CHECKS, CheckReport, check_knowledge
from assistant.knowledge.entry import Entry
from assistant.knowledge.problems import Severity
from tests.knowledge.check_rows import CARD, ENROL, NEARLY, PENSION, TRIGGERS, Change, Row, edit
from tests.knowledge.review_rows import REVIEW_RULES
from tests.knowledge.small_base import MATTERS, TODAY, all_signed, make_entry, write_base

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WARNINGS = {"question-near", "review-overdue", "answer-long", "section-leans", "review-missing"}
# A form of a problem's maker → the place of the rule among its arguments.
MAKERS = {"Problem": 2, "problem": 2, "warning": 2, "report": 1, "report_line": 1, "ReviewFault": 1}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return the small base, written but not yet submitted by anybody."""
    return write_base(tmp_path, [make_entry(entry_id) for entry_id in MATTERS])


def told(base: Path, rule: str) -> list[tuple[str, int]]:
    """Return where a rule is told."""
    report = check_knowledge(base, TODAY)
    return [(found.path, found.line) for found in report.problems if found.rule == rule]


def line_of(path: Path, text: str) -> int:
    """Return the first line with a text, 1 for an empty text."""
    whole = path.read_text("utf-8") if text else ""
    assert text in whole
    return whole.count("\n", 0, whole.index(text)) + 1


def test_the_small_base_has_no_problems_but_the_missing_reviews(base: Path) -> None:
    """The rows change something that is in order."""
    assert {"review-missing"} == {found.rule for found in check_knowledge(base, TODAY).problems}


@pytest.mark.parametrize("row", TRIGGERS)
def test_a_fault_is_told_at_its_place(base: Path, row: Row) -> None:
    """The editor reads file, line, rule and a Chinese sentence, and nothing hides the fault."""
    row.change(base)
    line = line_of(base / row.file, row.at)

    report = check_knowledge(base, TODAY)

    found = [problem for problem in report.problems if problem.rule == row.rule]
    assert (str(base / row.file), line) in [(problem.path, problem.line) for problem in found]
    for problem in found:
        assert CHINESE.search(problem.message)
        assert (row.rule in WARNINGS) is (problem.severity is Severity.WARNING)
        assert f"{problem.path}:{problem.line}: {row.rule}: {problem.message}" == str(problem)


@pytest.mark.parametrize(("rule", "change"), NEARLY)
def test_what_nearly_is_a_fault_is_let_pass(base: Path, rule: str, change: Change) -> None:
    """No editor is sent to mend what is right."""
    change(base)

    assert [] == told(base, rule)


def rules_in(path: Path) -> set[str]:
    """Return the rule ids that a module can tell."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        places: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            places = node.args[MAKERS[name] :][:1] if name in MAKERS else []
        elif isinstance(node, ast.Tuple):
            places = node.elts[:1]
        for place in places:
            if isinstance(place, ast.Constant) and isinstance(place.value, str):
                text = place.value
                if isinstance(node, ast.Call) or re.fullmatch(r"(golden|review)-[a-z-]+", text):
                    found.add(text)
    return found


def test_every_rule_of_the_source_has_a_row_that_triggers_it_and_one_that_nearly_does() -> None:
    """A new rule cannot come without its test."""
    modules = [strict_yaml, files, golden, link_hosts, review_state, checks_review]
    modules_of_checks = Path(files.__file__).parent.glob("checks_*.py")
    paths = {*(Path(str(module.__file__)) for module in modules), *modules_of_checks}
    rules = {rule for path in paths for rule in rules_in(path)}
    triggered = {row.values[0].rule for row in TRIGGERS}  # type: ignore[attr-defined]
    nearly = {row.values[0] for row in NEARLY}  # type: ignore[attr-defined]

    assert 50 <= len(rules)
    assert set() == rules - triggered - REVIEW_RULES
    assert set() == rules - nearly - REVIEW_RULES
    assert set() == (triggered | REVIEW_RULES) - rules - {"topic-unknown"}


def test_every_check_of_the_table_can_say_no(base: Path) -> None:
    """No row of CHECKS is there for nothing: each function tells a fault of some row."""
    told_by: dict[str, set[str]] = {name: set() for name in CHECKS}
    for param in TRIGGERS:
        row = param.values[0]  # type: ignore[attr-defined]
        folder = write_base(base / row.rule, [make_entry(entry_id) for entry_id in MATTERS])
        row.change(folder)
        report = check_knowledge(folder, TODAY, checks={})
        for name, function in CHECKS.items():
            problems = function(report.entries, report.context)
            told_by[name] |= {found.rule for found in problems if found.rule == row.rule}
        shutil.rmtree(folder)

    assert {"reviews"} == {*CHECKS} - {*CONTENT_CHECKS}
    assert [] == [name for name in CONTENT_CHECKS if not told_by[name]]


def test_every_problem_of_every_file_is_listed_at_once(base: Path) -> None:
    """One run lists all faults of form, content, registers and golden questions together."""
    wanted = {"scalar-trap", "owner", "heading", "similar-few", "golden-entry", "link-hosts"}
    for change in (
        edit(CARD, 'valid_from: "2025-01-01"', "valid_from: 2025-01-01"),
        edit(CARD, 'owner: "human-resources"', 'owner: "navy"'),
        edit(PENSION, "养老金从批准", "## 备注\n养老金从批准"),
        edit(ENROL, '  - "小学一年级新生登记"\n', ""),
        edit("questions/all.yml", "education/enrol", "education/none"),
        edit("link_hosts.yml", '"gov.cn"', '"gov"'),
    ):
        change(base)

    report = check_knowledge(base, TODAY)

    assert wanted <= {found.rule for found in report.errors}
    assert sorted(report.problems) == list(report.problems)
    assert len(set(report.problems)) == len(report.problems)


def test_a_named_file_shows_its_own_problems_judged_against_everything(base: Path) -> None:
    """An editor looks at one file and still learns that its question belongs to another."""
    edit(PENSION, "养老金从哪个月开始领取？", "孩子上小学怎么报名？")(base)
    edit(CARD, 'owner: "human-resources"', 'owner: "navy"')(base)

    report = check_knowledge(base, TODAY, [base / PENSION])

    assert {str(base / PENSION)} == {found.path for found in report.problems}
    assert "question-two-answers" in {found.rule for found in report.problems}
    assert "owner" not in {found.rule for found in report.problems}


def test_a_named_folder_shows_the_problems_below_it(base: Path) -> None:
    """A topic can be looked at alone."""
    edit(CARD, 'owner: "human-resources"', 'owner: "navy"')(base)
    edit(ENROL, 'owner: "education"', 'owner: "navy"')(base)

    report = check_knowledge(base, TODAY, [base / "faq" / "education"])

    assert [str(base / ENROL)] == [found.path for found in report.errors]


def test_a_release_needs_a_whole_review_and_a_draft_does_not(tmp_path: Path) -> None:
    """The same folder passes as a draft and is refused for a release."""
    entries: list[Entry] = [make_entry("education/enrol"), *all_signed()[:2]]
    base = write_base(tmp_path, entries, golden=())

    def errors(report: CheckReport) -> list[tuple[str, str]]:
        return [(found.path, found.rule) for found in report.errors]

    assert [] == errors(check_knowledge(base, TODAY))
    assert [(str(base / ENROL), "review-missing")] == errors(
        check_knowledge(base, TODAY, stage=Stage.PUBLISH)
    )
