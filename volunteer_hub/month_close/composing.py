"""Puts together what a month's close says, so that the same instant always gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from volunteer_hub.core import clock
from volunteer_hub.month_close import asking, content, months, queries, restating
from volunteer_hub.month_close.content import Json
from volunteer_hub.month_close.models import MonthClose, Reopening
from volunteer_hub.regions import queries as regions

#: An entry carries the instant at which its request began, and is seen once it is committed. No transaction lasts so
#: long, so that what was recorded up to the cut-off is there when it is read.
SETTLED = timedelta(minutes=1)


@dataclass(frozen=True)
class Composed:
    """The content of one version of one month, as of an instant."""

    region_code: str
    month: date
    version: int
    as_of: datetime
    content: bytes

    @cached_property
    def digest(self) -> str:
        """Return the sum that is signed."""
        return content.digest(self.content)


def cut_off(now: datetime) -> datetime:
    """Return the latest instant as of which figures can be signed."""
    return now - SETTLED


def compose(
    region_code: str, month: date, *, version: int, as_of: datetime, supersedes: Json | None = None
) -> Composed:
    """Return what a month's close says as of an instant. Raises NotFound for an unknown division.

    `supersedes` is what the version takes the place of, where that is not granted yet.

    It may take seconds over a city, so whoever writes calls it before their transaction and looks inside
    it only at what may have come since.
    """
    region = regions.get_region(region_code)
    asked = asking.tables(region_code, month, as_of)
    said = {
        "format": content.FORMAT,
        "region": {"code": region.code, "name": region.name, "full_name": region.full_name, "level": region.level},
        "month": months.named(month),
        "version": version,
        "supersedes": supersedes or _superseded(region_code, month, version),
        "as_of": content.instant(as_of),
        "zone": str(clock.zone()),
        "data_version": asking.data_version(as_of),
        "meanings": content.meanings(),
        "tables": asked,
        "targets": asking.targets(region_code, as_of, asked),
        "restatements": restating.documented(region_code, before=month, now=as_of),
    }
    return Composed(region_code, month, version, as_of, content.canonical(said))


def _superseded(region_code: str, month: date, version: int) -> Json | None:
    """Return which version this one takes the place of, and why."""
    granted = queries.find_granted(region_code, month, version)
    if granted is None:
        return None
    return taken_place_of(*granted)


def taken_place_of(close: MonthClose, reopening: Reopening) -> Json:
    """Return how a document names the version it takes the place of."""
    return {"version": close.version, "digest": close.digest, "reason": reopening.reason}
