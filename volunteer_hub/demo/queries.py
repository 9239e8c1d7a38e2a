"""Tells whether demonstration data is loaded, for the banner on every page."""

from __future__ import annotations

from sqlalchemy import exists, select

from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station

_loaded: dict[str, bool] = {}


def has_demonstration() -> bool:
    """Tell whether demonstration stations exist. Remembered while true: it changes only by command."""
    key = str(db.engine.url)
    if not _loaded.get(key):
        _loaded[key] = bool(db.session.scalar(select(exists().where(Station.is_demonstration))))
    return _loaded[key]


def forget() -> None:
    """Look again: the demonstration has been removed by this process."""
    _loaded.clear()
