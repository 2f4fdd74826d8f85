"""Which candidates may be told: public, in force, of the citizen's district and kind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from assistant.answering.candidates import entry_to_tell, usable_candidates, usable_memory
from assistant.answering.conversation import KnowledgeView, Memory
from assistant.knowledge.registers import Registers
from tests.builders import NOW, SURE, THRESHOLDS, a_question, a_view, an_entry

TODAY = date(2026, 11, 25)
CEILING = (THRESHOLDS.answer_at + THRESHOLDS.offer_at) / 2


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    """An edition with one entry of every kind that may or may not be told."""
    return a_view(
        registers,
        an_entry("id-card/renewal"),
        an_entry("id-card/expired", valid_to="2026-11-24"),
        an_entry("id-card/last-day", valid_to="2026-11-25"),
        an_entry("id-card/replaced", valid_to="2026-10-31"),
        an_entry("id-card/successor", valid_from="2026-11-01", supersedes="id-card/replaced"),
        an_entry("id-card/future", valid_from="2027-01-01"),
        an_entry("id-card/agents", visibility="agent"),
        an_entry("id-card/internal", audience=("internal",)),
        an_entry("id-card/agents-old", visibility="agent", valid_to="2026-10-31"),
        an_entry("id-card/after-agents", supersedes="id-card/agents-old"),
        an_entry("id-card/hidden-next", valid_to="2026-10-31"),
        an_entry("id-card/hidden", visibility="agent", supersedes="id-card/hidden-next"),
        an_entry("id-card/qinghu", area="qinghu"),
        an_entry("id-card/linjiang", area="linjiang"),
        an_entry("business/licence", audience=("business",)),
        an_entry("business/both", audience=("person", "business")),
    )


@pytest.mark.parametrize(
    ("entry_id", "told"),
    [
        pytest.param("id-card/renewal", "id-card/renewal", id="in force"),
        pytest.param("id-card/last-day", "id-card/last-day", id="on its last day"),
        pytest.param("id-card/future", "id-card/future", id="of the future, which is said"),
        pytest.param("id-card/replaced", "id-card/successor", id="replaced"),
        pytest.param("id-card/expired", None, id="expired without a successor"),
        pytest.param("id-card/agents", None, id="for agents only"),
        pytest.param("id-card/internal", None, id="internal"),
        pytest.param("id-card/agents-old", None, id="for agents and replaced"),
        pytest.param("id-card/hidden-next", None, id="its successor is for agents"),
        pytest.param("id-card/gone", None, id="not in the edition"),
        pytest.param("", None, id="none"),
    ],
)
def test_only_what_is_public_and_holds_today_is_told(
    view: KnowledgeView, entry_id: str, told: str | None
) -> None:
    """An expired rule is never told; its public successor may be."""
    entry = entry_to_tell(entry_id, TODAY, view)

    assert (entry.id if entry else None) == told


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2026, 11, 24, 15, 59, tzinfo=UTC), "id-card/expired"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), None),
    ],
)
def test_a_rule_ends_at_midnight_in_shanghai(
    view: KnowledgeView, now: datetime, told: str | None
) -> None:
    """`valid_to` is inclusive and counted where the city lies."""
    ranked = usable_candidates(a_question("x", ranked=["id-card/expired"], now=now), view).ranked

    assert (ranked[0][0] if ranked else None) == told


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("换身份证", ["id-card/qinghu", "id-card/linjiang", "id-card/renewal"]),
        ("青湖区换身份证", ["id-card/qinghu", "id-card/renewal"]),
        ("住在临江区，换身份证", ["id-card/linjiang", "id-card/renewal"]),
        ("云山区换身份证", ["id-card/renewal"]),
        ("北京换身份证", ["id-card/qinghu", "id-card/linjiang", "id-card/renewal"]),
        ("从青湖搬到临江换身份证", ["id-card/qinghu", "id-card/linjiang", "id-card/renewal"]),
    ],
)
def test_an_entry_of_another_district_is_dropped(
    view: KnowledgeView, text: str, kept: list[str]
) -> None:
    """Who names a district is told its rules or the city's."""
    ranked = ["id-card/qinghu", "id-card/linjiang", "id-card/renewal"]

    usable = usable_candidates(a_question(text, ranked=ranked), view)

    assert [entry_id for entry_id, _score in usable.ranked] == kept


@pytest.mark.parametrize(
    ("ranked", "probability"),
    [
        pytest.param(["id-card/renewal", "id-card/expired"], SURE, id="the first stays"),
        pytest.param(["id-card/replaced"], SURE, id="the first is replaced by its successor"),
        pytest.param(["id-card/expired", "id-card/renewal"], CEILING, id="the first falls out"),
        pytest.param(["id-card/agents", "id-card/renewal"], CEILING, id="the first is for agents"),
        pytest.param(["id-card/expired"], 0.0, id="none is left"),
        pytest.param([], 0.0, id="there was none"),
    ],
)
def test_the_probability_counts_for_the_first_candidate_only(
    view: KnowledgeView, ranked: list[str], probability: float
) -> None:
    """What was never asked to be first may be offered but not told."""
    usable = usable_candidates(a_question("换身份证", probability=SURE, ranked=ranked), view)

    assert usable.probability == pytest.approx(probability)


def test_a_low_probability_is_not_raised(view: KnowledgeView) -> None:
    """Losing the first candidate makes nothing likelier."""
    question = a_question("x", probability=0.1, ranked=["id-card/expired", "id-card/renewal"])

    assert usable_candidates(question, view).probability == 0.1


def test_an_entry_and_its_successor_are_one_candidate(view: KnowledgeView) -> None:
    """Nobody is offered the same question twice."""
    ranked = ["id-card/replaced", "id-card/renewal", "id-card/successor"]

    usable = usable_candidates(a_question("换身份证", ranked=ranked), view)

    assert [entry_id for entry_id, _score in usable.ranked] == [
        "id-card/successor",
        "id-card/renewal",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我们公司怎么办营业执照", "business/licence"),
        ("本单位要变更登记", "business/licence"),
        ("我个人怎么办", "id-card/renewal"),
        ("公司旁边的派出所能换身份证吗", "id-card/renewal"),
    ],
)
def test_who_speaks_for_a_business_gets_the_entry_for_businesses_first(
    view: KnowledgeView, text: str, first: str
) -> None:
    """The audience that a citizen names decides among near candidates."""
    usable = usable_candidates(
        a_question(text, ranked=["id-card/renewal", "business/licence"]), view
    )

    assert usable.ranked[0][0] == first


def test_an_entry_for_both_audiences_keeps_its_place(view: KnowledgeView) -> None:
    """What is for businesses too needs no preference."""
    question = a_question("我们公司要办", ranked=["business/both", "business/licence"])

    assert usable_candidates(question, view).ranked == question.ranked


@pytest.mark.parametrize(
    ("remembered", "kept", "lapsed"),
    [
        pytest.param("id-card/renewal", "id-card/renewal", False, id="still in force"),
        pytest.param("id-card/replaced", "id-card/successor", False, id="replaced meanwhile"),
        pytest.param("id-card/expired", "", True, id="expired meanwhile"),
        pytest.param("id-card/agents", "", True, id="withdrawn from the public"),
        pytest.param("id-card/gone", "", True, id="gone with a new edition"),
        pytest.param("", "", False, id="nothing was told yet"),
    ],
)
def test_what_is_remembered_is_checked_again(
    view: KnowledgeView, remembered: str, kept: str, *, lapsed: bool
) -> None:
    """Two turns may lie on two sides of a rule's last day."""
    memory = usable_memory(Memory(entry_id=remembered, district="qinghu"), NOW, view)

    assert memory == Memory(entry_id=kept, district="qinghu", lapsed=lapsed)


def test_an_offer_loses_what_may_no_longer_be_told(view: KnowledgeView) -> None:
    """ "第二个" never opens an entry that expired meanwhile."""
    offered = ("id-card/expired", "id-card/replaced", "id-card/agents", "id-card/renewal")

    memory = usable_memory(Memory(offered=offered), NOW, view)

    assert memory.offered == ("id-card/successor", "id-card/renewal")


@pytest.mark.parametrize(
    ("text", "probability"),
    [
        pytest.param("的一是在不了有和人这" * 10, 0.0, id="long and about nothing"),
        pytest.param("天地玄黄宇宙洪荒" * 5, SURE, id="not long"),
        pytest.param("我先去了超市又去了公园" * 8 + "想问老的身份", SURE, id="names the title"),
        pytest.param("我先去了超市又去了公园" * 8 + "想问身份证", SURE, id="names the topic"),
    ],
)
def test_a_long_message_has_to_name_the_matter(
    text: str, probability: float, view: KnowledgeView
) -> None:
    """Length alone makes no candidate certain."""
    question = a_question(text, probability=SURE, ranked=["id-card/renewal"])

    assert usable_candidates(question, view).probability == probability
