"""Where the load runs: a database of each kind that can be killed, and gunicorn in front of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, update

from config import ROOT
from tests import postgres
from volunteer_hub.ledger import journal
from volunteer_hub.ledger.models import HourPolicy
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.verify import Report, verify

READY_SECONDS = 120


class Cluster:
    """A PostgreSQL of its own, with fsync on as in production, whose every process may be killed."""

    def __init__(self, home: Path) -> None:
        self.home, self.data = home, home / "data"
        who = postgres.unprivileged()
        self._as_user = {"user": who[0], "group": who[1], "extra_groups": []} if who else {}
        self._environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(home)}
        self._binaries = postgres.find_binaries()
        if who:
            os.chown(home, *who)
            self._binaries = postgres.readable_copy(self._binaries, home, who)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def uri(self) -> str:
        """Return the address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.home}"

    def start(self) -> None:
        """Start the server and wait until it answers: after a crash it recovers first, and old processes leave."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn()
            with suppress(psycopg.Error):
                self._connect().close()
                return
            time.sleep(0.05)
        raise RuntimeError((self.home / "log").read_text()[-2000:])

    def kill_postmaster(self) -> bool:
        """Kill -9 the server's first process, and start it again as an operator's supervisor would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=60)
        self.start()
        return True

    def kill_backend(self, chance: random.Random) -> bool:
        """Kill -9 one process that serves a connection: the server then ends all others, and recovers.

        Tell whether there was one.
        """
        with suppress(psycopg.Error), self._connect() as connection:
            pids = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
            return bool(pids) and _kill(chance.choice(sorted(pids))[0])
        return False

    def stop(self) -> None:
        """Shut down fast."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=READY_SECONDS)

    def _connect(self) -> psycopg.Connection[tuple[int, ...]]:
        return psycopg.connect(f"host={self.home} user=postgres dbname=postgres", connect_timeout=5, autocommit=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = ("listen_addresses=", "max_connections=100", "shared_buffers=32MB", "restart_after_crash=on")
        words = [word for setting in settings for word in ("-c", setting)]
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [self._binaries / "postgres", "-D", self.data, "-k", self.home, *words],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.home,
                env=self._environment,
                **self._as_user,
            )

    def _run(self, program: str, *words: str | Path) -> None:
        subprocess.run(
            [self._binaries / program, *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.home,
            env=self._environment,
            **self._as_user,
        )


@contextmanager
def site(engine: str) -> Iterator[tuple[str, Cluster | None]]:
    """Yield the address of an empty database, and the cluster it lies in if it is PostgreSQL."""
    home = Path(tempfile.mkdtemp(prefix="vhfault"))
    cluster = None
    try:
        if engine == "postgresql":
            cluster = Cluster(home)
        yield (cluster.uri if cluster else f"sqlite:///{home / 'hub.sqlite3'}"), cluster
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


class Gunicorn:
    """The application behind gunicorn, whose workers may be killed."""

    def __init__(self, uri: str, folder: Path, *, workers: int, variant: str = "") -> None:
        self.folder = folder
        self._log = (folder / "gunicorn.log").open("wb")
        environment = {**os.environ, "DATABASE_URL": uri, "FAULTS": str(folder), "VARIANT": variant}
        words = ["--config", "python:tests.faults.served", "--bind", "127.0.0.1:0", "--workers", str(workers)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words, "tests.faults.served:build()"],
            cwd=ROOT,
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        self.port = self._wait()

    def _wait(self) -> int:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError((self.folder / "gunicorn.log").read_text())
            with suppress(OSError, ValueError):
                return int((self.folder / "port").read_text())
            time.sleep(0.02)
        raise RuntimeError("gunicorn did not answer")

    def kill_worker(self, chance: random.Random) -> bool:
        """Kill -9 one worker, whatever it is doing; tell whether there was one."""
        living = sorted(int(path.name.removeprefix("worker-")) for path in self.folder.glob("worker-*"))
        return bool(living) and _kill(chance.choice(living))

    def stop(self) -> None:
        """End it, at once."""
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=60)
        self._log.close()


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def report(uri: str, lines: Iterator[str]) -> Report:
    """Hold a database to its invariants and to a journal, over a connection nobody else has used."""
    engine = create_engine(uri)
    try:
        with engine.connect() as connection:
            return verify(connection, journal.read(lines))
    finally:
        engine.dispose()


def count_short_stays(uri: str) -> None:
    """Let the two minutes between a person's scans count, so that every check-out writes the ledger."""
    engine = create_engine(uri)
    rules = Policy(least_minutes=1, same_act_seconds=0).as_rules()
    with engine.begin() as connection:
        connection.execute(update(HourPolicy).values(rules=rules))
    engine.dispose()
