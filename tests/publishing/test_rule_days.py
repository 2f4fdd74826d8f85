"""Rules start and end by the clock, within one edition and without a release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.answering.conversation import KnowledgeView, Memory, Question, Thresholds
from assistant.answering.decide import decide
from assistant.knowledge.entry import Entry
from assistant.retrieval.live_index import LoadedEdition
from tests.knowledge.small_base import NOW, make_entry, signed
from tests.publishing.release import Release

CARD = "social-insurance/lost-card"


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
