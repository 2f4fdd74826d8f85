"""What a citizen picks from an offer."""

from __future__ import annotations

import pytest

from assistant.answering import compose
from assistant.answering.choices import PRESSED, chosen_entry, picked_number, pressed_intent
from assistant.answering.conversation import KnowledgeView, Memory
from assistant.answering.decide import PHRASE_INTENTS
from assistant.knowledge.registers import Registers
from tests.builders import a_question, a_view, an_entry

OFFERED = ("id-card/a", "id-card/b", "id-card/c")


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    return a_view(
        registers,
        an_entry("id-card/a", title="身份证到期怎么换领？"),
        an_entry("id-card/b", title="身份证丢失怎么补领？"),
        an_entry("id-card/c", title="身份证多久能拿到（加急）？"),
        an_entry("id-card/elsewhere", title="临时身份证怎么办？"),
        an_entry("id-card/expired", title="已经废止的规定", valid_to="2026-01-01"),
        an_entry("id-card/twin-1", title="同一个标题", area="qinghu"),
        an_entry("id-card/twin-2", title="同一个标题", area="linjiang"),
    )


def chosen(text: str, view: KnowledgeView, *offered: str, intent: str = "ask_policy") -> str:
    """Return the id of the entry that is picked, or an empty string."""
    entry = chosen_entry(a_question(text, intent), Memory(offered=offered), view)
    return entry.id if entry else ""


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        ("身份证到期怎么换领？", "id-card/a"),
        ("身份证到期怎么换领", "id-card/a"),
        (" 身份证 丢失怎么补领? ", "id-card/b"),
        ("身份證丟失怎麼補領", "id-card/b"),
        ("身份证多久能拿到(加急)", "id-card/c"),
        ("第一个", "id-card/a"),
        ("第1个", "id-card/a"),
        ("1", "id-card/a"),
        ("１", "id-card/a"),
        ("一", "id-card/a"),
        ("第二个吧", "id-card/b"),
        ("我选2", "id-card/b"),
        ("就是第三个", "id-card/c"),
        ("我要问的是第二个", "id-card/b"),
        ("第三条", "id-card/c"),
        ("最后一个", "id-card/c"),
        ("第四个", ""),
        ("9", ""),
        ("0", ""),
        ("第一次办身份证", ""),
        ("1个月能拿到吗", ""),
        ("身份证", ""),
        ("都不是", ""),
    ],
)
def test_a_choice_after_an_offer_is_certain(text: str, entry_id: str, view: KnowledgeView) -> None:
    """A title or a number picks exactly that question."""
    assert chosen(text, view, *OFFERED) == entry_id


@pytest.mark.parametrize("text", ["第一个", "1", "一", "最后一个", "是的"])
def test_a_number_without_an_offer_picks_nothing(text: str, view: KnowledgeView) -> None:
    """What a number means is forgotten after the next turn."""
    assert chosen(text, view, intent="affirm") == ""


def test_a_button_of_an_older_offer_still_works(view: KnowledgeView) -> None:
    """Old buttons stay on the page."""
    assert chosen("临时身份证怎么办？", view, *OFFERED) == "id-card/elsewhere"


def test_an_expired_entry_is_not_opened_by_its_title(view: KnowledgeView) -> None:
    """An old button of a rule that ended leads nowhere."""
    assert chosen("已经废止的规定", view) == ""


def test_a_title_that_two_entries_share_is_certain_only_from_the_offer(
    view: KnowledgeView,
) -> None:
    """Districts may word the same question alike."""
    assert chosen("同一个标题", view) == ""
    assert chosen("同一个标题", view, "id-card/a", "id-card/twin-2") == "id-card/twin-2"


def test_yes_picks_the_only_offered_question(view: KnowledgeView) -> None:
    """One question offered and a plain yes leave no doubt; two do."""
    assert chosen("是的", view, "id-card/b", intent="affirm") == "id-card/b"
    assert chosen("是的", view, "id-card/a", "id-card/b", intent="affirm") == ""


@pytest.mark.parametrize(("text", "number"), [("最后一个", 3), ("二", 2), ("第九题", 9), ("九", 9)])
def test_places_are_counted_from_one(text: str, number: int) -> None:
    """The words for a place are numbers."""
    assert picked_number(text, 3) == number


def test_every_button_of_ours_is_understood_without_the_model(view: KnowledgeView) -> None:
    """Pressing a button never depends on what the classifier learned."""
    none_of_these = compose.options([], view).buttons[-1]
    for button in (*compose.NEXT_STEPS, none_of_these):
        assert pressed_intent(button.payload) in PHRASE_INTENTS, button


def test_what_buttons_mean_has_a_phrase() -> None:
    """Each row of the table reaches a sentence."""
    assert set(PRESSED.values()) <= set(PHRASE_INTENTS)
    assert pressed_intent("转人工！") == "request_human"
    assert pressed_intent("身份证") is None
