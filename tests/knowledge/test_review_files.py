"""What a step of review writes: its record and no other byte, whole or not at all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.entry_text import checks_block, entry_text
from assistant.knowledge.review import ReviewDesk, approve, find_entry, reject, submit
from assistant.knowledge.review_state import ReviewState, review_state
from tests.knowledge.review_desk import CARD, file_of, put
from tests.knowledge.review_rows import REJECTED, SUBMITTED, recorded
from tests.knowledge.small_base import TODAY, make_entry, replace_once

BODIES = {
    "plain": lambda text: text.encode("utf-8"),
    "with BOM": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8"),
    "CR alone": lambda text: text.replace("\n", "\r").encode("utf-8"),
    "mixed line ends": lambda text: text.replace("当场", "当场\r\n", 1).encode("utf-8"),
    "no last line end": lambda text: text.rstrip("\n").encode("utf-8"),
    "blanks behind the fence": lambda text: text.replace("---\n", "---  \n", 1).encode("utf-8"),
    "fields in another order": lambda text: re.sub(
        r"(?m)^(owner:.*\n)(.*\n)", r"\2\1", text
    ).encode("utf-8"),
    "a line that looks like checks": lambda text: text.replace(
        "当场", "\nchecks:\n  - 当场"
    ).encode("utf-8"),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("has_checks", [False, True])
def test_a_step_changes_nothing_but_the_checks(
    desk: ReviewDesk, name: str, has_checks: bool
) -> None:
    """The editor's file keeps every other byte: BOM, line ends, order, blanks."""
    plain = make_entry()
    raw = BODIES[name](entry_text(plain))
    path = file_of(desk)
    path.write_bytes(raw)
    if has_checks:
        submit(desk, CARD, "editor-he")
        approve(desk, CARD, "dept-hr")
        reject(desk, CARD, "reviewer-chen", "再改")

    submit(desk, CARD, "editor-lin")

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    after = path.read_bytes()
    blocks = [
        checks_block(entry.checks).replace("\n", end).encode("utf-8")
        for end in ("\n", "\r\n", "\r")
    ]
    assert raw in [after.replace(block, b"", 1) for block in blocks]
    assert ["submitted"] == [check.level for check in entry.checks]


def test_a_record_in_the_middle_of_the_fields_is_replaced_not_doubled(desk: ReviewDesk) -> None:
    """Whoever moved the block keeps one record."""
    text = entry_text(recorded(SUBMITTED, REJECTED))
    block = checks_block(recorded(SUBMITTED, REJECTED).checks)
    file_of(desk).write_text(text.replace(block, "").replace("owner:", block + "owner:"), "utf-8")

    submit(desk, CARD, "editor-lin")

    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert ["submitted"] == [check.level for check in entry.checks]


def test_a_record_with_blank_lines_is_replaced_whole(desk: ReviewDesk) -> None:
    """No half of an old record stays behind."""
    path = put(desk, recorded(SUBMITTED, REJECTED))
    replace_once(path, '    by: "reviewer-chen"', '\n  \n    by: "reviewer-chen"')

    submit(desk, CARD, "editor-lin")

    assert entry_text(make_entry()) == path.read_text("utf-8").replace(
        checks_block(recorded(replace(SUBMITTED, by="editor-lin", on="2026-03-02")).checks), ""
    )


CONCURRENT = """
import sys
from pathlib import Path
from datetime import date
from assistant.errors import ReviewRefused
from assistant.knowledge.checks import read_context
from assistant.knowledge.review import ReviewDesk, approve
knowledge, user = Path(sys.argv[1]), sys.argv[2]
context, _, _ = read_context(knowledge, date(2026, 3, 2))
desk = ReviewDesk(knowledge, context.signers, date(2026, 3, 2))
print("ready", flush=True)
sys.stdin.readline()
try:
    print(approve(desk, "social-insurance/lost-card", user))
except ReviewRefused:
    print("refused")
"""


def test_two_people_who_approve_at_once_leave_one_record(desk: ReviewDesk) -> None:
    """The second is told that the step is done; the file never holds both."""
    put(desk, recorded(SUBMITTED))
    people = [
        subprocess.Popen(
            [sys.executable, "-c", CONCURRENT, str(desk.knowledge), user],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in ("dept-hr", "dept-hr-two")
    ]
    for person in people:
        assert person.stdout is not None
        assert "ready\n" == person.stdout.readline()
    for person in people:
        assert person.stdin is not None
        person.stdin.write("\n")
        person.stdin.flush()
    said = sorted(person.communicate(timeout=60)[0].strip() for person in people)

    assert ["department_approved", "refused"] == said
    entry = find_entry(desk.knowledge, CARD)
    assert entry is not None
    assert ["submitted", "department"] == [check.level for check in entry.checks]
    assert ReviewState.DEPARTMENT_APPROVED == review_state(entry, desk.signers, TODAY)


def test_a_step_that_is_killed_leaves_the_whole_old_file(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between writing and naming shows the old content, and the step can be redone."""
    path = put(desk, recorded(SUBMITTED))
    before = path.read_bytes()
    child = os.fork()
    if child == 0:  # pragma: no cover
        monkeypatch.setattr(Path, "replace", lambda _self, _target: os._exit(9))
        approve(desk, CARD, "dept-hr")
        os._exit(0)
    _, status = os.waitpid(child, 0)

    assert 9 == os.waitstatus_to_exitcode(status)
    assert before == path.read_bytes()
    assert () == check_knowledge(desk.knowledge, TODAY, [path]).problems
    assert ReviewState.DEPARTMENT_APPROVED == approve(desk, CARD, "dept-hr")


def test_a_step_that_fails_to_write_leaves_no_rest(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is told, and nothing half written lies beside the entry."""
    path = put(desk, recorded(SUBMITTED))
    before = sorted(path.parent.iterdir()), path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        approve(desk, CARD, "dept-hr")

    assert before == (sorted(path.parent.iterdir()), path.read_bytes())


def test_the_file_keeps_its_permissions(desk: ReviewDesk) -> None:
    """What only a group may read stays so."""
    path = put(desk, make_entry())
    path.chmod(0o640)

    submit(desk, CARD, "editor-lin")

    assert 0o640 == path.stat().st_mode & 0o777
