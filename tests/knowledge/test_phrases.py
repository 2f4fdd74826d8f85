from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.phrases import PHRASES, Phrases, load_phrases

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    loaded, problems = load_phrases(KNOWLEDGE / "phrases.yml")
    assert [] == problems
    return loaded


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_every_phrase_is_whole_once_its_fields_are_filled(phrases: Phrases, key: str) -> None:
    """A citizen never sees a placeholder."""
    text = phrases.text(key, **dict.fromkeys(PHRASES[key], "填好"))

    assert "<" not in text
    assert len(PHRASES[key]) <= text.count("填好")


def test_what_is_filled_in_is_not_read_as_a_placeholder(phrases: Phrases) -> None:
    """Fields are filled in one pass, so a value stays as it is."""
    text = phrases.text("other_city", 城市="<区号>", 区号="010")

    assert "<区号>的12345" in text


def test_a_forgotten_field_is_refused(phrases: Phrases) -> None:
    """Half a sentence is never sent."""
    with pytest.raises(KeyError):
        phrases.text("other_city", 城市="北京市")


@pytest.mark.parametrize(
    "key", ["request_not_yet", "human_not_yet", "progress_not_yet", "no_entry", "unavailable"]
)
def test_what_we_cannot_do_here_ends_with_the_way_on(phrases: Phrases, key: str) -> None:
    """No citizen is left without a number that is answered day and night."""
    assert "12345" in phrases.text(key)
