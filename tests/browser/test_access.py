"""The page for everybody: large print, small screens, screen readers, safe headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.gateway.edge import SECURITY_HEADERS
from tests.browser.conftest import Visitor
from tests.gateway.running import LOST_CARD, FakeWorker

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"

SMALL_TEXT = """() => [...document.querySelectorAll('body *')].filter(node =>
  node.checkVisibility() && [...node.childNodes].some(c => c.nodeType === 3 && c.data.trim())
  && !node.closest('.hidden, noscript') && parseFloat(getComputedStyle(node).fontSize) < 18)
  .map(node => node.outerHTML.slice(0, 80))"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, input, textarea')]
  .filter(node => node.checkVisibility() && !node.closest('.skip'))
  .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
  .filter(([, box]) => box.width < LEAST || box.height < LEAST)
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""


def hold_a_conversation(page: Page) -> None:
    """Bring every kind of reply onto the page, unfolded."""
    for text, mark in (("社保卡丢了", ".source"), ("着火了", ".danger"), ("公积金", ".choices")):
        page.get_by_label("您的问题").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(mark)).to_be_visible()
    page.locator("summary").first.click()
    page.locator(".source summary").click()
    page.get_by_role("button", name="没用").first.click()
    expect(page.locator(".comment")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_elder_mode_has_large_print_and_large_targets(
    visitor: Visitor, worker: FakeWorker, width: int
) -> None:
    """All text is at least 18 px, everything to press at least 60 px, on every screen."""
    page = visitor.open("/?elder=1", width=width)
    hold_a_conversation(page)
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate(SMALL_TARGETS.replace("LEAST", "59.5")) == []


def test_normal_mode_has_targets_for_thumbs(visitor: Visitor, worker: FakeWorker) -> None:
    """Everything to press is at least 44 px."""
    page = visitor.open(width=320)
    hold_a_conversation(page)
    assert page.evaluate(SMALL_TARGETS.replace("LEAST", "43.5")) == []


def test_elder_mode_is_remembered_and_its_print_can_be_changed(visitor: Visitor) -> None:
    """A+ up to 30 px, A− down to 18 px, kept over a visit to another page and a reload."""
    page = visitor.open("/")
    page.get_by_role("link", name="长辈版").click()
    page.wait_for_url("**/?elder=1")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    assert page.evaluate(size) == 20
    for _ in range(8):
        page.get_by_role("button", name="放大字号").click()
    assert page.evaluate(size) == 30
    page.goto(f"{visitor.url}/kb")
    assert page.evaluate(size) == 30
    page.goto(visitor.url)
    for _ in range(9):
        page.get_by_role("button", name="缩小字号").click()
    assert page.evaluate(size) == 18
    page.get_by_role("link", name="标准版").click()
    page.wait_for_url("**/?elder=0")
    page.goto(visitor.url)
    assert page.evaluate(size) == 16


@pytest.mark.parametrize("path", ["/", "/?elder=1", "/kb", f"/kb/{LOST_CARD}"])
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways(
    visitor: Visitor, worker: FakeWorker, path: str, width: int
) -> None:
    """The narrowest phone shows whole lines."""
    page = visitor.open(path, width=width)
    if not path.startswith("/kb"):
        hold_a_conversation(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_largest_print_fits_the_narrowest_phone(visitor: Visitor, worker: FakeWorker) -> None:
    """At 30 px and 320 px nothing is cut off sideways."""
    page = visitor.open("/?elder=1", width=320)
    for _ in range(5):
        page.get_by_role("button", name="放大字号").click()
    hold_a_conversation(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/", "light"),
        ("/", "dark"),
        ("/?elder=1", "light"),
        ("/?elder=1", "dark"),
        ("/kb", "light"),
        (f"/kb/{LOST_CARD}", "light"),
        (f"/kb/{LOST_CARD}", "dark"),
    ],
)
def test_axe_finds_nothing_serious(
    visitor: Visitor, worker: FakeWorker, path: str, scheme: Any, width: int
) -> None:
    """Names, roles and contrast are in order for those who cannot see the page well."""
    page = visitor.open(path, width=width, color_scheme=scheme, bypass_csp=True)
    if not path.startswith("/kb"):
        hold_a_conversation(page)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")
    serious = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_screen_reader_hears_new_replies(visitor: Visitor) -> None:
    """The log is a polite live region; waiting is a status."""
    page = visitor.open()
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#waiting")).to_have_attribute("role", "status")


def test_the_policy_is_sent_and_nothing_breaks_it(visitor: Visitor, worker: FakeWorker) -> None:
    """A whole visit under the strict policy leaves no error in the console."""
    page = visitor.open()
    hold_a_conversation(page)
    headers = page.goto(f"{visitor.url}/kb")
    assert headers is not None
    policy = headers.header_value("content-security-policy")
    assert policy == SECURITY_HEADERS["Content-Security-Policy"]
    assert visitor.trouble == []


def test_reading_aloud_is_offered_and_hidden_where_missing(
    visitor: Visitor, worker: FakeWorker
) -> None:
    """A browser without speech shows no dead button."""
    page = visitor.open()
    page.add_init_script(
        "delete window.speechSynthesis; delete window.webkitSpeechRecognition;"
        "delete window.SpeechRecognition;"
    )
    hold_a_conversation(page)
    expect(page.get_by_role("button", name="朗读").first).to_be_visible()
    page.reload()
    expect(page.locator(".service").first).to_be_visible()
    expect(page.get_by_role("button", name="朗读")).to_have_count(0)
    expect(page.get_by_role("button", name="语音输入")).to_be_hidden()
