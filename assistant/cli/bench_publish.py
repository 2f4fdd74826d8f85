"""From a changed entry to the new answer: sign, publish, and watch a running process follow.

Works on a copy of the knowledge base; the developer's own edition is not touched.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from assistant.cli.figures import Figure, goal_met
from assistant.clock import monotonic_seconds, shanghai_date, utc_now
from assistant.errors import HotlineError
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.entry import Entry
from assistant.knowledge.review import ReviewDesk, approve, submit
from assistant.knowledge.reviewers import Role
from assistant.knowledge.signers import Signer
from assistant.publishing.publish import PublishOrder, publish
from assistant.retrieval.live_index import LiveIndex
from assistant.services import load_named_edition, process_embedder, process_settings, publish_order

ADDED = "（测量用的一句话。）"
PATIENCE_SECONDS = 30.0


def bench_publish() -> list[Figure]:
    """Return how long publishing one changed entry takes, until it answers elsewhere."""
    settings, embedder = process_settings(), process_embedder()
    with tempfile.TemporaryDirectory(prefix="wenban-bench-") as name:
        knowledge = Path(name) / "knowledge"
        shutil.copytree(settings.knowledge, knowledge, ignore=shutil.ignore_patterns("editions"))
        editions = knowledge / "editions"
        shutil.copytree(settings.editions, editions)
        order = replace(publish_order(settings), knowledge=knowledge, editions=editions)
        live = LiveIndex(editions, lambda edition: load_named_edition(
            replace(settings, editions=editions), edition, embedder))  # fmt: skip
        try:
            return _measured(order, live)
        finally:
            live.close()


def _measured(order: PublishOrder, live: LiveIndex) -> list[Figure]:
    """Change one entry, publish, and wait until the watching process answers with it."""
    entry = next(iter(live.current.edition.entries.values()))
    path = order.knowledge / entry.path
    path.write_text(
        path.read_text("utf-8").replace(entry.answer, entry.answer + ADDED, 1), encoding="utf-8"
    )
    _sign(order.knowledge, entry)
    started = monotonic_seconds()
    publish(order, process_embedder(), utc_now(), commit=True)
    published = monotonic_seconds()
    while not live.current.edition.entries[entry.id].answer.endswith(ADDED):
        if monotonic_seconds() - published > PATIENCE_SECONDS:
            raise HotlineError("the new edition was never seen by the watching process")
        time.sleep(0.01)
    seen = monotonic_seconds()
    total = seen - started
    return [
        Figure("publish of one changed entry → new answer", f"{total:.1f} s", "≤ 10 s",
               goal_met(total, at_most=10)),
        Figure("of these, until CURRENT had moved", f"{published - started:.1f} s"),
        Figure("and until the watching process answered with it", f"{seen - published:.1f} s",
               "≤ 5 s", goal_met(seen - published, at_most=5)),
    ]  # fmt: skip


def _sign(knowledge: Path, entry: Entry) -> None:
    """Sign a changed entry as three people would."""
    today = shanghai_date(utc_now())
    report = check_knowledge(knowledge, today, checks={})
    people: list[Signer] = list(report.context.signers.values())
    desk = ReviewDesk(knowledge, report.context.signers, today)
    department = next(person for person in people if entry.owner in person.departments)
    hotline = next(person for person in people if person.role == Role.HOTLINE)
    submit(desk, entry.id, entry.author)
    approve(desk, entry.id, department.id)
    approve(desk, entry.id, hotline.id)
