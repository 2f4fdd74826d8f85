from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.gateway.running import FakeWorker, RunningGateway, running_gateway


# Of the module, not the session: Playwright keeps an event loop running in this thread,
# and tests that run one of their own would fail after it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module; without one the tests are skipped, loudly."""
    path = os.environ.get("WENBAN_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("BROWSER TESTS SKIPPED: no chromium on PATH and no WENBAN_TEST_CHROMIUM")
    flags = ["--disable-background-networking"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path) as running:
        yield running


@pytest.fixture
def worker(gateway: RunningGateway) -> Iterator[FakeWorker]:
    scripted = FakeWorker(gateway.store).start()
    yield scripted
    scripted.stop()


class Visitor:
    """One person's browser: opens pages, notes what must not happen."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url, self._browser = url, browser
        self.trouble: list[str] = []
        self.foreign: list[str] = []
        self._contexts: list[Any] = []

    def open(self, path: str = "/", width: int = 390, height: int = 844, **values: Any) -> Page:
        """Open a page in a fresh context of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **values
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: self.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda err: self.trouble.append(str(err)))
        page.on("request", self._note)
        page.goto(self.url + path)
        return page

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.foreign.append(request.url)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser, gateway: RunningGateway) -> Iterator[Visitor]:
    """A visitor; at the end nothing foreign was asked for."""
    person = Visitor(browser, gateway.url)
    yield person
    person.close()
    assert person.foreign == []
