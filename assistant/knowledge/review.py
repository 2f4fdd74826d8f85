"""The steps of review: submit, approve, reject. Each writes one check into the entry's file.

Only the `checks:` block of the file changes. A step is refused with a reason when the
person, the order, or the content does not allow it (`review_state` has the rules).
Used by `wenban kb submit/approve/reject` and by the editors' pages.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assistant.errors import ReviewRefused
from assistant.knowledge.checks import CONTENT_CHECKS, check_knowledge
from assistant.knowledge.entry import KIND_FOLDERS, Check, Entry
from assistant.knowledge.entry_text import with_checks, write_atomically
from assistant.knowledge.files import read_entry
from assistant.knowledge.review_state import (
    DEPARTMENT,
    HOTLINE,
    LEVEL_ROLES,
    REJECTED,
    STATE_NAMES,
    SUBMITTED,
    ReviewState,
    own_approval,
    review_state,
    signer_fault,
)
from assistant.knowledge.reviewers import Role
from assistant.knowledge.signers import Signer

# From which states a level may be signed.
ALLOWED_FROM: dict[str, tuple[ReviewState, ...]] = {
    SUBMITTED: (
        ReviewState.DRAFT,
        ReviewState.STALE,
        ReviewState.REJECTED,
        ReviewState.INVALID,
    ),
    DEPARTMENT: (ReviewState.SUBMITTED,),
    HOTLINE: (ReviewState.DEPARTMENT_APPROVED,),
}
REJECTABLE = (ReviewState.SUBMITTED, ReviewState.DEPARTMENT_APPROVED)
# Which level a person signs when they approve.
_LEVEL_OF_ROLE = {Role.DEPARTMENT.value: DEPARTMENT, Role.HOTLINE.value: HOTLINE}


@dataclass(frozen=True)
class ReviewDesk:
    """Where reviews are done: the files, the people, and the day in Shanghai."""

    knowledge: Path
    signers: Mapping[str, Signer]
    today: date


def submit(desk: ReviewDesk, entry_id: str, user: str, *, seen_hash: str = "") -> ReviewState:
    """Submit an entry's present content for review and return its new state.

    A new round begins: earlier checks belong to other content and are dropped.

    Raises:
        ReviewRefused: the person, the state or the content does not allow it.
    """
    with _open_entry(desk, entry_id, seen_hash) as entry:
        signer = _signer(desk, user)
        _refuse(signer_fault(entry, SUBMITTED, signer)[1])
        _refuse_wrong_state(desk, entry, ALLOWED_FROM[SUBMITTED], "提交")
        refuse_faulty_content(desk, entry)
        return _write(desk, entry, [_check(desk, entry, SUBMITTED, user)])


def approve(desk: ReviewDesk, entry_id: str, user: str, *, seen_hash: str = "") -> ReviewState:
    """Approve an entry as the person's role allows and return its new state.

    Args:
        desk: files, people, day.
        entry_id: the entry.
        user: the person's id.
        seen_hash: the content hash that the person read; a later change is refused.

    Raises:
        ReviewRefused: own work, wrong role, department, order or content.
    """
    with _open_entry(desk, entry_id, seen_hash) as entry:
        signer = _signer(desk, user)
        level = _LEVEL_OF_ROLE.get(signer.role)
        if level is None:
            raise ReviewRefused(f"{user} 是编辑，不能审核；请由部门审核员、热线审核员审核")
        _refuse(signer_fault(entry, level, signer)[1])
        _refuse_wrong_state(desk, entry, ALLOWED_FROM[level], "审核")
        _refuse(own_approval(entry, len(entry.checks), user))
        refuse_faulty_content(desk, entry)
        return _write(desk, entry, [*entry.checks, _check(desk, entry, level, user)])


def reject(
    desk: ReviewDesk, entry_id: str, user: str, reason: str, *, seen_hash: str = ""
) -> ReviewState:
    """Send an entry back to its editor with a reason and return its new state.

    Raises:
        ReviewRefused: no reason, or the person or the state does not allow it.
    """
    if not reason.strip():
        raise ReviewRefused("退回必须写明原因，编辑才知道改什么")
    with _open_entry(desk, entry_id, seen_hash) as entry:
        signer = _signer(desk, user)
        if signer.role not in _LEVEL_OF_ROLE:
            raise ReviewRefused(f"{user} 是编辑，不能退回；请由部门审核员、热线审核员退回")
        if signer.role == Role.DEPARTMENT:
            _refuse(signer_fault(entry, DEPARTMENT, signer)[1])
        _refuse_wrong_state(desk, entry, REJECTABLE, "退回")
        check = replace(_check(desk, entry, REJECTED, user), reason=reason.strip())
        return _write(desk, entry, [*entry.checks, check])


def refuse_faulty_content(desk: ReviewDesk, entry: Entry) -> None:
    """Refuse to sign an entry whose file has errors.

    Raises:
        ReviewRefused: with the errors of the file.
    """
    path = desk.knowledge / entry.path
    report = check_knowledge(desk.knowledge, desk.today, [path], checks=CONTENT_CHECKS)
    if report.errors:
        listed = "\n".join(str(problem) for problem in report.errors)
        raise ReviewRefused(f"{entry.id} 有 {len(report.errors)} 处错误，请先改正：\n{listed}")


def find_entry(knowledge: Path, entry_id: str) -> Entry | None:
    """Return the entry with an id from the working tree, or none."""
    for folder in KIND_FOLDERS.values():
        path = knowledge / folder / f"{entry_id}.md"
        try:
            is_ours = path.resolve().is_relative_to(knowledge.resolve()) and path.is_file()
        except OSError:
            # A name that no file can have, such as one of 300 characters.
            continue
        if is_ours:
            return read_entry(path, knowledge).entry
    return None


@contextmanager
def _open_entry(desk: ReviewDesk, entry_id: str, seen_hash: str) -> Iterator[Entry]:
    """Hold the knowledge folder and give the entry as it is now; steps come one by one."""
    descriptor = os.open(desk.knowledge, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        entry = find_entry(desk.knowledge, entry_id)
        if entry is None:
            raise ReviewRefused(
                f"没有条目 {entry_id}，或者它的文件读不出来（运行 wenban kb check）"
            )
        if seen_hash and seen_hash != entry.content_hash():
            raise ReviewRefused(f"{entry_id} 在您打开之后被改过，请重新阅读后再签")
        yield entry
    finally:
        os.close(descriptor)


def _signer(desk: ReviewDesk, user: str) -> Signer:
    """Return the person who signs."""
    signer = desk.signers.get(user)
    if signer is None:
        raise ReviewRefused(f"{user} 不在审核人名单里（knowledge/reviewers.yml）")
    return signer


def _refuse(reason: str) -> None:
    """Refuse when there is a reason."""
    if reason:
        raise ReviewRefused(reason)


def _refuse_wrong_state(
    desk: ReviewDesk, entry: Entry, allowed: Sequence[ReviewState], step: str
) -> None:
    """Refuse a step that does not come next."""
    state = review_state(entry, desk.signers, desk.today)
    if state not in allowed:
        raise ReviewRefused(f"{entry.id} 现在是“{STATE_NAMES[state]}”，不能{step}")


def _check(desk: ReviewDesk, entry: Entry, level: str, user: str) -> Check:
    """Return the check of today for the present content."""
    assert level == REJECTED or level in LEVEL_ROLES
    return Check(level, user, desk.today.isoformat(), entry.content_hash())


def _write(desk: ReviewDesk, entry: Entry, checks: Sequence[Check]) -> ReviewState:
    """Replace the checks in the file and return the state that the file now has."""
    path = desk.knowledge / entry.path
    raw = path.read_bytes().decode("utf-8")
    write_atomically(path, with_checks(raw, checks))
    written = read_entry(path, desk.knowledge).entry
    if written is None or written.content_hash() != entry.content_hash():
        write_atomically(path, raw)
        raise ReviewRefused(f"{path}: 写入审核记录后内容变了，已恢复原样，请检查文件格式")
    return review_state(written, desk.signers, desk.today)
