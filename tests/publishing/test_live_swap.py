"""Workers swap a whole edition within five seconds while they are asked without a pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep

import pytest

from assistant.publishing.rollback import roll_back
from assistant.retrieval.live_index import LiveIndex
from tests.knowledge.small_base import NOW, make_entry, signed
from tests.publishing.release import Release

CARD = "social-insurance/lost-card"
QUESTION = "社保卡丢了怎么补办？"
SEEN_WITHIN_SECONDS = 5.0


class Reader(threading.Thread):
    """Asks without a pause and notes which edition gave which answer, and every error."""

    def __init__(self, live: LiveIndex) -> None:
        super().__init__(daemon=True)
        self.live, self.stop = live, threading.Event()
        self.told: set[tuple[str, str, str]] = set()
        self.errors: list[Exception] = []
        self.asked = 0

    def run(self) -> None:
        """See threading.Thread."""
        while not self.stop.is_set():
            try:
                loaded = self.live.current
                candidates, _ = loaded.ranked(QUESTION, 3)
                ids = {found.doc_id for found in candidates}
                assert ids <= set(loaded.edition.entries)
                assert loaded.search.index.doc_ids == tuple(sorted(loaded.edition.entries))
                entry = loaded.edition.entries[candidates[0].doc_id]
                self.told.add((loaded.edition.id, entry.id, entry.answer))
                self.asked += 1
            except Exception as err:  # noqa: BLE001 (the test tells every error)
                self.errors.append(err)


@contextmanager
def asking(release: Release) -> Iterator[tuple[LiveIndex, Reader]]:
    """Watch the editions and ask them until the end of the block."""
    live = LiveIndex(release.editions, release.load)
    reader = Reader(live)
    reader.start()
    try:
        yield live, reader
    finally:
        reader.stop.set()
        reader.join(timeout=10)
        live.close()


def seconds_until(holds: Callable[[], bool], limit: float = SEEN_WITHIN_SECONDS + 3) -> float:
    """Return how long it takes until something holds."""
    started = monotonic()
    while not holds() and monotonic() - started < limit:
        sleep(0.02)
    return monotonic() - started


def publish(release: Release, answer: str, minutes: int) -> str:
    """Publish another answer and return the edition."""
    release.put(signed(make_entry(CARD, answer=answer)))
    return release.publish(now=NOW + timedelta(minutes=minutes)).edition


def test_every_edition_is_seen_whole_and_soon_under_constant_questions(release: Release) -> None:
    """Never an error, never words of one edition under the name of another, within 5 s each."""
    wanted = {(release.current, CARD, make_entry(CARD).answer)}
    first = release.current
    with asking(release) as (live, reader):
        for minutes, answer in enumerate(("第二版的答复。", "第三版的答复。"), start=1):
            name = publish(release, answer, minutes)
            wanted.add((name, CARD, answer))
            seconds = seconds_until(lambda name=name: live.current.edition.id == name)  # type: ignore[misc]
            assert seconds < SEEN_WITHIN_SECONDS
        roll_back(release.editions, first, release.embedder, commit=True)
        assert seconds_until(lambda: live.current.edition.id == first) < SEEN_WITHIN_SECONDS
        asked = reader.asked
        seconds_until(lambda: reader.asked > asked + 2)

    assert [] == reader.errors
    assert wanted == reader.told
    assert 20 < reader.asked


def test_a_damaged_edition_is_refused_and_the_old_one_goes_on(release: Release) -> None:
    """The citizens notice nothing; the next whole edition is taken."""
    former = release.current
    with asking(release) as (live, reader):
        release.put(signed(make_entry(CARD, answer="坏掉的一版。")))

        def spoil(step: str) -> None:
            if step == "place":
                newest = max(path for path in release.editions.iterdir() if path.is_dir())
                path = newest / "index" / "dense.faiss"
                path.write_bytes(path.read_bytes()[:-1] + b"#")

        damaged = release.publish(now=NOW + timedelta(minutes=1), after=spoil).edition
        assert damaged == release.current
        sleep(1.5)
        assert former == live.current.edition.id
        asked = reader.asked
        assert seconds_until(lambda: reader.asked > asked) < SEEN_WITHIN_SECONDS
        roll_back(release.editions, former, release.embedder, commit=True)
        name = publish(release, "修好的一版。", 2)
        assert seconds_until(lambda: live.current.edition.id == name) < SEEN_WITHIN_SECONDS
        asked = reader.asked
        seconds_until(lambda: reader.asked > asked + 2)

    assert [] == reader.errors
    assert {former, name} == {edition for edition, _, _ in reader.told}


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe"])
def test_a_broken_current_does_not_stop_the_watching(release: Release, raw: bytes) -> None:
    """Whatever stands in CURRENT for a while, the next publish is seen."""
    former = release.current
    with asking(release) as (live, reader):
        (release.editions / "CURRENT").write_bytes(raw)
        sleep(1.2)
        assert former == live.current.edition.id
        name = publish(release, "之后的一版。", 1)
        assert seconds_until(lambda: live.current.edition.id == name) < SEEN_WITHIN_SECONDS

    assert [] == reader.errors


def test_a_current_that_is_gone_for_a_while_does_not_stop_the_watching(release: Release) -> None:
    """Whoever restores a backup of the editions need not restart the workers."""
    with asking(release) as (live, _):
        (release.editions / "CURRENT").unlink()
        sleep(1.2)
        name = publish(release, "之后的一版。", 1)
        assert seconds_until(lambda: live.current.edition.id == name, limit=2.5) < 2.5


def test_a_turn_keeps_the_edition_it_began_with(release: Release) -> None:
    """A message that began before a swap is answered from the edition it was searched in."""
    live = LiveIndex(release.editions, release.load, watch=False)
    former = release.current
    name = publish(release, "第二版的答复。", 1)

    assert live.refresh()
    assert not live.refresh()
    assert former == live.named(former).edition.id
    assert name == live.named(name).edition.id == live.named("unknown").edition.id
