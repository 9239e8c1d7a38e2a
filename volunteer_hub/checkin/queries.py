"""Reads what a decision needs in one statement, and what the check-in pages show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.checkin.models import Direction, Outcome, Scan, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursDay
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer


def _context_statement() -> Any:
    """Build the statement: one row whatever is missing, since every part hangs on it by an outer join."""
    one = select(literal(1).label("one")).subquery("one")
    opened, opening = aliased(ServiceSession, name="opened"), aliased(Scan, name="opening")
    opener, opened_at = aliased(Account, name="opener"), aliased(Station, name="opened_at")
    last, known = aliased(ServiceSession, name="last"), aliased(Scan, name="known")
    volunteer_id, shift_id = bindparam("volunteer_id"), bindparam("shift_id")
    newest = (
        select(ServiceSession.id)
        .where(
            ServiceSession.volunteer_id == volunteer_id,
            ServiceSession.shift_id == shift_id,
            ServiceSession.out_at.is_not(None),
        )
        .order_by(ServiceSession.out_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    done_here = (
        select(func.coalesce(func.sum(ServiceSession.credited_minutes), 0))
        .where(ServiceSession.volunteer_id == volunteer_id, ServiceSession.shift_id == shift_id)
        .scalar_subquery()
    )
    overlaps = exists().where(
        ServiceSession.volunteer_id == volunteer_id,
        ServiceSession.is_credited,
        ServiceSession.out_at > opened.in_at,
        ServiceSession.in_at < bindparam("scanned_at"),
    )
    return (
        select(
            known.id.label("known_id"),
            known.payload_digest.label("known_digest"),
            known.outcome.label("known_outcome"),
            known.reason.label("known_reason"),
            known.details.label("known_details"),
            known.scanned_at.label("known_scanned_at"),
            Volunteer.id.label("volunteer_id"),
            Volunteer.name.label("name"),
            Volunteer.number.label("number"),
            Standing.region_code.label("region_code"),
            Shift.id.label("shift_id"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.cancelled_at.label("shift_cancelled_at"),
            Activity.state.label("activity_state"),
            Activity.title.label("title"),
            Station.id.label("station_id"),
            Station.path.label("station_path"),
            Station.region_code.label("station_region"),
            Team.path.label("team_path"),
            Team.name.label("team_name"),
            SignUp.state.label("sign_up"),
            SignUp.team_id.label("sign_up_team_id"),
            opened.id.label("open_id"),
            opened.shift_id.label("open_shift_id"),
            opened.in_at.label("open_in_at"),
            opened_at.name.label("open_place"),
            opener.display_name.label("open_by"),
            last.id.label("last_id"),
            last.shift_id.label("last_shift_id"),
            last.in_at.label("last_in_at"),
            last.out_at.label("last_out_at"),
            HoursDay.minutes.label("day_minutes"),
            done_here.label("shift_minutes"),
            overlaps.label("overlaps"),
            exists().where(Scan.code_use == bindparam("code_use")).label("code_was_used"),
        )
        .select_from(one)
        .outerjoin(known, known.nonce == bindparam("nonce"))
        .outerjoin(Volunteer, Volunteer.id == volunteer_id)
        .outerjoin(Standing, and_(Standing.volunteer_id == Volunteer.id, Standing.until == STILL))
        .outerjoin(Shift, Shift.id == shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .outerjoin(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.volunteer_id == Volunteer.id))
        .outerjoin(opened, and_(opened.volunteer_id == Volunteer.id, opened.out_at.is_(None)))
        .outerjoin(opening, opening.id == opened.in_scan_id)
        .outerjoin(opener, opener.id == opening.operator_account_id)
        .outerjoin(opened_at, opened_at.id == opened.station_id)
        .outerjoin(last, last.id == newest)
        .outerjoin(
            HoursDay, and_(HoursDay.volunteer_id == Volunteer.id, HoursDay.service_on == bindparam("service_on"))
        )
    )


CONTEXT = _context_statement()


def find_open_session(volunteer_id: int) -> ServiceSession | None:
    """Return the session a volunteer is in right now, if any."""
    return db.session.scalar(
        select(ServiceSession).where(ServiceSession.volunteer_id == volunteer_id, ServiceSession.out_at.is_(None))
    )


def get_shift_here(scope: Scope, shift_id: int) -> tuple[Shift, Activity, Station]:
    """Return a shift one may scan for, with its activity and station. Raises NotFound outside the scope."""
    row = db.session.execute(
        select(Shift, Activity, Station)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(
            Shift.id == shift_id,
            scope.where(region=Station.region_code, station=Station.path, team=Team.path),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row._tuple()


def get_station_here(scope: Scope, station_id: int) -> Station:
    """Return a station one may scan at. Raises NotFound outside the scope."""
    station = db.session.scalar(
        select(Station).where(Station.id == station_id, scope.where(region=Station.region_code, station=Station.path))
    )
    if station is None:
        raise NotFound
    return station


def count_presence(shift_id: int) -> dict[str, int]:
    """Return how many signed up for a shift, are inside now, and have left."""
    signed_up = select(func.count()).where(SignUp.shift_id == shift_id, SignUp.state == SignUpState.ACCEPTED)
    people = select(func.count(ServiceSession.volunteer_id.distinct())).where(ServiceSession.shift_id == shift_id)
    row = db.session.execute(
        select(
            signed_up.scalar_subquery(),
            people.where(ServiceSession.out_at.is_(None)).scalar_subquery(),
            people.where(ServiceSession.out_at.is_not(None)).scalar_subquery(),
        )
    ).one()
    return {"signed_up": row[0], "inside": row[1], "done": row[2]}


def list_running_at(station_id: int, earliest_end: datetime, latest_start: datetime) -> list[Shift]:
    """Return a station's live shifts that end after the one instant and start before the other."""
    return list(
        db.session.scalars(
            select(Shift)
            .join(Activity)
            .where(
                Activity.station_id == station_id,
                Activity.state == ActivityState.PUBLISHED,
                Shift.cancelled_at.is_(None),
                Shift.ends_at >= earliest_end,
                Shift.starts_at <= latest_start,
            )
            .options(joinedload(Shift.activity))
            .order_by(Shift.starts_at)
        )
    )


def list_own_choices(station_id: int, volunteer_id: int, now: datetime, opens: Any, closes: Any) -> list[Row[Any]]:
    """Return (shift, activity, open session id) of this person's shifts at a station that are worth offering."""
    opened = aliased(ServiceSession)
    return list(
        db.session.execute(
            select(Shift, Activity, opened.id)
            .join(Activity, Activity.id == Shift.activity_id)
            .join(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.volunteer_id == volunteer_id))
            .outerjoin(opened, and_(opened.shift_id == Shift.id, opened.volunteer_id == volunteer_id,
                                    opened.out_at.is_(None)))
            .where(
                Activity.station_id == station_id,
                Shift.starts_at <= now + opens,
                Shift.ends_at >= now - closes,
                SignUp.state == SignUpState.ACCEPTED,
            )
            .order_by(opened.id.is_(None), Shift.starts_at)
        )
    )


def list_scans(shift_id: int, limit: int = 50) -> list[Row[Any]]:
    """Return a shift's latest scans, refused ones too, with the names of person and operator."""
    return list(
        db.session.execute(
            select(Scan, Volunteer.name, Account.display_name)
            .outerjoin(Volunteer, Volunteer.id == Scan.volunteer_id)
            .outerjoin(Account, Account.id == Scan.operator_account_id)
            .where(Scan.shift_id == shift_id)
            .order_by(Scan.id.desc())
            .limit(limit)
        )
    )


def count_recent_unknown(operator_account_id: int, since: datetime) -> int:
    """Return how many codes of this operator were not ours since an instant: guessing shows here."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Scan.operator_account_id == operator_account_id,
                Scan.received_at > since,
                Scan.outcome == Outcome.REFUSED,
                Scan.reason == "code_unknown",
            )
        )
        or 0
    )


def opposite(open_session_id: int | None) -> Direction:
    """Return what a person who stands at the door would do next: leave if inside, else enter."""
    return Direction.OUT if open_session_id else Direction.IN
