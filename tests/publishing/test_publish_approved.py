"""What a publish takes: only what is approved; an unapproved change keeps the former answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.errors import PublishRefused
from assistant.knowledge.editions import load_edition
from assistant.knowledge.review_state import ReviewState
from tests.knowledge.small_base import GOLDEN, MATTERS, NOW, make_entry, signed, write_golden
from tests.publishing.release import Release

CARD, PENSION, ENROL = (
    "social-insurance/lost-card", "social-insurance/pension-start", "education/enrol",
)  # fmt: skip


def answers(release: Release, name: str = "") -> dict[str, str]:
    """Return the answers of an edition by id."""
    edition = load_edition(release.editions, name or release.current)
    return {entry.id: entry.answer for entry in edition.entries.values()}


def test_a_changed_entry_without_review_keeps_its_former_answer(release: Release) -> None:
    """Work in progress neither shows nor takes an answer away; the former file comes along."""
    was = answers(release)[CARD]
    old_file = (release.knowledge / "faq" / f"{CARD}.md").read_bytes()
    release.put(make_entry(CARD, answer="还没有审核的答复。"))
    release.put(signed(make_entry(PENSION, answer="审核过的新答复。")))

    report = release.publish(now=NOW + timedelta(minutes=1))

    assert {**answers(release), CARD: was, PENSION: "审核过的新答复。"} == answers(release)
    assert [(CARD, ReviewState.DRAFT, True)] == [
        (item.id, item.state, item.is_carried) for item in report.left_out
    ]
    assert "沿用上一版" in str(report.left_out[0])
    snapshot = load_edition(release.editions, release.current).snapshot_folder
    assert old_file == (snapshot / "faq" / f"{CARD}.md").read_bytes()


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_new_entry_without_a_whole_review_stays_out(release: Release, steps: int) -> None:
    """Nothing unreviewed ever answers."""
    release.put(signed(make_entry("social-insurance/new-matter"), steps=steps))

    report = release.publish(now=NOW + timedelta(minutes=1))

    assert "social-insurance/new-matter" not in answers(release)
    (item,) = report.left_out
    assert ("social-insurance/new-matter", False) == (item.id, item.is_carried)
    assert "不进入本版" in str(item)


def test_an_approval_of_other_content_does_not_publish(release: Release) -> None:
    """A record copied from another version is worth nothing."""
    old = signed(make_entry(CARD))
    release.put(replace(make_entry(CARD, answer="偷换的答复。"), checks=old.checks))

    report = release.publish(now=NOW + timedelta(minutes=1))

    assert ReviewState.STALE == report.left_out[0].state
    assert "偷换的答复。" not in answers(release).values()


def test_a_rule_that_ended_retires_and_its_successor_answers(release: Release) -> None:
    """After its last day an entry leaves with the next release."""
    old = signed(make_entry(CARD, valid_to="2026-03-01"))
    new = signed(make_entry("social-insurance/card-2026", supersedes=CARD))
    release.put(old)
    release.put(new)
    write_golden(release.knowledge, GOLDEN[1:])

    report = release.publish(now=NOW + timedelta(minutes=1))

    assert (CARD,) == report.retired
    assert CARD not in answers(release)
    assert new.id in answers(release)


def test_an_end_that_nobody_approved_takes_no_answer_away(release: Release) -> None:
    """Writing a past day into a file is a change of content like any other."""
    release.put(make_entry(CARD, valid_to="2026-03-01"))
    release.put(make_entry("social-insurance/card-2026", supersedes=CARD))

    report = release.publish(now=NOW + timedelta(minutes=1))

    assert () == report.retired
    assert make_entry(CARD).answer == answers(release)[CARD]


def test_a_former_version_that_ended_is_not_said_to_be_carried(release: Release) -> None:
    """Extending a rule without review does not keep it in force, and the report says so."""
    release.put(signed(make_entry(CARD, valid_to="2026-03-02")))
    release.publish(now=NOW)
    release.put(make_entry(CARD, valid_to="2027-03-02"))
    write_golden(release.knowledge, GOLDEN[1:])

    report = release.publish(now=NOW + timedelta(days=1))

    assert CARD not in answers(release)
    assert [(CARD, False)] == [(item.id, item.is_carried) for item in report.left_out]


def test_a_deleted_file_leaves_with_the_next_release(release: Release) -> None:
    """Deleting is how an entry goes for good."""
    (release.knowledge / "faq" / f"{ENROL}.md").unlink()
    write_golden(release.knowledge, [item for item in GOLDEN if item[1] != ENROL])

    release.publish(now=NOW + timedelta(minutes=1))

    assert set(MATTERS) - {ENROL} == set(answers(release))


def test_a_new_entry_may_not_take_a_question_of_a_carried_one(release: Release) -> None:
    """Two answers to one question cannot come together from two versions."""
    moved = make_entry(PENSION).similar[0]
    release.put(
        make_entry(PENSION, similar=("甲问法一二三四五", "乙问法六七八九十", "丙问法十一二"))
    )
    release.put(signed(make_entry(CARD, similar=(*make_entry(CARD).similar, moved))))

    with pytest.raises(PublishRefused) as refused:
        release.publish(now=NOW + timedelta(minutes=1))

    assert "互相矛盾" in refused.value.summary
    assert any("question-two-answers" in line for line in refused.value.details)


def test_nothing_approved_is_refused_with_the_reasons(fresh: Release) -> None:
    """An empty edition would answer nobody."""
    for entry_id in MATTERS:
        fresh.put(make_entry(entry_id))

    with pytest.raises(PublishRefused) as refused:
        fresh.publish()

    assert 4 == len(refused.value.details)
    assert {} == fresh.files()
