from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.halls import halls_for, named_halls
from assistant.knowledge.registers import Registers, load_registers

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="module")
def registers() -> Registers:
    return load_registers(KNOWLEDGE)[0]


@pytest.mark.parametrize(
    ("topic", "district", "first"),
    [
        ("social-insurance", "qinghu", ["qinghu-hall", "social-insurance-center"]),
        ("social-insurance", "linjiang", ["linjiang-social-insurance", "linjiang-hall"]),
        ("marriage", "dongling", ["dongling-marriage", "marriage-city"]),
        ("marriage", "", ["marriage-city", "yunshan-marriage"]),
        ("driving", "yunshan", ["yunshan-hall", "traffic-violation", "vehicle-office"]),
        ("driving", "dongling", ["dongling-hall", "vehicle-office"]),
        ("id-card", "gaoxin", ["gaoxin-police-station", "gaoxin-hall", "city-hall"]),
        ("transit", "shiqiao", ["transport-hall", "bus-card-center"]),
    ],
)
def test_the_nearest_and_most_special_halls_come_first(
    registers: Registers, topic: str, district: str, first: list[str]
) -> None:
    """The district's own halls, then the city's; a special counter before a general one."""
    found = [hall.id for hall in halls_for(registers.halls, topic, district)]

    assert first == found[: len(first)]
    assert 3 >= len(found)


def test_no_hall_of_another_district_is_named_while_nearer_ones_serve(
    registers: Registers,
) -> None:
    """Nobody from 石桥县 is sent to 高新区."""
    found = halls_for(registers.halls, "fund", "shiqiao", limit=10)

    assert {"shiqiao", "yunshan"} == {hall.district for hall in found}


def test_a_topic_nobody_serves_leads_nowhere(registers: Registers) -> None:
    """An unknown topic gives an empty list."""
    assert [] == halls_for(registers.halls, "ships", "qinghu")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("青湖区政务服务中心几点关门", ["qinghu-hall"]),
        ("青湖区服务中心的办公时间", ["qinghu-hall"]),
        ("云州市政务服务中心在哪", ["city-hall"]),
        ("市民中心中午有人吗", ["city-hall"]),
        ("车管所早上几点开始取号", ["vehicle-office"]),
        ("石桥县车管所周六开不开", ["shiqiao-vehicle"]),
        ("青湖区婚姻登记处周六上班吗", ["qinghu-marriage"]),
        ("公证处 周末开门不", ["notary-office"]),
        ("云州图书馆今天开不开", ["city-library"]),
        ("公积金中心和车管所哪个近", ["vehicle-office"]),
        ("图书馆和殡仪馆都开吗", ["funeral-home", "city-library"]),
        ("社保卡丢了怎么办", []),
        ("", []),
    ],
)
def test_a_hall_is_known_by_its_name_and_aliases(
    registers: Registers, text: str, ids: list[str]
) -> None:
    """The longest name wins, and a matter is not a hall."""
    assert ids == [hall.id for hall in named_halls(registers.halls, text)]
