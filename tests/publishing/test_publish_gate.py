"""The golden questions at a publish: what finds too little, or less than before, is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from assistant.errors import PublishRefused
from tests.knowledge.small_base import GOLDEN, NOW, make_entry, replace_once, signed, write_golden
from tests.publishing.release import Release

CARD, PENSION = "social-insurance/lost-card", "social-insurance/pension-start"

HARD = (
    ("楼上漏水该找哪个部门管一管", CARD),
    ("周末想带老人去哪里散步比较好", PENSION),
)


def test_an_edition_that_misses_too_many_golden_questions_is_refused(release: Release) -> None:
    """The old edition goes on, and every miss is listed with what was found instead."""
    before = release.files()
    replace_once(release.knowledge / "golden.yml", '"0.75"', '"1"')
    write_golden(release.knowledge, [*GOLDEN, *HARD])
    for number in range(4):
        release.put(
            signed(make_entry(f"education/other-{number}", title=f"{'甲乙丙丁'[number]}楼漏水散步"))
        )

    with pytest.raises(PublishRefused) as refused:
        release.publish(now=NOW + timedelta(minutes=1))

    assert before == release.files()
    assert "标准测试问题" in refused.value.summary
    assert "golden.yml" in refused.value.summary
    missed = {line.split(" → ")[0] for line in refused.value.details}
    assert missed <= {text for text, _ in HARD}
    assert missed
    assert all("前三是" in line and "应为" in line for line in refused.value.details)


def test_an_edition_that_answers_worse_than_the_one_before_is_refused(release: Release) -> None:
    """An unchanged entry that was found and is not any more stops the release."""
    before = release.files()
    question, wanted = GOLDEN[0]
    replace_once(release.knowledge / "golden.yml", '"0.75"', '"0"')
    for number in range(3):
        sign = "甲乙丙"[number]
        release.put(
            signed(
                make_entry(
                    f"education/thief-{number}",
                    title=f"{question}{sign}",
                    similar=(f"{sign}{question}", f"{question}呀{sign}", f"请问{question}{sign}"),
                    answer=question,
                )
            )
        )

    with pytest.raises(PublishRefused) as refused:
        release.publish(now=NOW + timedelta(minutes=1))

    assert before == release.files()
    assert "上一版答对" in refused.value.summary
    assert [question] == [line.split(" → ")[0] for line in refused.value.details]
    assert wanted in refused.value.details[0]


def test_what_was_right_is_kept_for_the_next_comparison(release: Release) -> None:
    """The edition tells which golden questions it passed."""
    stored = json.loads((release.editions / release.current / "golden.json").read_text("utf-8"))

    assert sorted(text for text, _ in GOLDEN) == sorted(stored["right"])
    assert 4 == stored["asked"]
