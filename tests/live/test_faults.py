"""Nothing is lost, doubled or silent when something dies, hangs, fills up or lies.

The quick form of the faults; `make soak` runs the long one. Each kind of promise is
first shown to be guarded: a planted bug must be found by the same run and verdict.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live import scenarios
from tests.live.city import Plan, served
from tests.live.echo_worker import LEASE_VARIABLE
from tests.live.scenarios import Finding, Planted
from tests.postgres import fresh_schema

pytestmark = pytest.mark.live

# What every citizen is promised: words within this time, whatever is broken.
PROMISED_SECONDS = 5.0


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead worker's message waits for 4 s instead of 15."""
    monkeypatch.setenv(LEASE_VARIABLE, "4")


@pytest.fixture
def postgres_schema(postgres_url: str) -> Iterator[str]:
    """A schema of its own on the PostgreSQL of the tests."""
    with fresh_schema(postgres_url) as url:
        yield url


def kept(found: Finding) -> None:
    """Assert that every promise held."""
    assert [] == found.violations
    assert [] == found.wrong
    assert found.is_drained
    assert found.accepted > 0
    assert found.slowest_seconds <= PROMISED_SECONDS


def test_killed_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    """kill -9 of gateway and workers under load: stored once, answered once, in order."""
    found = scenarios.killed(tmp_path / "city", Plan(), 20, 20, 8)
    kept(found)
    assert 400 == found.accepted
    assert sum(found.more["kills"].values()) >= 3


@pytest.mark.parametrize("planted", scenarios.PLANTED, ids=lambda planted: planted.name)
def test_a_planted_bug_is_found_when_processes_are_killed(tmp_path: Path, planted: Planted) -> None:
    """The run above would have seen it."""
    assert planted.kind in planted.run(tmp_path / "city").kinds


def test_a_locked_database_accepts_nothing_and_says_so(tmp_path: Path) -> None:
    """Refused aloud within the promised time; danger hears its number; afterwards all is well."""
    found = scenarios.locked(tmp_path / "city", 5)
    kept(found)
    assert found.answers["503"] > 0
    danger = found.more["danger"]
    assert (503, "119", True) == (danger["status"], danger["number"], danger["says_not_stored"])


def test_a_gateway_that_swallows_the_error_is_found(tmp_path: Path) -> None:
    """A planted wrapper that carries on without having stored."""
    found = scenarios.locked(tmp_path / "city", 5, "swallows-what-cannot-be-stored")
    assert "lost" in found.kinds


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="a disk of its own needs root and unshare(1)",
)
def test_a_full_disk_accepts_nothing_and_says_so(tmp_path: Path) -> None:
    """The same on a disk without a byte left; the gateway lives, and goes on when there is room."""
    found = scenarios.disk_full(tmp_path / "city")
    kept(found)
    assert found.answers["503"] > 0
    assert 200 == found.more["health"]
    danger = found.more["danger"]
    assert (503, "119", True) == (danger["status"], danger["number"], danger["says_not_stored"])


def test_without_a_worker_a_message_waits_with_a_true_sentence(tmp_path: Path) -> None:
    """202 with a notice within the promised time; the first worker that comes answers it."""
    found = scenarios.no_worker(tmp_path / "city")
    kept(found)
    assert {"202": 6} == found.answers


def test_stalled_workers_keep_nobody_waiting_without_a_word(tmp_path: Path) -> None:
    """Workers stop in the middle and go on later: a notice meanwhile, each turn once."""
    found = scenarios.stalled(tmp_path / "city", 6)
    kept(found)
    assert found.answers.keys() & {"202", "503"}


def test_a_clock_that_steps_loses_nothing_and_hangs_nobody(tmp_path: Path) -> None:
    """An hour back and forth, with a worker killed each time: holds do not last for the step."""
    kept(scenarios.clock_stepped(tmp_path / "city"))


def test_a_storm_of_retries_over_several_gateways_is_one_turn_each(
    tmp_path: Path, postgres_schema: str
) -> None:
    """PostgreSQL, three copies of each message at once to different gateways."""
    found = scenarios.storm(tmp_path / "city", Plan(2, 2), 12, 10, postgres_schema)
    kept(found)
    assert 120 == found.accepted


def test_a_gateway_without_the_unique_key_is_found_in_the_storm(
    tmp_path: Path, postgres_schema: str
) -> None:
    """The same storm against a planted bug."""
    plan = Plan(2, 2, gateway_bug="forgets-the-senders-id")
    assert "doubled" in scenarios.storm(tmp_path / "city", plan, 4, 4, postgres_schema).kinds


def test_a_city_leaves_no_process_behind(tmp_path: Path) -> None:
    """Whatever was killed in between."""
    with served(tmp_path / "city", Plan()) as city:
        children = city.children("gateway") + city.children("worker")
        url = city.urls[0]
    assert children
    assert [] == [number for number in children if Path(f"/proc/{number}").exists()]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/healthz", trust_env=False)
