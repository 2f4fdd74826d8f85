"""Checks of the review record: present, in order, by the right people, for this very content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.knowledge.check_context import CheckContext, Stage
from assistant.knowledge.entry import Entry
from assistant.knowledge.problems import Problem, Severity
from assistant.knowledge.review_state import (
    STATE_NAMES,
    ReviewState,
    review_faults,
    review_state,
)


def check_reviews(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A record of review breaks no rule; for a release it is complete.

    An entry without any record is a draft: a warning, and an error for a release.
    """
    for entry in entries:
        if not entry.checks:
            severity = Severity.ERROR if context.stage is Stage.PUBLISH else Severity.WARNING
            message = f"还没有提交审核，不会发布；写好后运行 wenban kb submit {entry.id}"
            yield context.problem(entry, "author", "review-missing", message, severity)
            continue
        told: set[tuple[str, str]] = set()
        for fault in review_faults(entry, context.signers, context.today):
            if (fault.rule, fault.message) not in told:
                told.add((fault.rule, fault.message))
                place = f"checks.{fault.number}"
                yield context.problem(entry, place, fault.rule, fault.message)
        state = review_state(entry, context.signers, context.today)
        if context.stage is Stage.PUBLISH and not told and state is not ReviewState.APPROVED:
            message = f"审核没有完成：{STATE_NAMES[state]}"
            yield context.problem(entry, "checks", "review-incomplete", message)
