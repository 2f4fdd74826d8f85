"""Words: does every token of a question meet something in the entry?"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from assistant.retrieval.live_index import LoadedEdition
from assistant.retrieval.word_match import WORD_SIGNALS, WordMatch
from tests.retrieval.small_index import Counting


class Reading(Counting):
    """Counts how many passages the network reads token by token."""

    passages = 0

    def passage_tokens(self, text):
        self.passages += 1
        return self._inner.passage_tokens(text)


CARD, PHOTO = "social-insurance/lost-card", "id-card/photo"


@pytest.fixture(scope="module")
def match(loaded: LoadedEdition) -> WordMatch:
    """The comparison over the demo city's entries."""
    return WordMatch(loaded.edition.entries, loaded.search.embedder)


def named(match: WordMatch, question: str, *doc_ids: str) -> dict[str, float]:
    """Return the signals of a question by name."""
    return dict(zip(WORD_SIGNALS, match.signals(question, doc_ids), strict=True))


def test_a_question_of_the_entry_itself_meets_itself(match, loaded):
    """Word for word the same, every token has its like."""
    found = named(match, loaded.edition.entries[CARD].title, CARD)
    assert found["first_questions_least"] > 0.99


@pytest.mark.parametrize(
    ("met", "missed"),
    [
        ("社保卡掉了去哪里补一张", "社保卡密码忘了去哪里改"),
        ("社保卡不见了怎么重新办", "社保卡里的钱怎么转出来炒股"),
    ],
)
def test_a_near_miss_has_a_word_that_nothing_meets(match, met, missed):
    """What the sentence vector cannot see, the least met tokens show."""
    assert (
        named(match, met, CARD)["first_all_least_three"]
        > named(match, missed, CARD)["first_all_least_three"]
    )


def test_the_answer_can_only_add_to_what_is_met(match):
    """All is the questions and the answer together."""
    found = named(match, "补卡要交多少工本费", CARD, PHOTO)
    for place in ("first", "second"):
        assert found[f"{place}_all_mean"] >= found[f"{place}_questions_mean"]


def test_a_lone_candidate_leaves_the_second_at_zero(match):
    """Every signal has a value, whatever was found."""
    found = named(match, "社保卡丢了", CARD)
    assert 0.0 == found["second_all_mean"] == found["second_questions_least"]
    assert (0.0,) * len(WORD_SIGNALS) == match.signals("社保卡丢了", [])


def test_an_entry_is_read_once_and_equal_questions_get_equal_signals(loaded):
    """The first question about an entry pays for its tokens, the next ones do not."""
    reading = Reading(loaded.search.embedder)
    match = WordMatch(loaded.edition.entries, reading)
    first = match.signals("社保卡丢了怎么补", [CARD])
    read = reading.passages
    assert read
    assert first == match.signals("社保卡丢了怎么补", [CARD])
    assert read == reading.passages


def test_an_edition_takes_over_what_is_still_the_same(loaded):
    """After a publish only changed entries are read again, and nothing is told differently."""
    entries = dict(loaded.edition.entries)
    former = WordMatch(entries, loaded.search.embedder)
    told = former.signals("社保卡丢了怎么补", [CARD, PHOTO])
    changed = entries | {PHOTO: replace(entries[PHOTO], answer="改过的答复。")}
    reading = Reading(loaded.search.embedder)
    match = WordMatch(changed, reading)
    match.learn_from(former)
    assert told[:6] == match.signals("社保卡丢了怎么补", [CARD])[:6]
    assert 0 == reading.passages
    match.signals("社保卡丢了怎么补", [PHOTO])
    assert reading.passages


def test_idle_moments_are_enough_to_read_all(loaded, monkeypatch):
    """Slice by slice, until nothing is left to do."""
    some = {key: loaded.edition.entries[key] for key in sorted(loaded.edition.entries)[:3]}
    match = WordMatch(some, loaded.search.embedder)
    rounds = 0
    while not match.warm(0.0):
        rounds += 1
    assert 3 == rounds == len(match._kept)


def test_only_so_many_entries_are_kept(loaded, monkeypatch):
    """A city with many entries does not fill the memory."""
    monkeypatch.setattr("assistant.retrieval.word_match._KEPT", 2)
    match = WordMatch(loaded.edition.entries, loaded.search.embedder)
    for doc_id in sorted(loaded.edition.entries)[:4]:
        match.signals("社保卡", [doc_id])
    assert 2 == len(match._kept)


def test_threads_share_one_comparison(match):
    """Several questions at once get what each gets alone."""
    questions = ["社保卡丢了", "身份证照片能不能重拍", "补卡多少钱"] * 4
    alone = [match.signals(question, [CARD, PHOTO]) for question in questions]
    found: list[tuple[float, ...]] = [()] * len(questions)

    def ask(number: int) -> None:
        found[number] = match.signals(questions[number], [CARD, PHOTO])

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.allclose(alone, found, atol=1e-3)
