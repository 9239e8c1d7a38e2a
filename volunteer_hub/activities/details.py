"""What an activity says of itself and how its shifts are offered, as a form hands it to the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from volunteer_hub.activities.models import Audience


@dataclass(frozen=True)
class Details:
    """What an activity says of itself."""

    station_id: int
    title: str
    category: str
    content: str
    risks: str
    place: str
    contact_name: str
    contact_phone: str
    project_id: int | None = None
    team_id: int | None = None
    audience: Audience = Audience.EVERYONE
    needs_approval: bool = False


@dataclass(frozen=True)
class Offer:
    """How many places each shift has, and when sign-up is open, counted back from the shift's start."""

    #: None is without limit.
    capacity: int | None = None
    #: None is at once.
    opens_before: timedelta | None = None
    closes_before: timedelta = timedelta()
