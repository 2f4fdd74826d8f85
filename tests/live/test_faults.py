"""Nothing is lost, doubled or silent when something dies, hangs, fills up or lies.

The quick form of the faults; `make soak` runs the long one. Each kind of promise is
first shown to be guarded: a planted bug must be found by the same run and verdict.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway.running import until
from tests.live import scenarios
from tests.live.city import ROOT, Plan, served
from tests.live.echo_worker import LEASE_VARIABLE
from tests.live.scenarios import Finding, Planted
from tests.postgres import fresh_schema

pytestmark = pytest.mark.live

# What every citizen is promised: words within this time, whatever is broken.
PROMISED_SECONDS = 5.0
SHORT_LEASE_SECONDS = 4


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead worker's message waits for 4 s instead of 15."""
    monkeypatch.setenv(LEASE_VARIABLE, str(SHORT_LEASE_SECONDS))


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
    assert 0 == found.more["apologies"]


@pytest.mark.parametrize(
    "planted",
    [planted for planted in scenarios.PLANTED if planted.is_quick],
    ids=lambda planted: planted.name,
)
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
    assert danger["seconds"] <= PROMISED_SECONDS


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
    cards = found.more["danger"]
    assert 503 in {card["status"] for card in cards}
    for card in cards:  # a message or two may still find a place in the write-ahead log
        assert "119" == card["number"]
        assert card["says_not_stored"] is (card["status"] == 503)
        assert card["seconds"] <= PROMISED_SECONDS


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


def test_a_worker_that_hangs_in_a_turn_is_replaced_and_does_not_answer_again(
    tmp_path: Path,
) -> None:
    """The other worker takes the message when the hold ends; what the first thought is not told."""
    found = scenarios.taken_over(tmp_path / "city", 1.5 * SHORT_LEASE_SECONDS)
    kept(found)
    assert found.more["claimed_again"] > 0


def test_a_lock_of_a_moment_does_not_add_to_the_wait_for_an_answer(tmp_path: Path) -> None:
    """Words within the promised time also where both waits come together."""
    assert scenarios.locked_for_a_moment(tmp_path / "city") <= PROMISED_SECONDS


def test_a_clock_that_steps_loses_nothing_and_hangs_nobody(tmp_path: Path) -> None:
    """An hour back and forth, with a worker killed each time: holds do not last for the step."""
    found = scenarios.clock_stepped(tmp_path / "city")
    kept(found)
    assert (5, 0) == (found.more["steps"], found.more["apologies"])


def test_a_storm_of_retries_over_several_gateways_is_one_turn_each(
    tmp_path: Path, postgres_schema: str
) -> None:
    """PostgreSQL, three copies of each message at once to different gateways."""
    found = scenarios.storm(tmp_path / "city", Plan(2, 2), 12, 10, postgres_schema)
    kept(found)
    assert (120, 0) == (found.accepted, found.more["apologies"])


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


def test_a_city_ends_with_a_test_that_was_killed(tmp_path: Path) -> None:
    """kill -9 of the process that serves: supervisor, gateway and worker go too."""
    code = (
        "import sys, time; from pathlib import Path; from tests.live.city import Plan, served\n"
        "with served(Path(sys.argv[1]), Plan(1, 1)) as city:\n"
        "    print(city.supervisor.pid, *city.children('gateway'), *city.children('worker'),"
        " flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as test:
        assert test.stdout is not None
        found = [int(number) for number in test.stdout.readline().split()]
        test.kill()
    assert 3 == len(found)
    until(lambda: not any(Path(f"/proc/{number}").exists() for number in found))
