"""Reads a person's services from the ledger as papers list them: what stands, and where it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.certificates.standing import Fact, is_unchanged
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers import queries as volunteers


@dataclass(frozen=True)
class Period:
    """From one civil date to another, both inside."""

    since: date
    until: date


@dataclass(frozen=True)
class Done:
    """One credit that stands."""

    entry_id: int
    service_on: date
    minutes: int
    hours_class: HoursClass
    #: What the shift's activity says; None for hours from elsewhere.
    title: str | None
    place: str | None
    category: str | None
    station: str | None
    station_path: str | None
    team: str | None
    team_path: str | None

    @property
    def unit(self) -> str | None:
        """Return who recorded it: the station, else the team; None for hours from elsewhere."""
        return self.station or self.team


def list_done(volunteer_id: int, period: Period, *, known_at: datetime | None = None) -> list[Done]:
    """Return a person's credits that stand, in the order in which they were served.

    With `known_at`, those that stood at that instant.
    """
    reversal = aliased(HoursEntry)
    taken_back = [reversal.reverses_id == HoursEntry.id]
    known: list[ColumnElement[bool]] = []
    if known_at is not None:
        taken_back.append(reversal.recorded_at <= known_at)
        known.append(HoursEntry.recorded_at <= known_at)
    rows = db.session.execute(
        select(
            HoursEntry.id,
            HoursEntry.service_on,
            HoursEntry.minutes,
            HoursEntry.hours_class,
            Activity.title,
            Activity.place,
            Activity.category,
            Station.name,
            Station.path,
            Team.name,
            Team.path,
        )
        .outerjoin(Shift, Shift.id == HoursEntry.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Station, Station.id == HoursEntry.station_id)
        .outerjoin(Team, Team.id == HoursEntry.team_id)
        .where(
            HoursEntry.volunteer_id == volunteer_id,
            HoursEntry.kind == EntryKind.CREDIT,
            HoursEntry.service_on.between(period.since, period.until),
            ~select(reversal.id).where(*taken_back).exists(),
            *known,
        )
        .order_by(HoursEntry.service_on, HoursEntry.id)
    )
    return [Done(*row) for row in rows]


def total(done: Sequence[Done]) -> int:
    """Return the minutes of services together."""
    return sum(one.minutes for one in done)


def by_class(done: Sequence[Done]) -> dict[HoursClass, int]:
    """Return the minutes of services by class, those that occur."""
    counted: Counter[HoursClass] = Counter()
    for one in done:
        counted[one.hours_class] += one.minutes
    return {kind: counted[kind] for kind in HoursClass if counted[kind]}


def ids_of_person(volunteer_id: int) -> list[int]:
    """Return the registrations of one person: the kept one, and those merged into it."""
    family = volunteers.family_of(volunteers.kept_id(volunteer_id))
    return sorted(db.session.scalars(family))


def still_stands(volunteer_id: int, covered: Sequence[int], period: Period) -> bool:
    """Tell whether the ledger still says of these credits what it said when they were counted."""
    return is_unchanged(covered, _facts(volunteer_id, period))


def _facts(volunteer_id: int, period: Period) -> list[Fact]:
    columns: tuple[Any, ...] = (
        HoursEntry.id,
        HoursEntry.reverses_id,
        HoursEntry.minutes,
        HoursEntry.recorded_at,
        HoursEntry.service_on,
        HoursEntry.shift_id,
        HoursEntry.station_id,
        HoursEntry.team_id,
        HoursEntry.hours_class,
    )
    rows = db.session.execute(
        select(*columns).where(
            HoursEntry.volunteer_id.in_(ids_of_person(volunteer_id)),
            HoursEntry.service_on.between(period.since, period.until),
        )
    )
    return [Fact(row[0], row[1], row[2], tuple(row[4:]), row[3]) for row in rows]


def of_unit(done: Sequence[Done], *, station_path: str | None, team_path: str | None) -> list[Done]:
    """Return the services a unit recorded: its own, and those of the units below it."""
    return [
        one
        for one in done
        if (station_path is not None and (one.station_path or "").startswith(station_path))
        or (team_path is not None and (one.team_path or "").startswith(team_path))
    ]
