from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.places import Gazetteer, PlaceKind, load_gazetteer

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    loaded, problems = load_gazetteer(KNOWLEDGE)
    assert [] == problems
    return loaded


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("我住临江区", [("district", "临江区")]),
        ("临江这边去哪办", [("district", "临江区")]),
        (
            "云山区文华街道书院社区",
            [("district", "云山区"), ("street", "文华街道"), ("community", "书院社区")],
        ),
        ("石桥县城关镇", [("street", "石桥城关镇")]),
        ("高新区政务大厅", [("district", "高新区")]),
        ("高新技术企业怎么认定", []),
        ("村口石桥塌了", []),
        ("文华路", []),
        ("北京的社保怎么转", [("other_city", "北京市")]),
        ("四川省的户口", [("other_city", "四川省")]),
        ("呼和浩特来的", [("other_city", "呼和浩特市")]),
        ("恩施州的医保", [("other_city", "恩施土家族苗族自治州")]),
        ("北京路的路灯坏了", []),
        ("南京东路停车", []),
        ("上海银行的卡", []),
        ("三明治过期了", []),
        ("三明的公积金", [("other_city", "三明市")]),
        ("小区南通道堵了", []),
        ("日照时间够不够", []),
        ("中山公园几点关门", []),
        ("国内驾照", []),
        ("三天内要交钱吗", []),
        ("肯定西边也停水", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_names_the_places_it_means_and_no_others(
    gazetteer: Gazetteer, text: str, places: list[tuple[str, str]]
) -> None:
    """The longest name wins; words that only look like a city are none."""
    assert places == [(str(found.kind), found.name) for found in gazetteer.find(text)]


def test_offsets_point_at_the_words_in_the_text(gazetteer: Gazetteer) -> None:
    """Entities can be shown where they stand."""
    text = "家在青湖，老家成都"

    assert ["青湖", "成都"] == [text[found.start : found.end] for found in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("text", "district"),
    [("书院社区", "yunshan"), ("渡口镇", "linjiang"), ("云溪县", "yunxi"), ("成都", "")],
)
def test_every_place_of_the_city_lies_in_a_district(
    gazetteer: Gazetteer, text: str, district: str
) -> None:
    """A community leads to the halls of its district; another city to none of ours."""
    (found,) = gazetteer.find(text)

    assert district == gazetteer.district_of(found)


def test_an_area_is_called_by_its_official_name(gazetteer: Gazetteer) -> None:
    """Answers for one district name it in full."""
    assert "临江区" == gazetteer.name_of("linjiang")


def test_an_area_that_is_none_has_no_name(gazetteer: Gazetteer) -> None:
    """A wrong id is a fault of the caller, not an empty name."""
    with pytest.raises(KeyError):
        gazetteer.name_of("atlantis")


def test_districts_have_streets_and_streets_have_communities(gazetteer: Gazetteer) -> None:
    """Six streets a district and three communities a street at the least."""
    text = (KNOWLEDGE / "places.yml").read_text("utf-8")

    assert 7 * 6 <= text.count("        communities:")
    assert 7 * 6 * 3 <= text.count("          - {id:")
    assert PlaceKind.DISTRICT == gazetteer.find("东岭区")[0].kind


def test_no_place_is_called_like_another_city(gazetteer: Gazetteer) -> None:
    """A name of this city never sends a citizen elsewhere."""
    names = [place.name for place in gazetteer.districts]

    found = [gazetteer.find(name)[0].kind for name in names]

    assert [PlaceKind.DISTRICT] * len(names) == found
