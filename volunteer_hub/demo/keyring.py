"""Keeps the demonstration's passwords in a file of the deployment that only its owner can read."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from volunteer_hub.core import crypto
from volunteer_hub.demo.staff import Login

NAME = "demo-logins.json"


def keep(folder: Path, database: str, logins: list[Login]) -> None:
    """Write what to sign in with, for this database."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / NAME
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    path.chmod(0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        content = {"database": _mark(database), "logins": [asdict(login) for login in logins]}
        json.dump(content, file, ensure_ascii=False, indent=1)


def read(folder: Path, database: str) -> list[Login] | None:
    """Return what was kept for this database, or None."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if content.get("database") != _mark(database):
        return None
    return [Login(**login) for login in content["logins"]]


def forget(folder: Path) -> None:
    """Remove the file."""
    (folder / NAME).unlink(missing_ok=True)


def _mark(database: str) -> str:
    return crypto.blind_index("demonstration-database", database)
