"""The application as gunicorn serves it in these tests: with failpoints, and on request with a guard broken.

Both gunicorn's settings (`--config python:tests.faults.served`) and what it serves (`tests.faults.served:build()`).
FAULTS names a folder for the failpoints and for the ids of the workers; VARIANT breaks one promise on purpose,
for the negative controls.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event

from config import Settings, SettingsError
from tests.faults import failpoints
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db

worker_class = "gthread"
threads = 4
timeout = 300
preload_app = True
control_socket_disable = True
loglevel = "error"
#: The scan that claims the nonce is committed apart from its effect: a crash between them leaves half.
TWO_TRANSACTIONS = "two-transactions"
BETWEEN_THEM = "between-claim-and-effect"
#: The database answers that it committed, and did not: what an acknowledgement without durability looks like.
LYING_COMMIT = "lying-commit"


def when_ready(server: Any) -> None:
    """Write down the port the system gave."""
    (Path(os.environ["FAULTS"]) / "port").write_text(str(server.LISTENERS[0].sock.getsockname()[1]))


def post_fork(_server: Any, worker: Any) -> None:
    """Write down the id of each worker, so that a test can kill it."""
    (Path(os.environ["FAULTS"]) / f"worker-{worker.pid}").touch()


def child_exit(_server: Any, worker: Any) -> None:
    """Strike a worker out once it is gone for good and its id may be given to another process."""
    (Path(os.environ["FAULTS"]) / f"worker-{worker.pid}").unlink(missing_ok=True)


def build() -> Flask:
    """Return the application with its failpoints. Raises SettingsError outside the testing environment."""
    settings = Settings()
    if settings.ENVIRONMENT != "testing":
        raise SettingsError("failpoints are for tests: VOLUNTEER_HUB_ENV must be testing")
    app = create_app(settings)
    with app.app_context():
        variant = os.environ.get("VARIANT")
        if variant == TWO_TRANSACTIONS:
            event.listen(db.engine, "before_cursor_execute", _commit_before_the_effect)
        if variant == LYING_COMMIT:
            event.listen(db.engine, "commit", _undo_instead)
        failpoints.attach(db.engine, db.session, Path(os.environ["FAULTS"]))
        db.engine.dispose()
    return app


def _commit_before_the_effect(_connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    if statement.startswith(("INSERT INTO sessions", "UPDATE sessions")):
        cursor.connection.commit()
        failpoints.hit(Path(os.environ["FAULTS"]), BETWEEN_THEM)


def _undo_instead(connection: Connection) -> None:
    if os.urandom(1)[0] < 8:
        connection.connection.rollback()
