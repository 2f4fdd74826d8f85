"""Review: submit → department → hotline, every refusal, and what voids an approval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.errors import ReviewRefused
from assistant.knowledge.check_context import Stage
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.entry import Entry
from assistant.knowledge.files import read_entry
from assistant.knowledge.review import ReviewDesk, approve, find_entry, reject, submit
from assistant.knowledge.review_state import (
    STATE_NAMES,
    ReviewState,
    review_faults,
    review_state,
)
from tests.knowledge.review_desk import CARD, file_of, put
from tests.knowledge.review_rows import (
    BROKEN,
    DEPARTMENT,
    HOTLINE,
    REJECTED,
    REVIEW_RULES,
    SOUND,
    SUBMITTED,
    recorded,
)
from tests.knowledge.small_base import TODAY, make_entry, replace_once

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(("rule", "number", "state", "entry"), BROKEN)
def test_a_record_that_breaks_a_rule_is_told_and_not_published(
    desk: ReviewDesk, rule: str, number: int, state: str, entry: Entry
) -> None:
    """Whoever edits the record by hand is told the step, and the entry stays out."""
    path = put(desk, entry)
    report = check_knowledge(desk.knowledge, TODAY, [path], stage=Stage.PUBLISH)

    told = [found for found in report.errors if found.rule == rule]
    read = read_entry(path, desk.knowledge).entry
    assert read is not None
    if number >= 0:
        assert read.lines[f"checks.{number}"] in [found.line for found in told]
    assert told
    assert all(CHINESE.search(found.message) for found in told)
    assert state == review_state(read, desk.signers, TODAY)


@pytest.mark.parametrize(("rule", "entry"), SOUND)
def test_a_record_that_nearly_breaks_a_rule_is_sound(
    desk: ReviewDesk, rule: str, entry: Entry
) -> None:
    """No reviewer is called back for nothing."""
    assert rule not in {fault.rule for fault in review_faults(entry, desk.signers, TODAY)}
    assert ReviewState.INVALID != review_state(entry, desk.signers, TODAY)


def test_every_review_rule_has_a_row() -> None:
    """The table of records covers the rules that it says it covers."""
    assert {param.values[0] for param in BROKEN} == REVIEW_RULES  # type: ignore[attr-defined]
    assert {param.values[0] for param in SOUND} == REVIEW_RULES  # type: ignore[attr-defined]


def test_an_entry_goes_from_draft_to_approved_in_three_steps(desk: ReviewDesk) -> None:
    """Editor, department, hotline; each step is in the file with the content's hash."""
    assert ReviewState.SUBMITTED == submit(desk, CARD, "editor-lin")
    assert ReviewState.DEPARTMENT_APPROVED == approve(desk, CARD, "dept-hr")
    assert ReviewState.APPROVED == approve(desk, CARD, "reviewer-chen")

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert [
        ("submitted", "editor-lin", TODAY.isoformat(), entry.content_hash()),
        ("department", "dept-hr", TODAY.isoformat(), entry.content_hash()),
        ("hotline", "reviewer-chen", TODAY.isoformat(), entry.content_hash()),
    ] == [(check.level, check.by, check.on, check.hash) for check in entry.checks]
    report = check_knowledge(desk.knowledge, TODAY, [file_of(desk)], stage=Stage.PUBLISH)
    assert () == report.problems


Act = Callable[[ReviewDesk], ReviewState]
REFUSALS: list[object] = [
    (make_entry(), lambda d: approve(d, CARD, "dept-hr"), "草稿"),
    (make_entry(), lambda d: approve(d, CARD, "reviewer-chen"), "草稿"),
    (make_entry(), lambda d: reject(d, CARD, "reviewer-chen", "x"), "草稿"),
    (make_entry(), lambda d: submit(d, CARD, "nobody"), "名单"),
    (make_entry(), lambda d: submit(d, CARD, "dept-hr"), "编辑"),
    (make_entry(), lambda d: submit(d, CARD, "reviewer-chen"), "编辑"),
    (make_entry(), lambda d: submit(d, "social-insurance/none", "editor-lin"), "没有条目"),
    (make_entry(), lambda d: submit(d, "../golden", "editor-lin"), "没有条目"),
    (make_entry(), lambda d: submit(d, "../../../etc/passwd", "editor-lin"), "没有条目"),
    (make_entry(), lambda d: submit(d, "", "editor-lin"), "没有条目"),
    (make_entry(), lambda d: submit(d, "x" * 5000, "editor-lin"), "没有条目"),
    (make_entry(), lambda d: submit(d, CARD, "editor-lin", seen_hash="0" * 64), "改过"),
    (make_entry(similar=()), lambda d: submit(d, CARD, "editor-lin"), "similar-few"),
    (recorded(SUBMITTED), lambda d: submit(d, CARD, "editor-lin"), "已提交"),
    (recorded(SUBMITTED), lambda d: approve(d, CARD, "editor-lin"), "编辑"),
    (recorded(SUBMITTED), lambda d: approve(d, CARD, "nobody"), "名单"),
    (recorded(SUBMITTED), lambda d: approve(d, CARD, "dept-edu"), "不负责"),
    (recorded(SUBMITTED), lambda d: approve(d, CARD, "reviewer-chen"), "已提交"),
    (recorded(SUBMITTED), lambda d: approve(d, CARD, "dept-hr", seen_hash="0" * 64), "改过"),
    (recorded(SUBMITTED), lambda d: reject(d, CARD, "editor-lin", "x"), "编辑"),
    (recorded(SUBMITTED), lambda d: reject(d, CARD, "dept-edu", "x"), "不负责"),
    (recorded(SUBMITTED), lambda d: reject(d, CARD, "dept-hr", " \n"), "原因"),
    (recorded(SUBMITTED, entry=make_entry(author="dept-hr")),
     lambda d: approve(d, CARD, "dept-hr"), "作者"),
    (recorded(SUBMITTED, DEPARTMENT), lambda d: approve(d, CARD, "dept-hr-two"), "部门已审"),
    (recorded(SUBMITTED, DEPARTMENT, entry=make_entry(author="reviewer-chen")),
     lambda d: approve(d, CARD, "reviewer-chen"), "作者"),
    (recorded(SUBMITTED, DEPARTMENT, HOTLINE), lambda d: submit(d, CARD, "editor-lin"), "已通过"),
    (recorded(SUBMITTED, DEPARTMENT, HOTLINE),
     lambda d: approve(d, CARD, "reviewer-wu"), "已通过"),
    (recorded(SUBMITTED, DEPARTMENT, HOTLINE),
     lambda d: reject(d, CARD, "reviewer-wu", "x"), "已通过"),
    (recorded(SUBMITTED, REJECTED), lambda d: approve(d, CARD, "dept-hr"), "已退回"),
    (replace(recorded(SUBMITTED), answer="改过的答复。"),
     lambda d: approve(d, CARD, "dept-hr"), "需重新提交"),
    (recorded(SUBMITTED, replace(DEPARTMENT, by="dept-edu")),
     lambda d: approve(d, CARD, "reviewer-chen"), "不合规定"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "act", "reason"), REFUSALS)
def test_a_step_that_is_not_allowed_is_refused_with_its_reason(
    desk: ReviewDesk, entry: Entry, act: Act, reason: str
) -> None:
    """The person reads why in Chinese, and no byte of any file changes."""
    put(desk, entry)
    before = {path: path.read_bytes() for path in desk.knowledge.rglob("*") if path.is_file()}

    with pytest.raises(ReviewRefused, match=reason) as refused:
        act(desk)

    assert CHINESE.search(str(refused.value))
    assert before == {
        path: path.read_bytes() for path in desk.knowledge.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("当场领取新卡。", "当场领取新卡", id="one stop of the answer"),
        pytest.param("社保卡不见了去哪补", "社保卡不见了到哪补", id="a similar question"),
        pytest.param('valid_from: "2025-01-01"', 'valid_from: "2025-01-02"', id="the first day"),
        pytest.param('visibility: "public"', 'visibility: "agent"', id="who may see it"),
        pytest.param("第五条", "第六条", id="the clause"),
        pytest.param("身份证丢了怎么补", "护照丢了怎么补", id="a counter-question"),
    ],
)
def test_any_change_of_content_voids_the_review(desk: ReviewDesk, old: str, new: str) -> None:
    """Nobody changes an approved answer behind the reviewers' backs."""
    path = put(desk, recorded(SUBMITTED, DEPARTMENT, HOTLINE))
    replace_once(path, old, new)

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert ReviewState.STALE == review_state(entry, desk.signers, TODAY)
    assert ReviewState.SUBMITTED == submit(desk, CARD, "editor-lin")
    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert ["submitted"] == [check.level for check in entry.checks]


def test_a_change_of_layout_alone_keeps_the_review(desk: ReviewDesk) -> None:
    """Line ends, quotes and the order of fields are not content."""
    path = put(desk, recorded(SUBMITTED, DEPARTMENT, HOTLINE))
    text = path.read_text("utf-8").replace('area: "yunzhou"\n', "")
    text = text.replace("---\n", "---\narea: 'yunzhou'\n", 1)
    path.write_text(text.replace("\n", "\r\n"), "utf-8-sig", newline="")

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert ReviewState.APPROVED == review_state(entry, desk.signers, TODAY)


@pytest.mark.parametrize(
    ("steps", "by"), [((SUBMITTED,), "dept-hr"), ((SUBMITTED, DEPARTMENT), "reviewer-wu")]
)
def test_a_rejection_keeps_its_reason_and_leads_back_to_the_editor(
    desk: ReviewDesk, steps: tuple[object, ...], by: str
) -> None:
    """The editor reads why, mends it, and starts a new round."""
    put(desk, recorded(*steps))  # type: ignore[arg-type]

    assert ReviewState.REJECTED == reject(desk, CARD, by, "  收费标准缺文号：“云价〔2024〕1号”#1 ")

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert "收费标准缺文号：“云价〔2024〕1号”#1" == entry.checks[-1].reason
    assert ReviewState.SUBMITTED == submit(desk, CARD, "editor-he")


def test_every_state_has_a_name() -> None:
    """Editors read states in Chinese."""
    assert set(ReviewState) == set(STATE_NAMES)
    assert all(CHINESE.search(name) for name in STATE_NAMES.values())
