"""A publish that is killed anywhere changes nothing that answers, and the next one cleans up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.knowledge.editions import list_editions
from assistant.publishing.publish import STEPS
from tests.knowledge.small_base import NOW, make_entry, signed
from tests.publishing.killed import EXIT_STATUS, NAMING, POINTING, WITHIN
from tests.publishing.release import Release

CARD = "social-insurance/lost-card"
NEW_ANSWER = "新的答复。"
PLACES = (*STEPS, *WITHIN)


@pytest.fixture(scope="module")
def remains(
    template: Release, tmp_path_factory: pytest.TempPathFactory, repository: Path
) -> dict[str, tuple[Release, int]]:
    """Return for each place the release whose publish died there, and its exit status."""
    releases: dict[str, Release] = {}
    for place in PLACES:
        folder = tmp_path_factory.mktemp("killed")
        for name in ("knowledge", "editions", "cache"):
            shutil.copytree(template.knowledge.parent / name, folder / name)
        order = replace(
            template.order,
            knowledge=folder / "knowledge",
            editions=folder / "editions",
            cache=folder / "cache",
        )
        releases[place] = replace(template, order=order)
        releases[place].put(signed(make_entry(CARD, answer=NEW_ANSWER)))
    lines = [
        "\t".join(map(str, (one.knowledge, one.editions, one.order.cache, place)))
        for place, one in releases.items()
    ]
    embedder = template.embedder
    done = subprocess.run(
        [sys.executable, "-m", "tests.publishing.killed", embedder.name, str(embedder.dimension)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=repository,
        timeout=120,
        check=True,
    )
    codes = [int(line) for line in done.stdout.split()]
    return {place: (one, code) for (place, one), code in zip(releases.items(), codes, strict=True)}


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_publish_leaves_a_whole_edition_that_answers(
    remains: dict[str, tuple[Release, int]], template: Release, place: str, tmp_path: Path
) -> None:
    """Before the last step the old edition answers exactly as it did; after it, the new one."""
    killed, code = remains[place]
    release = copied(killed, tmp_path)
    former = template.current

    assert EXIT_STATUS == code
    assert (release.current == former) is (place != "current")
    loaded = release.load()
    wanted = make_entry(CARD).answer if place != "current" else NEW_ANSWER
    assert wanted == loaded.edition.entries[CARD].answer
    assert CARD == loaded.ranked("社保卡丢了怎么补", 1)[0][0].doc_id
    if place != "current":
        question = "养老金几月开始发"
        assert template.load().ranked(question) == loaded.ranked(question)


@pytest.mark.parametrize("place", PLACES)
def test_the_next_publish_cleans_up_after_a_killed_one(
    remains: dict[str, tuple[Release, int]], place: str, tmp_path: Path
) -> None:
    """No half edition stays, none is listed, and the new content answers."""
    release = copied(remains[place][0], tmp_path)
    left = {path.name for path in release.editions.iterdir() if path.name.startswith(".")}

    report = release.publish(now=NOW + timedelta(minutes=2))

    assert {"CURRENT", *(manifest.id for manifest in list_editions(release.editions))} == {
        path.name for path in release.editions.iterdir()
    }
    assert report.edition == release.current
    assert NEW_ANSWER == release.load().edition.entries[CARD].answer
    has_left = place not in ("place", "current")
    assert bool(left) is has_left
    for manifest in list_editions(release.editions):
        assert release.load(manifest.id).edition.id == manifest.id


def test_the_places_of_death_are_the_last_moments_too() -> None:
    """The two renames that matter are among the places."""
    assert {NAMING, POINTING} <= set(PLACES)


def copied(killed: Release, folder: Path) -> Release:
    """Return a copy of what a killed publish left, so that tests do not meet each other's."""
    for name in ("knowledge", "editions", "cache"):
        shutil.copytree(killed.knowledge.parent / name, folder / name)
    order = replace(
        killed.order,
        knowledge=folder / "knowledge",
        editions=folder / "editions",
        cache=folder / "cache",
    )
    return replace(killed, order=order)
