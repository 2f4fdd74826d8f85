"""How far an entry's review has come, read from its `checks` and its present content.

Levels come in one order: submitted → department → hotline. Each check names the
hash of the content it was given for, so a later change of content voids it. The
steps that write checks are in `review`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.knowledge.entry import Check, Entry
from assistant.knowledge.reviewers import Role
from assistant.knowledge.signers import ROLE_NAMES, Signer

SUBMITTED, DEPARTMENT, HOTLINE, REJECTED = "submitted", "department", "hotline", "rejected"
LEVELS = (SUBMITTED, DEPARTMENT, HOTLINE)
LEVEL_ROLES: dict[str, str] = {
    SUBMITTED: Role.EDITOR,
    DEPARTMENT: Role.DEPARTMENT,
    HOTLINE: Role.HOTLINE,
}


class ReviewState(StrEnum):
    """Where an entry stands; only `approved` is published."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DEPARTMENT_APPROVED = "department_approved"
    APPROVED = "approved"
    STALE = "stale"
    REJECTED = "rejected"
    INVALID = "invalid"


STATE_NAMES: dict[ReviewState, str] = {
    ReviewState.DRAFT: "草稿",
    ReviewState.SUBMITTED: "已提交，待部门审核",
    ReviewState.DEPARTMENT_APPROVED: "部门已审，待热线审核",
    ReviewState.APPROVED: "已通过",
    ReviewState.STALE: "审核后又改过，需重新提交",
    ReviewState.REJECTED: "已退回",
    ReviewState.INVALID: "审核记录不合规定",
}

_STATE_AFTER: dict[str, ReviewState] = {
    SUBMITTED: ReviewState.SUBMITTED,
    DEPARTMENT: ReviewState.DEPARTMENT_APPROVED,
    HOTLINE: ReviewState.APPROVED,
    REJECTED: ReviewState.REJECTED,
}


@dataclass(frozen=True)
class ReviewFault:
    """What is wrong with one check: its number in `checks`, the rule, a Chinese sentence."""

    number: int
    rule: str
    message: str


def review_state(entry: Entry, signers: Mapping[str, Signer], today: date) -> ReviewState:
    """Return where an entry stands; faults in the record outweigh what it claims."""
    if not entry.checks:
        return ReviewState.DRAFT
    faults = list(review_faults(entry, signers, today))
    if any(fault.rule != "review-stale" for fault in faults):
        return ReviewState.INVALID
    if faults:
        return ReviewState.STALE
    return _STATE_AFTER[entry.checks[-1].level]


def review_faults(
    entry: Entry, signers: Mapping[str, Signer], today: date
) -> Iterator[ReviewFault]:
    """Yield everything in an entry's checks that breaks the rules of review."""
    content = entry.content_hash()
    former_day = ""
    for number, check in enumerate(entry.checks):
        yield from _order_faults(entry, number, check)
        yield from _signer_faults(entry, number, check, signers)
        if check.hash != content:
            message = "审核之后内容又改过，这次审核已失效，请重新提交审核"
            yield ReviewFault(number, "review-stale", message)
        if check.on < former_day or check.on > today.isoformat():
            message = f"审核日期 {check.on} 早于上一步或者在今天之后"
            yield ReviewFault(number, "review-date", message)
        former_day = check.on


def own_approval(entry: Entry, number: int, by: str) -> str:
    """Return why a person may not approve as step `number`, or an empty string.

    Nobody approves what they wrote, submitted or approved before.
    """
    if number == 0:
        return ""
    if by == entry.author:
        return f"{by} 是本条目的作者，不能审核自己写的内容"
    if by in {check.by for check in entry.checks[:number]}:
        return f"{by} 已在前面的步骤签过，同一人不能再审核"
    return ""


def signer_fault(entry: Entry, level: str, signer: Signer) -> tuple[str, str]:
    """Return the rule and the reason why a person may not sign a level; empty texts if they may."""
    needed = LEVEL_ROLES[level]
    if signer.role != needed:
        found = ROLE_NAMES.get(signer.role, signer.role)
        return "review-role", f"{signer.id} 是{found}，这一步应由{ROLE_NAMES[needed]}签"
    if level == DEPARTMENT and entry.owner not in signer.departments:
        return "review-department", f"{signer.id} 不负责部门 {entry.owner}，请由该部门的审核员签"
    return "", ""


def _order_faults(entry: Entry, number: int, check: Check) -> Iterator[ReviewFault]:
    """Yield a fault when a check stands where its level does not belong."""
    is_last = number == len(entry.checks) - 1
    if check.level == REJECTED and number > 0 and is_last:
        return
    expected = LEVELS[number] if number < len(LEVELS) else "（无）"
    if check.level != expected:
        message = f"第 {number + 1} 步应是 {expected}，写的是 {check.level}"
        yield ReviewFault(number, "review-order", message)


def _signer_faults(
    entry: Entry, number: int, check: Check, signers: Mapping[str, Signer]
) -> Iterator[ReviewFault]:
    """Yield a fault when the person may not sign this step."""
    signer = signers.get(check.by)
    if signer is None:
        yield ReviewFault(number, "review-user", f"{check.by} 不在审核人名单里")
        return
    if check.level in LEVEL_ROLES:
        rule, reason = signer_fault(entry, check.level, signer)
        if rule:
            yield ReviewFault(number, rule, reason)
    if check.level != REJECTED:
        reason = own_approval(entry, number, check.by)
        if reason:
            yield ReviewFault(number, "review-own", reason)
