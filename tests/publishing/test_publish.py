"""Publishing: dry by default, one at a time, all that was checked or nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from assistant.errors import EditionNotFound, InvalidKnowledge, PublishRefused
from assistant.knowledge.editions import load_edition
from assistant.publishing.lock import publishing_lock
from assistant.publishing.publish import STEPS
from assistant.publishing.rollback import roll_back
from tests.knowledge.small_base import NOW, make_entry, replace_once, signed
from tests.publishing.release import Release

CARD = "social-insurance/lost-card"


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
