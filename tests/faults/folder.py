"""A process that folds, and dies where it is told to: `python -m tests.faults.folder DATABASE [STATEMENT]`.

With the beginning of a statement it is killed right after the first such statement, as by kill -9; with
`commit`, right before the commit; with nothing, it folds until its standard input ends.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from sqlalchemy import event

from tests.conftest import make_app
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.statistics import changes, folding

#: Where a fold may be torn apart: after each thing it writes.
POINTS = (
    "INSERT INTO figure_days",
    "UPDATE figure_days",
    "DELETE FROM figure_deltas",
    "DELETE FROM figure_changes",
    "UPDATE figure_state",
    "commit",
)


def main() -> None:
    """Fold until told to stop, or die."""
    app = make_app(sys.argv[1])
    point = sys.argv[2] if len(sys.argv) > 2 else ""
    stop = threading.Event()
    with app.app_context():
        if point:
            _attach(point)
        else:
            threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
        folding.BATCH = 20
        print("ready", flush=True)  # noqa: T201 - what the test waits for
        while True:
            db.session.rollback()
            if changes.list_waiting(1):
                with transaction():
                    folding.fold(now=clock.now())
            elif stop.wait(0.05) or point:
                return


def _attach(point: str) -> None:
    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(point):
            die()

    if point == "commit":
        event.listen(db.engine, "commit", die)
    else:
        event.listen(db.engine, "after_cursor_execute", executed)


if __name__ == "__main__":
    main()
