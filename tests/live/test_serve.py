"""The main job, for real: a citizen asks, an editor publishes, the next answer follows."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.clock import shanghai_date, utc_now
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.entry import Entry
from assistant.knowledge.reviewers import Role

pytestmark = [pytest.mark.live, pytest.mark.model]

CARD = "social-insurance/lost-card"
QUESTION = "社保卡丢了怎么补办？"
ADDED = "（本句由测试的编辑加上。）"
PATIENCE_SECONDS = 90.0


@dataclass
class City:
    """A served city over copies: its address, its knowledge folder, and its environment."""

    url: str
    knowledge: Path
    environment: dict[str, str]

    def ask(self, client: httpx.Client, number: int) -> dict[str, Any]:
        """Return the first reply to the question, from the answer or from the history."""
        body = {"client_message_id": f"live-{number}", "text": QUESTION}
        found = client.post(f"{self.url}/api/chat/messages", json=body).json()
        deadline = time.monotonic() + 20
        while not found["replies"]:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
            found = client.post(f"{self.url}/api/chat/messages", json=body).json()
        reply: dict[str, Any] = found["replies"][0]
        return reply

    def kb(self, *words: str) -> str:
        """Run an editor's command and return what it says."""
        found = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "kb", *words],
            env=self.environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert 0 == found.returncode, found.stderr
        return found.stdout.strip()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def city(repository: Path, settings: Any, tmp_path_factory: Any) -> Iterator[City]:
    """`wenban serve` over copies of knowledge and edition, with a database of its own."""
    folder: Path = tmp_path_factory.mktemp("city")
    knowledge = folder / "knowledge"
    shutil.copytree(settings.knowledge, knowledge, ignore=shutil.ignore_patterns("editions"))
    shutil.copytree(settings.editions, knowledge / "editions")
    port = free_port()
    environment = os.environ | {
        "WENBAN_KNOWLEDGE": str(knowledge),
        "WENBAN_EDITIONS": str(knowledge / "editions"),
        "WENBAN_DATABASE_URL": f"sqlite:///{folder / 'live.sqlite3'}",
        "WENBAN_SECRET_KEY": "k" * 40,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)],
        env=environment, cwd=repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    served = City(f"http://127.0.0.1:{port}", knowledge, environment)
    try:
        _wait_until_ready(served.url)
        yield served
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _wait_until_ready(url: str) -> None:
    """Wait until a worker is ready."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz").json()["worker"] == "ready":
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise AssertionError("no worker became ready")


def _signers(city: City, entry: Entry) -> tuple[str, str, str]:
    """Return who submits, who checks for the department and who for the hotline."""
    report = check_knowledge(city.knowledge, shanghai_date(utc_now()), checks={})
    people = list(report.context.signers.values())
    department = next(person for person in people if entry.owner in person.departments)
    hotline = next(person for person in people if person.role == Role.HOTLINE)
    return entry.author, department.id, hotline.id


def _publish_a_change(city: City) -> None:
    """Add a sentence to the entry, have it reviewed, and publish."""
    report = check_knowledge(city.knowledge, shanghai_date(utc_now()), checks={})
    entry = next(entry for entry in report.entries if entry.id == CARD)
    path = city.knowledge / entry.path
    path.write_text(path.read_text("utf-8").replace(entry.answer, entry.answer + ADDED), "utf-8")
    author, department, hotline = _signers(city, entry)
    city.kb("submit", CARD, "--as", author)
    city.kb("approve", CARD, "--as", department)
    city.kb("approve", CARD, "--as", hotline)
    city.kb("publish", "--commit")


def _ask_until(city: City, client: httpx.Client, start: int, *, is_new: bool) -> dict[str, Any]:
    """Ask again and again until the answer is the new or the old one; at most 5 s."""
    deadline = time.monotonic() + 5
    number = start
    while True:
        reply = city.ask(client, number)
        if reply["text"].startswith("社会保障卡") and (ADDED in reply["text"]) == is_new:
            return reply
        assert time.monotonic() < deadline, reply["text"]
        number += 1
        time.sleep(0.2)


def test_an_edited_entry_answers_without_restart_and_rolls_back_to_the_same_bytes(city: City):
    """Published: within 5 s the running worker tells the new words. Rolled back: the old ones."""
    with httpx.Client(timeout=20) as client:
        assert 201 == client.post(f"{city.url}/api/chat/session").status_code
        before = city.ask(client, 0)
        assert CARD == before["entry_id"]
        assert before["sources"][-1]["document_no"]
        assert before["sources"][-1]["valid_from"]
        first_edition = before["edition"]
        _publish_a_change(city)
        after = _ask_until(city, client, 100, is_new=True)
        assert first_edition != after["edition"]
        city.kb("rollback", first_edition, "--commit")
        again = _ask_until(city, client, 200, is_new=False)
        assert first_edition == again["edition"]
        kept = ("text", "sections", "sources", "buttons", "status", "department")
        assert {key: before[key] for key in kept} == {key: again[key] for key in kept}


def test_the_health_page_tells_the_truth_about_worker_and_edition(city: City):
    """An operator sees which edition answers, at the latest with the worker's next beats."""
    current = (city.knowledge / "editions" / "CURRENT").read_text("ascii").strip()
    deadline = time.monotonic() + 5
    while True:
        found = httpx.get(f"{city.url}/healthz").json()
        assert ("ok", "ready") == (found["status"], found["worker"])
        if current == found["edition"]:
            return
        assert time.monotonic() < deadline, (current, found)
        time.sleep(0.2)
