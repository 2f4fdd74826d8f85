"""The PostgreSQL of the tests: a private cluster keeps commits, disturbs nobody, leaves nothing."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests import postgres
from tests.postgres import (
    Cluster,
    GivenPostgresUnusable,
    PostgresMissing,
    find_binaries,
    fresh_schema,
    given_or_private,
    private_cluster,
    running_cluster,
    server_user,
    without_password,
)

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30.0
HOLD = """
import time
from tests.postgres import running_cluster
with running_cluster() as cluster:
    print(cluster.folder, cluster.port, flush=True)
    time.sleep(600)
"""
HIDE = """
from pathlib import Path
from tests import postgres
postgres.DEBIAN_FOLDER = Path("nowhere")
"""


@pytest.fixture
def installed() -> None:
    """Skip where no private cluster can be started."""
    try:
        find_binaries()
        server_user()
    except PostgresMissing as missing:
        pytest.skip(f"PRIVATE POSTGRESQL WAS NOT TESTED: {missing}")


@pytest.fixture
def cluster(installed: None) -> Iterator[Cluster]:
    """A private cluster of this test alone."""
    with running_cluster() as running:
        yield running


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No binaries anywhere, and a folder for versions as Debian has it."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(postgres, "DEBIAN_FOLDER", tmp_path / "postgresql")
    return tmp_path / "postgresql"


def run(url: str, statement: str) -> Any:
    """Run a statement in a transaction of its own and return its first value, if any."""
    engine = create_engine(url, future=True, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def is_listening(port: int) -> bool:
    """Return whether anybody answers on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def install(folder: Path, version: str) -> Path:
    """Make binaries that can only tell their version."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n", "utf-8")
        (folder / name).chmod(0o755)
    return folder


def test_a_cluster_keeps_what_it_commits(cluster: Cluster) -> None:
    """The settings that the promises of the store rest on, and room for many workers."""
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "max_connections": "200",
    }
    assert expected == {name: run(cluster.url, f"SHOW {name}") for name in expected}


def test_a_commit_survives_a_killed_server(cluster: Cluster) -> None:
    """After kill -9 and a restart, what was committed is there, and what was open is not."""
    run(cluster.url, "CREATE TABLE kept (word text)")
    run(cluster.url, "INSERT INTO kept VALUES ('社保卡')")
    engine = create_engine(cluster.url, future=True)
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO kept VALUES ('open')"))
        cluster.kill()
        assert not is_listening(cluster.port)
        cluster.start()
        connection.invalidate()
    engine.dispose()
    assert "社保卡" == run(cluster.url, "SELECT string_agg(word, ' ') FROM kept")


def test_two_clusters_do_not_disturb_each_other(cluster: Cluster) -> None:
    """Each has its own port, folder and tables, and ends alone."""
    with private_cluster() as other:
        assert other != cluster.url
        run(other, "CREATE TABLE mine (n int)")
        assert run(cluster.url, "SELECT to_regclass('mine')") is None
    assert "1" == run(cluster.url, "SELECT '1'")


def test_nothing_is_left_of_a_cluster(installed: None) -> None:
    """The end of the context ends all processes and removes the folder, even after an error."""
    with pytest.raises(ZeroDivisionError), running_cluster() as other:  # noqa: PT012
        assert is_listening(other.port)
        assert other.process is not None
        server = other.process.pid
        raise ZeroDivisionError
    assert not is_listening(other.port)
    assert not other.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_nothing_is_left_where_the_tests_are_killed(installed: None) -> None:
    """Even kill -9 of the tests leaves no server and no folder behind."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        folder, port = holder.stdout.readline().split()
        assert is_listening(int(port))
        holder.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_listening(int(port)) or Path(folder).exists():
        assert time.monotonic() < deadline, folder
        time.sleep(0.05)


def test_a_server_that_does_not_start_says_why(cluster: Cluster) -> None:
    """The reason carries the end of the server's log."""
    cluster.stop()
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("nonsense = 1\n")
    with pytest.raises(PostgresMissing, match='parameter "nonsense"'):
        cluster.start()


def test_missing_binaries_are_told_with_what_to_install(nothing_installed: Path) -> None:
    """Nobody has to look up what the tests want."""
    with pytest.raises(PostgresMissing, match="sudo apt-get install postgresql"):
        private_cluster().__enter__()


def test_root_needs_somebody_to_run_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server refuses root, so the reason comes before the refusal."""

    def unknown(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    with pytest.raises(PostgresMissing, match="root"):
        server_user()


def test_the_newest_binaries_are_taken(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By number, not by letter; a path entry counts as much; a server without initdb does not."""
    install(nothing_installed / "9.6" / "bin", "9.6.24 (Debian 9.6.24-1)")
    newest = install(nothing_installed / "16" / "bin", "16.10")
    install(nothing_installed / "15" / "bin", "15.14")
    (install(nothing_installed / "18" / "bin", "18.0") / "initdb").unlink()
    assert newest == find_binaries()
    on_path = install(tmp_path / "own", "17beta1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'none'}{os.pathsep}{on_path}")
    assert on_path == find_binaries()


def test_schemas_of_one_database_are_apart_and_dropped(postgres_url: str) -> None:
    """Two tests on one server see nothing of each other; other options of the URL stay."""
    with fresh_schema(postgres_url) as first, fresh_schema(postgres_url) as second:
        run(first, "CREATE TABLE mine (n int)")
        assert run(second, "SELECT to_regclass('mine')") is None
        schema = run(first, "SHOW search_path")
        sign = "&" if "?" in postgres_url else "?"
        with fresh_schema(f"{postgres_url}{sign}options=-cstatement_timeout%3D1234") as third:
            assert "1234ms" == run(third, "SHOW statement_timeout")
            assert schema != run(third, "SHOW search_path")
    assert 0 == run(postgres_url, f"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'")


def test_a_given_server_is_shown_without_its_password() -> None:
    """The summary of a test run is public."""
    url = "postgresql://user:geheim@db.example:5433/test?password=geheim&sslmode=require"
    assert "postgresql://user@db.example:5433/test" == without_password(url)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("postgresql://user:geheim@127.0.0.1:1/test", "refused"),
        ("sqlite:///geheim.db", "must begin with postgresql://"),
        ("geheim", "no database URL"),
    ],
)
def test_a_given_server_that_does_not_answer_is_an_error(given: str, reason: str) -> None:
    """Who names a server wants it tested: no cluster takes its place, no test is skipped."""
    with pytest.raises(GivenPostgresUnusable, match=reason) as caught:
        given_or_private(given).__enter__()
    assert "geheim" not in str(caught.value)


def pytest_says(tmp_path: Path, given: str) -> list[str]:
    """Run one test of the store in a pytest without binaries; return the lines it prints."""
    (tmp_path / "hide.py").write_text(HIDE, "utf-8")
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "hide", "-p", "no:cacheprovider",
         "tests/storage/test_database.py", "-k", "migrating_twice"],
        env={**os.environ, "PATH": "", "PYTHONPATH": path, "WENBAN_TEST_POSTGRES_URL": given},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    return found.stdout.strip().splitlines()


def test_a_run_without_postgresql_says_so_loudly(tmp_path: Path) -> None:
    """The line stands just above the counts, which stay pytest's last word."""
    loud, counts = pytest_says(tmp_path, given="")[-2:]
    assert loud.startswith("!!! PostgreSQL WAS NOT TESTED: no postgres and initdb on PATH")
    assert counts.startswith("1 passed, 1 skipped")


def test_a_run_says_which_postgresql_it_used(cluster: Cluster, tmp_path: Path) -> None:
    """A reader of the output knows what was tested."""
    given, version = cluster.url, run(cluster.url, "SHOW server_version").split()[0]
    line, counts = pytest_says(tmp_path, given)[-2:]
    assert f"Tested on PostgreSQL {version}, {given}" == line
    assert counts.startswith("2 passed")
