"""The table of review records: for each rule a record that breaks it, and one that nearly does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from assistant.knowledge.entry import Check, Entry
from tests.knowledge.small_base import make_entry, signed

REVIEW_RULES = {
    "review-missing", "review-incomplete", "review-stale", "review-date", "review-order",
    "review-user", "review-role", "review-department", "review-own",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One check of a record; an empty `digest` is the entry's own."""

    level: str
    by: str
    on: str = "2025-06-01"
    digest: str = ""


SUBMITTED = Step("submitted", "editor-he")
DEPARTMENT = Step("department", "dept-hr")
HOTLINE = Step("hotline", "reviewer-chen")
REJECTED = Step("rejected", "reviewer-chen")
WHOLE = (SUBMITTED, DEPARTMENT, HOTLINE)


def recorded(*steps: Step, entry: Entry | None = None) -> Entry:
    """Return an entry with this record."""
    plain = entry or make_entry()
    digest = plain.content_hash()
    checks = tuple(
        Check(
            step.level,
            step.by,
            step.on,
            step.digest or digest,
            "缺少文号" if step.level == "rejected" else "",
        )
        for step in steps
    )
    return replace(plain, checks=checks)


def row(rule: str, what: str, number: int, state: str, entry: Entry) -> object:
    """Return a rule, the number of the check it names (-1 for none), the state, and the entry."""
    return pytest.param(rule, number, state, entry, id=f"{rule}: {what}")


BROKEN = [
    row("review-missing", "no record", -1, "draft", make_entry()),
    row("review-incomplete", "submitted", -1, "submitted", recorded(SUBMITTED)),
    row("review-incomplete", "the department alone", -1, "department_approved",
        recorded(SUBMITTED, DEPARTMENT)),
    row("review-incomplete", "rejected", -1, "rejected", recorded(SUBMITTED, REJECTED)),
    row("review-stale", "the hash of other content", 1, "stale",
        recorded(SUBMITTED, replace(DEPARTMENT, digest="0" * 64), HOTLINE)),
    row("review-stale", "one character changed afterwards", 0, "stale",
        replace(signed(make_entry()), answer="社保卡丢失的，可以到任一社保服务网点补办！")),
    row("review-stale", "a section changed afterwards", 0, "stale",
        replace(signed(make_entry()), sections={"fee": "不收费。"})),
    row("review-date", "tomorrow", 2, "invalid",
        recorded(SUBMITTED, DEPARTMENT, replace(HOTLINE, on="2026-03-03"))),
    row("review-date", "before the step before", 1, "invalid",
        recorded(SUBMITTED, replace(DEPARTMENT, on="2025-05-31"), HOTLINE)),
    row("review-order", "the hotline first", 1, "invalid", recorded(SUBMITTED, HOTLINE)),
    row("review-order", "not submitted", 0, "invalid", recorded(DEPARTMENT, HOTLINE)),
    row("review-order", "the department twice", 2, "invalid",
        recorded(SUBMITTED, DEPARTMENT, replace(DEPARTMENT, by="dept-hr-two"))),
    row("review-order", "a step behind the last", 3, "invalid",
        recorded(*WHOLE, replace(HOTLINE, by="reviewer-wu"))),
    row("review-order", "a word nobody knows", 0, "invalid", recorded(Step("ok", "editor-he"))),
    row("review-order", "rejected first", 0, "invalid", recorded(REJECTED)),
    row("review-order", "on after a rejection", 1, "invalid",
        recorded(SUBMITTED, REJECTED, HOTLINE)),
    row("review-user", "somebody unknown", 1, "invalid",
        recorded(SUBMITTED, replace(DEPARTMENT, by="dept-none"), HOTLINE)),
    row("review-role", "an editor for the department", 1, "invalid",
        recorded(SUBMITTED, replace(DEPARTMENT, by="editor-lin"), HOTLINE)),
    row("review-role", "the department for the hotline", 2, "invalid",
        recorded(SUBMITTED, DEPARTMENT, replace(HOTLINE, by="dept-hr-two"))),
    row("review-role", "a reviewer submits", 0, "invalid",
        recorded(replace(SUBMITTED, by="reviewer-wu"), DEPARTMENT, HOTLINE)),
    row("review-department", "of another department", 1, "invalid",
        recorded(SUBMITTED, replace(DEPARTMENT, by="dept-edu"), HOTLINE)),
    row("review-own", "the author approves", 2, "invalid",
        recorded(*WHOLE, entry=make_entry(author="reviewer-chen"))),
    row("review-own", "one person for two steps", 2, "invalid",
        recorded(SUBMITTED, DEPARTMENT, replace(HOTLINE, by="dept-hr"))),
]  # fmt: skip


def near(rule: str, what: str, entry: Entry) -> object:
    """Return a record that breaks no rule."""
    return pytest.param(rule, entry, id=f"{rule}: {what}")


SOUND = [
    near("review-missing", "one step", recorded(SUBMITTED)),
    near("review-incomplete", "all steps", recorded(*WHOLE)),
    near("review-stale", "the file lies elsewhere", replace(signed(make_entry()), lines={"id": 7})),
    near("review-date", "all today", signed(make_entry(), on="2026-03-02")),
    near("review-order", "all steps in order", recorded(*WHOLE)),
    near("review-order", "rejected by the hotline", recorded(SUBMITTED, DEPARTMENT, REJECTED)),
    near("review-user", "everybody known", recorded(*WHOLE)),
    near("review-role", "each in their role", recorded(*WHOLE)),
    near("review-department", "the entry's own", recorded(*WHOLE)),
    near("review-own", "the author submits", recorded(
        replace(SUBMITTED, by="editor-lin"), DEPARTMENT, HOTLINE)),
    near("review-own", "who approved rejects", recorded(
        SUBMITTED, DEPARTMENT, replace(REJECTED, by="dept-hr"))),
]  # fmt: skip
