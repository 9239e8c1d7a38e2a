"""Named points inside a check-in at which a test has the worker killed, as if the power of that one process ended.

Nothing in `volunteer_hub` knows them: they listen to the database engine from outside, only an application
built by `tests.faults.served` has them, and that refuses to be built outside the testing environment.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, scoped_session

POINTS = ("before-transaction", "after-scan-insert", "before-commit", "after-commit-before-reply")
INSERTS_SCAN = "INSERT INTO scans"


def arm(folder: Path, point: str) -> None:
    """Have the next worker that comes to the point killed there, once."""
    (folder / point).touch()


def is_armed(folder: Path, point: str) -> bool:
    """Tell whether nobody has come to the point since it was armed."""
    return (folder / point).exists()


def hit(folder: Path, point: str) -> None:
    """Die here and now if the point is armed; whoever takes the mark away dies, so it is one process."""
    try:
        (folder / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def attach(engine: Engine, session: scoped_session[Session], folder: Path) -> None:
    """Listen on an engine and a session, and come to the points when a check-in does."""
    this = threading.local()

    def begins(_connection: Connection) -> None:
        this.has_scan = False
        hit(folder, "before-transaction")

    def executed(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(INSERTS_SCAN):
            this.has_scan = True
            hit(folder, "after-scan-insert")

    def commits(_connection: Connection) -> None:
        if getattr(this, "has_scan", False):
            hit(folder, "before-commit")

    def committed(_session: Session) -> None:
        if getattr(this, "has_scan", False):
            this.has_scan = False
            hit(folder, "after-commit-before-reply")

    event.listen(engine, "begin", begins)
    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", commits)
    event.listen(session, "after_commit", committed)
