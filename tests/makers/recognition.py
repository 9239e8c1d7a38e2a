"""Makes levels and rules of points through the real services, and runs the fold."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.recognition import jobs, service
from volunteer_hub.recognition.models import StarChoice
from volunteer_hub.recognition.stars import Star
from volunteer_hub.regions.models import Region

OFFICE = Actor(None, "文明办")


def make_levels(
    region_code: str, *hours: int, at: datetime, classes: frozenset[HoursClass] = frozenset(HoursClass)
) -> StarChoice:
    """Return an area's choice of levels at so many hours."""
    stars = [Star(number, each * 60, f"{number} 星") for number, each in enumerate(hours, 1)]
    with transaction():
        region = db.session.get_one(Region, region_code)
        return service.choose_levels(OFFICE, region, stars, classes, source="区文件", now=at)


def make_point_rule(region_code: str, a: int, b: int, c: int, d: int, *, at: datetime) -> int:
    """Return the id of an area's rule of points."""
    with transaction():
        region = db.session.get_one(Region, region_code)
        rates = dict(zip(HoursClass, (a, b, c, d), strict=True))
        return service.set_points(OFFICE, region, rates, now=at).id


def fold() -> None:
    """Run the job as the timetable does."""
    jobs.recognise()
    db.session.rollback()
