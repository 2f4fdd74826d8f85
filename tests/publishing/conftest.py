"""A published small base, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.publishing.publish import PublishOrder
from assistant.retrieval.embedder import Embedder
from assistant.retrieval.segmentation import Segmenter
from assistant.services import calibration
from assistant.settings import Settings
from tests.knowledge.small_base import write_base
from tests.publishing.release import Release, Remembered, shared_dictionary


@pytest.fixture(scope="session")
def one_dictionary() -> Iterator[None]:
    """Let all segmenters share jieba's dictionary; equal words give equal terms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Segmenter, "_jieba", property(shared_dictionary()))
        yield


@pytest.fixture(scope="session")
def template(
    tmp_path_factory: pytest.TempPathFactory,
    embedder: Embedder,
    settings: Settings,
    one_dictionary: None,
) -> Release:
    """Return a release with one committed edition; never change it."""
    folder = tmp_path_factory.mktemp("template")
    known = calibration(settings)
    order = PublishOrder(
        knowledge=write_base(folder / "knowledge"),
        editions=folder / "editions",
        cache=folder / "cache",
        weights=known.weights,
    )
    release = Release(order, Remembered(embedder, folder / "memory"), known)
    release.publish(note="第一版")
    return release


@pytest.fixture
def fresh(template: Release, tmp_path: Path) -> Release:
    """Return a release of which nothing has been published."""
    shutil.copytree(template.knowledge, tmp_path / "knowledge")
    order = replace(
        template.order,
        knowledge=tmp_path / "knowledge",
        editions=tmp_path / "editions",
        cache=tmp_path / "cache",
    )
    return replace(template, order=order)


@pytest.fixture
def release(template: Release, fresh: Release) -> Release:
    """Return a release with one edition that answers."""
    shutil.copytree(template.editions, fresh.editions)
    shutil.copytree(template.order.cache, fresh.order.cache)
    return fresh
