"""A PostgreSQL for the tests: the server that is given, else a private one of our own.

A private cluster is made by the installed binaries in a temporary folder. It listens on a free
port of 127.0.0.1, keeps what it commits (fsync stays on), and leaves nothing behind, even where
the tests are killed. Whoever can reach the port and guesses the random superuser may connect:
it is for tests only.
"""

from __future__ import annotations

import os
import pwd
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, exc, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

# Debian keeps the server's binaries off the path, one folder a version.
DEBIAN_FOLDER = Path("/usr/lib/postgresql")
INSTALL = (
    "install the server's binaries (Debian: 'sudo apt-get install postgresql') or set "
    "WENBAN_TEST_POSTGRES_URL to a database for tests"
)
START_SECONDS, STOP_SECONDS, KILL_SECONDS = 60.0, 30.0, 10.0
PORT_TRIES = 3
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Below the data folder, where the server works: a path of any length may lead there.
    "unix_socket_directories": ".",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    # Files of the data folder, so that a killed server leaves nothing in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
}
# Waits until the tests' end of the pipe closes, whatever ended them, and clears away.
GUARD = """
read -r _
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && kill -INT "$pid"; then
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 1; done
  kill -0 "$pid" && kill -KILL "$pid"
fi
rm -rf "$1"
"""


class PostgresMissing(Exception):
    """No PostgreSQL can be had here; the text says why and what to do."""


class GivenPostgresUnusable(Exception):
    """WENBAN_TEST_POSTGRES_URL is set, but no PostgreSQL answers there."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL to test on; the description names no password."""

    url: str
    description: str


@contextmanager
def given_or_private(given: str) -> Iterator[Server]:
    """Yield the given server, or a private cluster where `given` is empty.

    Raises:
        PostgresMissing: none is given and none can be started.
        GivenPostgresUnusable: the given one does not answer.
    """
    if given:
        yield Server(given, f"PostgreSQL {_version_at_given(given)}, {without_password(given)}")
        return
    with private_cluster() as url:
        yield Server(url, f"PostgreSQL {version_at(url)}, a private cluster")


@contextmanager
def fresh_schema(url: str) -> Iterator[str]:
    """Yield the URL of an empty schema of its own in a database; it is dropped at the end."""
    schema = f"wenban_test_{uuid.uuid4().hex}"
    engine = create_engine(url, future=True, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    parsed = make_url(url)
    options = f"{parsed.query.get('options', '')} -csearch_path={schema}".strip()
    try:
        own = parsed.update_query_dict({"options": options})
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            # A test that left a transaction open fails here instead of hanging.
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yield the URL of a new, empty cluster; server and folder are gone at the end.

    Raises:
        PostgresMissing: no binaries, no user who may run them, or the server does not start.
    """
    with running_cluster() as cluster:
        yield cluster.url


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Yield a new cluster that can be stopped, killed and started again; see private_cluster."""
    binaries, as_user = find_binaries(), server_user()
    folder = Path(tempfile.mkdtemp(prefix="wenban-postgres-", dir=temporary_parent(as_user)))
    cluster = Cluster(binaries, folder, as_user)
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", folder], cwd="/", start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        cluster.make()
        yield cluster
    finally:
        try:
            cluster.stop()
            # The guard must not mistake a later process for a server that was killed.
            (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        finally:
            guard.communicate()
    if folder.exists():
        raise RuntimeError(f"{folder} could not be removed")


@dataclass
class Cluster:
    """A server of our own: its folder and port, and its process while it runs."""

    binaries: Path
    folder: Path
    as_user: Mapping[str, Any]
    port: int = 0
    # Random, so that no other server on the port can be taken for this one.
    superuser: str = field(default_factory=lambda: f"tests_{uuid.uuid4().hex[:12]}")
    process: subprocess.Popen[bytes] | None = None
    # End of a pipe that every process of the server holds: end of file means all are gone.
    alive: int = -1

    @property
    def url(self) -> str:
        """Return where the server answers."""
        return f"postgresql://{self.superuser}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.folder / "data"

    def make(self) -> None:
        """Make the data folder and start the server on a free port.

        Raises:
            PostgresMissing: one of the two failed; the text ends its log.
        """
        if self.as_user:
            self._give_folder()
        self._make_data()
        for left in reversed(range(PORT_TRIES)):
            self.port = free_port()
            try:
                self.start()
                return
            except PostgresMissing as err:
                if not left or "Address already in use" not in str(err):
                    raise

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            PostgresMissing: it ended or did not answer in time; the text ends its log.
        """
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        words = ["-D", str(self.data), "-p", str(self.port), *options]
        self.alive, held = os.pipe()
        try:
            self.process = self._popen("postgres", *words, holding=(held,))
        except PostgresMissing:
            os.close(self.alive)
            raise
        finally:
            os.close(held)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise PostgresMissing(f"postgres did not start: {self._log_tail()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server by a fast shutdown, or by force where that takes too long."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self._is_gone(STOP_SECONDS)
            self.kill()

    def kill(self) -> None:
        """End the server by SIGKILL, as a crash would, and wait for all its processes.

        Its children lead sessions of their own, but end when they see it gone.
        """
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        is_gone = self._is_gone(KILL_SECONDS)
        os.close(self.alive)
        self.process, self.alive = None, -1
        if not is_gone:
            raise RuntimeError(f"processes of the PostgreSQL in {self.folder} are still running")

    def _give_folder(self) -> None:
        """Make the folder the server's user's own."""
        try:
            os.chown(self.folder, self.as_user["user"], self.as_user["group"])
        except OSError as err:
            raise PostgresMissing(f"{self.folder} cannot be given to the server: {err}") from err

    def _make_data(self) -> None:
        """Run initdb to its end; it is not left running whatever happens."""
        initdb = self._popen("initdb", "-D", str(self.data), "-U", self.superuser, "-E", "UTF8",
                             "--auth=trust", "--no-locale", "--no-sync")  # fmt: skip
        try:
            initdb.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if initdb.poll() is None:
                os.killpg(initdb.pid, signal.SIGKILL)
        if initdb.wait():
            raise PostgresMissing(f"initdb failed: {self._log_tail()}")

    def _is_gone(self, seconds: float) -> bool:
        """Return whether all processes of the server ended within a time."""
        return bool(select.select([self.alive], [], [], seconds)[0])

    def _answers(self) -> bool:
        try:
            version_at(self.url)
        except exc.OperationalError:
            return False
        return True

    def _popen(self, program: str, *words: str, holding: tuple[int, ...] = ()) -> Any:
        """Start one of the binaries as the server's user, its words going to the log."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        try:
            with (self.folder / "log").open("ab") as log:
                return subprocess.Popen(
                    [self.binaries / program, *words], cwd=self.folder, start_new_session=True,
                    env={**inherited, "LC_ALL": "C"}, pass_fds=holding, **self.as_user,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                )  # fmt: skip
        except OSError as err:
            raise PostgresMissing(f"{self.binaries / program} cannot be run: {err}") from err

    def _log_tail(self) -> str:
        lines = (self.folder / "log").read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-15:]) or "it said nothing"


def find_binaries() -> Path:
    """Return the folder of the newest `postgres` with an `initdb` beside it.

    Raises:
        PostgresMissing: neither the path nor Debian's folders have both.
    """
    folders = [Path(name) for name in os.environ.get("PATH", "").split(os.pathsep) if name]
    folders += sorted(DEBIAN_FOLDER.glob("*/bin"))
    versions = {
        folder: version_of(folder / "postgres")
        for folder in folders
        if os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK)
    }
    newest = max(versions, key=lambda folder: versions[folder], default=None)
    if newest is None or not versions[newest]:
        raise PostgresMissing(
            f"no postgres and initdb on PATH or in {DEBIAN_FOLDER}/*/bin; {INSTALL}"
        )
    return newest


def version_of(program: Path) -> tuple[int, ...]:
    """Return the version that a `postgres` names, empty where it names none."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", said)
    return tuple(int(number or 0) for number in found.groups()) if found else ()


def server_user() -> dict[str, Any]:
    """Return subprocess's parameters for the server's user: PostgreSQL refuses to run as root.

    Raises:
        PostgresMissing: we are root, and there is no user to become.
    """
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise PostgresMissing("PostgreSQL refuses to run as root, and there is no postgres or nobody")


def temporary_parent(as_user: Mapping[str, Any]) -> Path:
    """Return a folder for temporary folders that the server's user can get through.

    Raises:
        PostgresMissing: there is none.
    """
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        way = [parent, *parent.parents]
        if not as_user or all(step.is_dir() and step.stat().st_mode & 0o001 for step in way):
            return parent
    raise PostgresMissing("the server's user can get into no temporary folder; set TMPDIR")


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def version_at(url: str) -> str:
    """Return the version of the PostgreSQL behind a URL, such as 15.4."""
    engine = create_engine(
        url, future=True, poolclass=NullPool, connect_args={"connect_timeout": 10}
    )
    with engine.connect() as connection:
        return str(connection.execute(text("SHOW server_version")).scalar()).split()[0]


def _version_at_given(url: str) -> str:
    """Return the version; what is wrong with the URL is told without the URL."""
    try:
        if make_url(url).get_backend_name() == "postgresql":
            return version_at(url)
        reason = "it must begin with postgresql://"
    except exc.SQLAlchemyError as err:
        reason = " ".join(str(getattr(err, "orig", None) or "it is no database URL").split())
    raise GivenPostgresUnusable(f"WENBAN_TEST_POSTGRES_URL cannot be used: {reason}")


def without_password(url: str) -> str:
    """Return a URL as it may be shown: no password, no query."""
    parsed = make_url(url)
    shown = URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database
    )
    return str(shown.render_as_string())
