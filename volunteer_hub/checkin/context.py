"""Gathers everything a decision needs, in one statement, and hands it to the decision as plain facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, func, literal, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp
from volunteer_hub.checkin.codes import CodeKind, CodeState, Reading
from volunteer_hub.checkin.decision import Context, SessionFacts, ShiftFacts
from volunteer_hub.checkin.models import Direction, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.ledger.models import HoursDay
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer


def _statement() -> Any:
    """Build the statement: one row whatever is missing, since every part hangs on it by an outer join."""
    one = select(literal(1).label("one")).subquery("one")
    opened, opening = aliased(ServiceSession, name="opened"), aliased(Scan, name="opening")
    opener, opened_at = aliased(Account, name="opener"), aliased(Station, name="opened_at")
    last, known = aliased(ServiceSession, name="last"), aliased(Scan, name="known")
    today, yesterday = aliased(HoursDay, name="today"), aliased(HoursDay, name="yesterday")
    volunteer_id: BindParameter[int] = bindparam("volunteer_id")
    shift_id: BindParameter[int] = bindparam("shift_id")
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
            known.volunteer_id.label("known_volunteer_id"),
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
            today.minutes.label("today_minutes"),
            yesterday.minutes.label("yesterday_minutes"),
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
        .outerjoin(today, and_(today.volunteer_id == Volunteer.id, today.service_on == bindparam("today")))
        .outerjoin(
            yesterday, and_(yesterday.volunteer_id == Volunteer.id, yesterday.service_on == bindparam("yesterday"))
        )
    )


_CONTEXT = _statement()


def gather(nonce: str, reading: Reading, shift_id: int, scanned_at: datetime) -> AnyRow:
    """Return the one row of facts about this nonce, the person the code names, and the shift."""
    person = reading.subject_id if reading.kind is not CodeKind.STATION else None
    today = clock.civil_date(scanned_at)
    return db.session.execute(
        _CONTEXT,
        {
            "nonce": nonce,
            "volunteer_id": person,
            "shift_id": shift_id,
            "scanned_at": scanned_at,
            "code_use": reading.use,
            "today": today,
            "yesterday": today - timedelta(days=1),
        },
    ).one()


def facts(
    row: AnyRow,
    reading: Reading,
    policy: Policy,
    *,
    direction: Direction,
    scanned_at: datetime,
    received_at: datetime,
    allowed: bool,
    at_station_id: int | None,
) -> Context:
    """Return the row as the decision reads it. Where the operator may not scan, the shift is unknown."""
    return Context(
        direction=direction,
        scanned_at=scanned_at,
        received_at=received_at,
        code=CodeState.UNKNOWN if reading.kind is CodeKind.STATION else reading.state,
        policy=policy,
        volunteer_id=row.volunteer_id,
        is_registered=row.region_code is not None,
        code_was_used=bool(row.code_was_used),
        at_station_id=at_station_id,
        shift=_shift(row) if allowed else None,
        sign_up=None if row.sign_up is None else row.sign_up.value,
        open_session=_open_session(row),
        last_session=None
        if row.last_id is None
        else SessionFacts(row.last_id, row.last_shift_id, row.last_in_at, row.last_out_at),
    )


def minutes_that_day(row: AnyRow, scanned_at: datetime) -> int:
    """Return what the ledger already holds for the civil date on which the open session began."""
    same_day = clock.civil_date(row.open_in_at) == clock.civil_date(scanned_at)
    return (row.today_minutes if same_day else row.yesterday_minutes) or 0


def _shift(row: AnyRow) -> ShiftFacts:
    live = row.shift_cancelled_at is None and row.activity_state is ActivityState.PUBLISHED
    return ShiftFacts(row.shift_id, row.starts_at, row.ends_at, live, row.station_id)


def _open_session(row: AnyRow) -> SessionFacts | None:
    if row.open_id is None:
        return None
    return SessionFacts(
        row.open_id, row.open_shift_id, row.open_in_at, place=row.open_place or "", by=row.open_by or ""
    )
