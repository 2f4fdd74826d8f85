"""The edition that answers: swapped whole, and never for a damaged one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import EditionDamaged, EditionNotFound
from assistant.knowledge.editions import CURRENT, MANIFEST
from assistant.retrieval import live_index as live_index_module
from assistant.retrieval.hits import find_hits
from assistant.retrieval.live_index import LiveIndex, LoadedEdition

OLD, NEW = "20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"


@pytest.fixture
def editions(tmp_path: Path) -> Path:
    """A folder with two editions, the old one current."""
    for name in (OLD, NEW):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text("{}", encoding="utf-8")
    (tmp_path / CURRENT).write_text(OLD, encoding="ascii")
    return tmp_path


def fake(name: str) -> Any:
    """Stand for a loaded edition; only its id matters here."""
    words = SimpleNamespace(learn_from=lambda _former: None, warm=lambda _seconds: True)
    return SimpleNamespace(edition=SimpleNamespace(id=name), words=words)


def damaged(name: str) -> Any:
    """Load the old edition only."""
    if name == NEW:
        raise EditionDamaged(Path(name), "the file was changed after publishing")
    return fake(name)


def until(is_true: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + 10
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_true()


def test_a_published_edition_answers_the_next_question(editions: Path) -> None:
    """CURRENT moves, the index follows; who has begun keeps what they began with."""
    live = LiveIndex(editions, fake, watch=False)
    held = live.current
    assert not live.refresh()
    (editions / CURRENT).write_text(NEW, encoding="ascii")
    assert live.refresh()
    assert (OLD, NEW) == (held.edition.id, live.current.edition.id)
    assert held is live.named(OLD)
    assert NEW == live.named(NEW).edition.id
    assert NEW == live.named("20200101-000000-cccccccc").edition.id


def test_a_rollback_is_followed_like_any_other_move(editions: Path) -> None:
    """Back is a direction too."""
    live = LiveIndex(editions, fake, watch=False)
    for name in (NEW, OLD):
        (editions / CURRENT).write_text(name, encoding="ascii")
        assert live.refresh()
        assert name == live.current.edition.id


def test_a_damaged_edition_is_refused_and_the_old_one_answers_on(editions: Path) -> None:
    """Nobody gets half an edition."""
    live = LiveIndex(editions, damaged, watch=False)
    (editions / CURRENT).write_text(NEW, encoding="ascii")
    with pytest.raises(EditionDamaged):
        live.refresh()
    assert OLD == live.current.edition.id


def test_what_cannot_be_loaded_does_not_start(editions: Path) -> None:
    """No process answers from an empty index."""
    (editions / CURRENT).write_text(NEW, encoding="ascii")
    with pytest.raises(EditionDamaged):
        LiveIndex(editions, damaged, watch=False)
    (editions / CURRENT).unlink()
    with pytest.raises(EditionNotFound):
        LiveIndex(editions, fake, watch=False)


def move_current(editions: Path, name: str) -> None:
    """Move CURRENT as publishing does: whole, never empty in between."""
    fresh = editions / "CURRENT.new"
    fresh.write_text(name, encoding="ascii")
    fresh.replace(editions / CURRENT)


def test_the_watch_tells_a_damaged_edition_once_and_follows_its_repair(
    editions: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log and not one a second; the next edition is taken."""
    monkeypatch.setattr(live_index_module, "POLL_SECONDS", 0.01)
    tries: list[str] = []

    def load(name: str) -> Any:
        tries.append(name)
        return damaged(name)

    third = "20260103-000000-dddddddd"
    (editions / third).mkdir()
    (editions / third / MANIFEST).write_text("{}", encoding="utf-8")
    with caplog.at_level(logging.INFO, "assistant"):
        live = LiveIndex(editions, load)
        try:
            move_current(editions, NEW)
            until(lambda: NEW in tries)
            time.sleep(0.2)
            assert OLD == live.current.edition.id
            move_current(editions, third)
            until(lambda: third == live.current.edition.id)
        finally:
            live.close()
    assert 1 == caplog.text.count("edition_refused")
    assert [OLD, NEW, third] == tries


def test_a_missing_current_is_told_once_and_its_return_followed(
    editions: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that is away for an hour makes one line, and one more when it goes again."""
    monkeypatch.setattr(live_index_module, "POLL_SECONDS", 0.01)
    with caplog.at_level(logging.INFO, "assistant"):
        live = LiveIndex(editions, fake)
        try:
            for times, name in enumerate((NEW, OLD), start=1):
                (editions / CURRENT).unlink()
                until(lambda times=times: times == caplog.text.count("edition_refused"))
                time.sleep(0.2)
                assert times == caplog.text.count("edition_refused")
                (editions / CURRENT).write_text(name, encoding="ascii")
                until(lambda name=name: name == live.current.edition.id)
        finally:
            live.close()


def test_closing_ends_the_watch(editions: Path) -> None:
    """No thread stays behind."""
    before = set(threading.enumerate())
    live = LiveIndex(editions, fake)
    (watch,) = set(threading.enumerate()) - before
    live.close()
    assert not watch.is_alive()


def test_hits_carry_their_reasons_and_the_passage_that_matched(loaded: LoadedEdition) -> None:
    """An editor sees why: title, score as a probability, the best passage of that entry."""
    entry = sorted(loaded.edition.entries.values(), key=lambda e: e.id)[0]
    found = find_hits(loaded, entry.questions[0], 5)
    assert 1 <= len(found.hits) <= 5
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    first = found.hits[0]
    assert entry.id == first.entry_id
    assert entry.questions[0] == first.passage
    assert found.would_answer == (first.score >= loaded.calibration.answer_at)


def test_a_question_of_nothing_would_not_be_answered(loaded: LoadedEdition) -> None:
    """Hits may be shown to an editor; a citizen gets none of them."""
    assert not find_hits(loaded, "？").would_answer
