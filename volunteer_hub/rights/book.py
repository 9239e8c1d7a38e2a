"""The book of erasures outside the database: a restored backup brings people back, and the book sends them off.

One line each, without who it was: the number of the row and its mark.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.rights.models import Erasure

log = logging.getLogger(__name__)


def lines() -> list[dict[str, Any]]:
    """Return every erasure the database knows, in order."""
    found = db.session.scalars(select(Erasure).order_by(Erasure.erased_at, Erasure.volunteer_id))
    return [
        {
            "volunteer": one.volunteer_id,
            "mark": one.mark,
            "erased_at": one.erased_at.astimezone(UTC).isoformat(),
        }
        for one in found
    ]


def keep() -> None:
    """Write down beside the instance, after the commit, whatever erasure is not in the book yet; never raises."""
    path = path_of_book()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {line["volunteer"] for line in read(path.read_text().splitlines())} if path.exists() else set()
        new = [line for line in lines() if line["volunteer"] not in known]
        if new:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a") as file:
                file.writelines(json.dumps(line) + "\n" for line in new)
    except OSError:
        log.exception("the book of erasures could not be written; `flask rights book` prints it")


def path_of_book() -> Path:
    """Return where the book lies."""
    return Path(current_app.config["INSTANCE_DIR"]) / "erasures.jsonl"


def read(written: Iterable[str]) -> list[dict[str, Any]]:
    """Return the lines of a book. Raises ValueError for one that is none."""
    return [json.loads(line) for line in written if line.strip()]
