"""Reads which shifts a manager may scan for today, for the door's own page."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import Scope
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team

#: A shift of last night is still to be checked out of, and one after midnight is prepared the evening before.
AROUND = timedelta(hours=4)
MOST = 100


def list_todays_shifts(scope: Scope, now: datetime) -> list[AnyRow]:
    """Return (shift, activity, station) of the live shifts of the civil day and the hours around it, by start."""
    begins = clock.at(clock.civil_date(now))
    statement = (
        select(Shift, Activity, Station)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(
            scope.where(region=Station.region_code, station=Station.path, team=Team.path),
            Activity.state == ActivityState.PUBLISHED,
            Shift.cancelled_at.is_(None),
            Shift.ends_at >= begins - AROUND,
            Shift.starts_at < begins + timedelta(days=1) + AROUND,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST)
    )
    return list(db.session.execute(statement))
