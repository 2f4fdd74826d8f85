"""Sign the demo's entries as its people would: editor, department, hotline.

For the demo city alone. Each entry that has no valid review is submitted by its
author, approved by a reviewer of its department and then by the hotline, on days of
late November 2026. Run from the root: `.venv/bin/python scripts/seed_reviews.py`.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.errors import HotlineError
from assistant.knowledge.checks import CONTENT_CHECKS, check_knowledge
from assistant.knowledge.entry import Check, Entry
from assistant.knowledge.entry_text import with_checks, write_atomically
from assistant.knowledge.review_state import (
    DEPARTMENT,
    HOTLINE,
    SUBMITTED,
    ReviewState,
    review_state,
)
from assistant.knowledge.signers import Signer
from assistant.settings import load_settings

FIRST_DAY = date(2026, 11, 20)
TODAY = date(2026, 11, 24)


def main() -> int:
    """Sign what is not signed; return 1 when files have errors."""
    knowledge = load_settings().knowledge
    report = check_knowledge(knowledge, TODAY, checks=CONTENT_CHECKS)
    if report.errors:
        sys.stderr.write("".join(f"{problem}\n" for problem in report.errors))
        sys.stderr.write(f"{len(report.errors)} errors; nothing was signed\n")
        return 1
    signers = report.context.signers
    signed = 0
    for entry in report.entries:
        if review_state(entry, signers, TODAY) is ReviewState.APPROVED:
            continue
        path = knowledge / entry.path
        checks = demo_checks(entry, list(signers.values()))
        write_atomically(path, with_checks(path.read_bytes().decode("utf-8"), checks))
        signed += 1
    sys.stdout.write(f"{signed} entries signed, {len(report.entries) - signed} were before\n")
    return 0


def demo_checks(entry: Entry, people: list[Signer]) -> list[Check]:
    """Return the three checks of an entry, by people chosen from its id, on three days."""
    content = entry.content_hash()
    number = int(hashlib.sha256(entry.id.encode("utf-8")).hexdigest(), 16)
    department = [person for person in people if entry.owner in person.departments]
    hotline = [person for person in people if person.role == HOTLINE]
    if not department or not hotline:
        raise HotlineError(f"{entry.id}: nobody may review for {entry.owner}")
    day = FIRST_DAY + timedelta(days=number % 2)
    return [
        Check(SUBMITTED, entry.author, day.isoformat(), content),
        Check(
            DEPARTMENT,
            department[number % len(department)].id,
            (day + timedelta(days=1)).isoformat(),
            content,
        ),
        Check(
            HOTLINE,
            hotline[number % len(hotline)].id,
            (day + timedelta(days=2)).isoformat(),
            content,
        ),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
