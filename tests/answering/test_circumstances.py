"""A follow-up that adds a circumstance: 那未成年人呢."""

from __future__ import annotations

import pytest

from assistant.answering.circumstances import (
    answer_tells_of,
    aspect_telling_of,
    circumstance_of,
)
from tests.builders import an_entry

FORMS: dict[str, str] = {
    "那未成年人呢": "未成年人",
    "那未成年人呢？": "未成年人",
    "未成年人呢": "未成年人",
    "那么老年人的话呢": "老年人",
    "如果是外地户口怎么办": "外地户口",
    "要是本人来不了呢": "本人来不了",
    "那青湖区的呢": "青湖区的",
    "如果证件过期了怎么办": "证件过期了",
    "那外国人可以吗": "外国人",
    "那殘疾人呢": "残疾人",
    "身份证丢了怎么办": "",
    "未成年人身份证到期了要怎么换领才行呢": "",
    "怎么换身份证": "",
    "那怎么换": "",
    "呢": "",
    "": "",
}


@pytest.mark.parametrize(("text", "what"), FORMS.items(), ids=list(FORMS))
def test_a_circumstance_is_known_by_its_form(text: str, what: str) -> None:
    """Only a short message of this form belongs to the last answer."""
    assert circumstance_of(text) == what


@pytest.mark.parametrize(
    ("what", "aspect"),
    [
        ("未成年人", "materials"),
        ("孩子", "materials"),
        ("他人", "process"),
        ("别人", "process"),
        ("外国人", None),
        ("残疾人", None),
    ],
)
def test_the_section_that_names_the_circumstance_is_found(what: str, aspect: str | None) -> None:
    """The entry's own words decide, also under another word for the same."""
    sections = {
        "process": "1. 可以委托他人领取。",
        "materials": "- 未成年人另带监护人身份证",
        "fee": "不收费。",
    }

    assert aspect_telling_of(an_entry(sections=sections), what) == aspect


def test_the_answer_proper_counts_as_well() -> None:
    """Not every circumstance stands in a section."""
    entry = an_entry(answer="残疾人免费。")

    assert answer_tells_of(entry, "残疾人")
    assert not answer_tells_of(entry, "外国人")
