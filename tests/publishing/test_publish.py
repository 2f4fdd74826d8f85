"""Publishing: dry by default, only what is approved, never worse, never half."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.answering.conversation import KnowledgeView, Memory, Question, Thresholds
from assistant.answering.decide import decide
from assistant.errors import EditionNotFound, InvalidKnowledge, PublishRefused
from assistant.knowledge.editions import load_edition
from assistant.knowledge.entry import Entry
from assistant.knowledge.review_state import ReviewState
from assistant.publishing.lock import publishing_lock
from assistant.publishing.publish import STEPS
from assistant.publishing.rollback import roll_back
from assistant.retrieval.live_index import LoadedEdition
from tests.knowledge.small_base import (
    GOLDEN,
    MATTERS,
    NOW,
    make_entry,
    replace_once,
    signed,
    write_golden,
)
from tests.publishing.release import Release

CARD, PENSION, ENROL = (
    "social-insurance/lost-card", "social-insurance/pension-start", "education/enrol",
)  # fmt: skip


def answers(release: Release, name: str = "") -> dict[str, str]:
    """Return the answers of an edition by id."""
    edition = load_edition(release.editions, name or release.current)
    return {entry.id: entry.answer for entry in edition.entries.values()}


def test_a_dry_run_of_a_first_publish_leaves_nothing(fresh: Release) -> None:
    """Without commit there is no edition and no CURRENT; the report says what there would be."""
    report = fresh.publish(commit=False)

    assert {} == fresh.files()
    assert (False, 4, "", 4) == (
        report.is_committed, report.entries, report.parent, report.golden.asked
    )  # fmt: skip
    with pytest.raises(EditionNotFound):
        _ = fresh.current


def test_a_dry_run_changes_no_byte_of_what_answers(release: Release) -> None:
    """Editions and CURRENT are as before, though the working tree differs."""
    before = release.files()
    release.put(signed(make_entry(CARD, answer="改成另一句答复。")))

    report = release.publish(commit=False)

    assert before == release.files()
    assert report.parent == release.current


def test_a_commit_lets_the_new_edition_answer(release: Release) -> None:
    """CURRENT moves, the parent is named, the old edition stays whole."""
    former, before = release.current, release.files()
    release.put(signed(make_entry(CARD, answer="改成另一句答复。")))

    report = release.publish(note="改一句", now=NOW + timedelta(minutes=1))

    assert report.is_committed
    assert report.edition == release.current != former
    edition = load_edition(release.editions, release.current)
    assert (former, "改一句", 4) == (
        edition.manifest.parent, edition.manifest.note, edition.manifest.entries
    )  # fmt: skip
    assert "改成另一句答复。" == release.load().edition.entries[CARD].answer
    after = release.files()
    assert all(after[name] == raw for name, raw in before.items() if name != "CURRENT")
    assert CARD == release.load().ranked("社保卡丢了怎么补", 1)[0][0].doc_id


def test_the_steps_are_told_in_their_order(fresh: Release) -> None:
    """Who watches a publish hears of each step once; a dry run ends before the last two."""
    dry: list[str] = []
    real: list[str] = []

    fresh.publish(commit=False, after=dry.append)
    fresh.publish(commit=True, after=real.append)

    assert list(STEPS[:-2]) == dry
    assert list(STEPS) == real


def test_every_error_of_the_files_is_told_and_nothing_is_left(fresh: Release) -> None:
    """The editor mends all of it before the next try."""
    replace_once(fresh.knowledge / "faq" / f"{CARD}.md", 'owner: "human', 'owner: "in')
    replace_once(fresh.knowledge / "guides/social-insurance/unemployment.md", "## 样表", "## 表")
    (fresh.knowledge / "golden.yml").unlink()
    (fresh.knowledge / "faq" / "education" / "x.md").write_bytes("教育".encode("gbk"))

    with pytest.raises(InvalidKnowledge) as refused:
        fresh.publish()

    told = {problem.rule for problem in refused.value.problems}  # type: ignore[attr-defined]
    assert {"owner", "heading", "aspect-missing", "golden-gate", "encoding"} == told
    assert {} == fresh.files()


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


HARD = (
    ("楼上漏水该找哪个部门管一管", CARD),
    ("周末想带老人去哪里散步比较好", PENSION),
)


def test_an_edition_that_misses_too_many_golden_questions_is_refused(release: Release) -> None:
    """The old edition goes on, and every miss is listed with what was found instead."""
    before = release.files()
    replace_once(release.knowledge / "golden.yml", '"0.75"', '"1"')
    write_golden(release.knowledge, [*GOLDEN, *HARD])
    for number in range(4):
        release.put(
            signed(make_entry(f"education/other-{number}", title=f"{'甲乙丙丁'[number]}楼漏水散步"))
        )

    with pytest.raises(PublishRefused) as refused:
        release.publish(now=NOW + timedelta(minutes=1))

    assert before == release.files()
    assert "标准测试问题" in refused.value.summary
    assert "golden.yml" in refused.value.summary
    missed = {line.split(" → ")[0] for line in refused.value.details}
    assert missed <= {text for text, _ in HARD}
    assert missed
    assert all("前三是" in line and "应为" in line for line in refused.value.details)


def test_an_edition_that_answers_worse_than_the_one_before_is_refused(release: Release) -> None:
    """An unchanged entry that was found and is not any more stops the release."""
    before = release.files()
    question, wanted = GOLDEN[0]
    replace_once(release.knowledge / "golden.yml", '"0.75"', '"0"')
    for number in range(3):
        sign = "甲乙丙"[number]
        release.put(
            signed(
                make_entry(
                    f"education/thief-{number}",
                    title=f"{question}{sign}",
                    similar=(f"{sign}{question}", f"{question}呀{sign}", f"请问{question}{sign}"),
                    answer=question,
                )
            )
        )

    with pytest.raises(PublishRefused) as refused:
        release.publish(now=NOW + timedelta(minutes=1))

    assert before == release.files()
    assert "上一版答对" in refused.value.summary
    assert [question] == [line.split(" → ")[0] for line in refused.value.details]
    assert wanted in refused.value.details[0]


def test_what_was_right_is_kept_for_the_next_comparison(release: Release) -> None:
    """The edition tells which golden questions it passed."""
    stored = json.loads((release.editions / release.current / "golden.json").read_text("utf-8"))

    assert sorted(text for text, _ in GOLDEN) == sorted(stored["right"])
    assert 4 == stored["asked"]


def test_a_second_publish_at_the_same_time_is_refused(release: Release) -> None:
    """One release at a time; a rollback waits as well, and afterwards both may."""
    former = release.current
    with publishing_lock(release.editions):
        for act in (
            lambda: release.publish(now=NOW + timedelta(minutes=1)),
            lambda: release.publish(commit=False),
            lambda: roll_back(release.editions, former, release.embedder, commit=True),
        ):
            with pytest.raises(PublishRefused, match="正在进行"):
                act()
    assert former == release.current

    release.publish(now=NOW + timedelta(minutes=1))
    roll_back(release.editions, former, release.embedder, commit=True)
    assert former == release.current


def test_two_publishes_within_one_second_get_two_ids(release: Release) -> None:
    """The same content published again is another edition, listed after the first."""
    names = [release.current, *(release.publish().edition for _ in range(2))]

    assert 3 == len(set(names))
    assert names == sorted(names)
    assert names[-1] == release.current


@pytest.mark.parametrize("step", ["check", "choose"])
def test_a_file_saved_while_publishing_does_not_slip_in(release: Release, step: str) -> None:
    """What was checked and reviewed is what is published, or nothing."""
    before = release.files()
    path = release.knowledge / "faq" / f"{CARD}.md"

    def save(done: str) -> None:
        if done == step:
            replace_once(path, "当场领取新卡。", "收费一千元。")

    with pytest.raises(PublishRefused, match="发布期间"):
        release.publish(now=NOW + timedelta(minutes=1), after=save)

    assert before == release.files()


def test_a_register_broken_while_publishing_does_not_slip_in(release: Release) -> None:
    """An edition that no worker could load never becomes the current one."""
    before = release.files()

    def save(done: str) -> None:
        if done == "choose":
            replace_once(release.knowledge / "phrases.yml", "greeting:", "greetings:")

    with pytest.raises(PublishRefused, match="发布期间"):
        release.publish(now=NOW + timedelta(minutes=1), after=save)

    assert before == release.files()


def view(loaded: LoadedEdition) -> KnowledgeView:
    """Return an edition as answering sees it."""
    return KnowledgeView(
        loaded.edition.id, loaded.edition.entries, loaded.registers, Thresholds(0.8, 0.3)
    )


def told(loaded: LoadedEdition, text: str, now: datetime) -> tuple[str, str]:
    """Return the entry that is told at a moment, empty for none, and the words."""
    candidates, probability = loaded.ranked(text)
    ranked = tuple((found.doc_id, found.score) for found in candidates)
    question = Question(text, "ask_policy", 1.0, probability, ranked, now)
    answer = decide(question, Memory(), view(loaded))
    is_told = answer.status.startswith("answered_")
    return (answer.entry.id if answer.entry and is_told else "", answer.text)


def at(day: str) -> datetime:
    """Return midnight in Shanghai at the beginning of a day."""
    return datetime.fromisoformat(f"{day}T00:00:00+08:00").astimezone(UTC)


def ruled(*entries: Entry) -> list[Entry]:
    """Return entries with their review."""
    return [signed(entry) for entry in entries]


def test_a_rule_starts_and_ends_by_the_clock_without_a_release(release: Release) -> None:
    """At midnight in Shanghai the successor is told from the same edition; before, its day is."""
    new_id = "social-insurance/card-2027"
    for entry in ruled(
        make_entry(CARD, valid_to="2026-12-31"),
        make_entry(
            new_id,
            title="社保卡遗失补办新规",
            supersedes=CARD,
            valid_from="2027-01-01",
            answer="新规定：网上补办。",
        ),
    ):
        release.put(entry)
    release.publish(now=NOW + timedelta(minutes=1))
    loaded, question = release.load(), "社保卡丢了怎么补办？"

    before, words = told(loaded, question, at("2027-01-01") - timedelta(seconds=1))
    after, new_words = told(loaded, question, at("2027-01-01"))

    assert CARD == before
    assert "2027" in words.replace("年", "-")
    assert "新规定：网上补办。" not in words
    assert new_id == after
    assert "新规定：网上补办。" in new_words


def test_a_rule_that_ended_is_never_told(release: Release) -> None:
    """The day after its last, an entry without a successor answers nothing any more."""
    release.put(signed(make_entry(CARD, valid_to="2026-12-31")))
    release.publish(now=NOW + timedelta(minutes=1))
    loaded, question = release.load(), "社保卡丢了怎么补办？"

    assert CARD == told(loaded, question, at("2027-01-01") - timedelta(seconds=1))[0]
    ended, words = told(loaded, question, at("2027-01-01"))
    assert CARD != ended
    assert make_entry(CARD).answer not in words


def test_a_rule_of_the_future_alone_says_from_when_it_holds(release: Release) -> None:
    """Nobody takes a coming rule for the present one."""
    release.put(signed(make_entry(CARD, valid_from="2027-01-01", review_by="2099-01-01")))
    release.publish(now=NOW + timedelta(minutes=1))

    entry_id, words = told(release.load(), "社保卡丢了怎么补办？", NOW)

    assert CARD == entry_id
    assert words.index("2027") < words.index(make_entry(CARD).answer)


def test_the_cache_is_only_a_help(release: Release) -> None:
    """Without it, the same edition comes out, byte for byte."""
    release.publish(now=NOW + timedelta(minutes=1))
    first = Path(release.editions / release.current)
    for path in release.order.cache.iterdir():
        path.unlink()
    release.publish(now=NOW + timedelta(minutes=1))
    second = Path(release.editions / release.current)

    assert first != second
    for name in ("entries.json", "index/index.json", "golden.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
