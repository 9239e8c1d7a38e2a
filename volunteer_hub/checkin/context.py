"""Gathers everything a decision needs, in one statement, and hands it to the decision as plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, func, literal, or_, select

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp
from volunteer_hub.checkin.codes import CodeKind, CodeState, Reading
from volunteer_hub.checkin.decision import Context, SessionFacts, ShiftFacts
from volunteer_hub.checkin.models import CloseKind, Direction, Outcome, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db, table_of
from volunteer_hub.ledger.models import HoursDay
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer

#: Scans further apart than this have nothing to do with each other, unless a session spans the time between.
REACH = timedelta(hours=48)


def _statement() -> Any:
    """Build the statement: one row whatever is missing, since every part hangs on it by an outer join."""
    one = select(literal(1).label("one")).subquery("one")
    people, standings, shifts, activities = (table_of(model) for model in (Volunteer, Standing, Shift, Activity))
    stations, teams, sign_ups, sessions = (table_of(model) for model in (Station, Team, SignUp, ServiceSession))
    opened, opening = sessions.alias("opened"), table_of(Scan).alias("opening")
    opened_shift, after, scan_after = (
        shifts.alias("opened_shift"),
        sessions.alias("after"),
        table_of(Scan).alias("scan_after"),
    )
    opener, opened_at = table_of(Account).alias("opener"), stations.alias("opened_at")
    last, known, used = sessions.alias("last"), table_of(Scan).alias("known"), table_of(Scan).alias("used")
    today, yesterday = table_of(HoursDay).alias("today"), table_of(HoursDay).alias("yesterday")
    volunteer_id: BindParameter[int] = bindparam("volunteer_id")
    shift_id: BindParameter[int] = bindparam("shift_id")
    here = sessions.alias("here")
    newest = (
        select(here.c.id)
        .where(
            here.c.volunteer_id == volunteer_id,
            here.c.shift_id == shift_id,
            here.c.out_at.is_not(None),
            here.c.closed_by != CloseKind.VOIDED,
        )
        .order_by(here.c.out_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    done_here = (
        select(func.coalesce(func.sum(here.c.credited_minutes), 0))
        .where(here.c.volunteer_id == volunteer_id, here.c.shift_id == shift_id)
        .scalar_subquery()
    )
    overlaps = exists().where(
        here.c.volunteer_id == volunteer_id,
        here.c.is_credited,
        here.c.out_at > opened.c.in_at,
        here.c.in_at < bindparam("scanned_at"),
    )
    # Whether anything of this person's that counts happened later, at the same instant, or was closed without
    # a scan: then this scan may have come out of order.
    later = or_(
        exists().where(
            scan_after.c.volunteer_id == volunteer_id,
            scan_after.c.scanned_at >= bindparam("scanned_at"),
            scan_after.c.is_admissible,
        ),
        exists().where(
            after.c.volunteer_id == volunteer_id,
            after.c.in_at > bindparam("reach"),
            after.c.closed_by != CloseKind.VOIDED,
            or_(
                after.c.out_at >= bindparam("scanned_at"),
                after.c.closed_by == CloseKind.AUTOMATIC,
            ),
        ),
        exists().where(after.c.volunteer_id == volunteer_id, after.c.in_at >= bindparam("scanned_at")),
    )
    return (
        select(
            later.label("later"),
            known.c.id.label("known_id"),
            known.c.payload_digest.label("known_digest"),
            known.c.outcome.label("known_outcome"),
            known.c.reason.label("known_reason"),
            known.c.details.label("known_details"),
            known.c.scanned_at.label("known_scanned_at"),
            known.c.volunteer_id.label("known_volunteer_id"),
            people.c.id.label("volunteer_id"),
            people.c.name.label("name"),
            people.c.number.label("number"),
            people.c.merged_into_id,
            standings.c.region_code.label("region_code"),
            shifts.c.id.label("shift_id"),
            shifts.c.starts_at,
            shifts.c.ends_at,
            shifts.c.cancelled_at.label("shift_cancelled_at"),
            activities.c.state.label("activity_state"),
            stations.c.id.label("station_id"),
            stations.c.path.label("station_path"),
            stations.c.region_code.label("station_region"),
            teams.c.path.label("team_path"),
            teams.c.name.label("team_name"),
            sign_ups.c.state.label("sign_up"),
            sign_ups.c.team_id.label("sign_up_team_id"),
            opened.c.id.label("open_id"),
            opened.c.shift_id.label("open_shift_id"),
            opened.c.in_at.label("open_in_at"),
            opened.c.hours_class.label("open_class"),
            opened.c.revision.label("open_revision"),
            opened_shift.c.starts_at.label("open_starts_at"),
            opened_shift.c.ends_at.label("open_ends_at"),
            opened_at.c.region_code.label("open_region"),
            opened_at.c.name.label("open_place"),
            opener.c.display_name.label("open_by"),
            last.c.id.label("last_id"),
            last.c.shift_id.label("last_shift_id"),
            last.c.in_at.label("last_in_at"),
            last.c.out_at.label("last_out_at"),
            today.c.minutes.label("today_minutes"),
            yesterday.c.minutes.label("yesterday_minutes"),
            done_here.label("shift_minutes"),
            overlaps.label("overlaps"),
            exists().where(used.c.code_use == bindparam("code_use")).label("code_was_used"),
        )
        .select_from(one)
        .outerjoin(known, known.c.nonce == bindparam("nonce"))
        .outerjoin(people, people.c.id == volunteer_id)
        .outerjoin(standings, and_(standings.c.volunteer_id == people.c.id, standings.c.until == STILL))
        .outerjoin(shifts, shifts.c.id == shift_id)
        .outerjoin(activities, activities.c.id == shifts.c.activity_id)
        .outerjoin(stations, stations.c.id == activities.c.station_id)
        .outerjoin(teams, teams.c.id == activities.c.team_id)
        .outerjoin(sign_ups, and_(sign_ups.c.shift_id == shifts.c.id, sign_ups.c.volunteer_id == people.c.id))
        .outerjoin(opened, and_(opened.c.volunteer_id == people.c.id, opened.c.out_at.is_(None)))
        .outerjoin(opening, opening.c.id == opened.c.in_scan_id)
        .outerjoin(opener, opener.c.id == opening.c.operator_account_id)
        .outerjoin(opened_at, opened_at.c.id == opened.c.station_id)
        .outerjoin(opened_shift, opened_shift.c.id == opened.c.shift_id)
        .outerjoin(last, last.c.id == newest)
        .outerjoin(today, and_(today.c.volunteer_id == people.c.id, today.c.service_on == bindparam("today")))
        .outerjoin(
            yesterday, and_(yesterday.c.volunteer_id == people.c.id, yesterday.c.service_on == bindparam("yesterday"))
        )
    )


_CONTEXT = _statement()


def gather(nonce: str, person: int | None, code_use: str | None, shift_id: int, scanned_at: datetime) -> AnyRow:
    """Return the one row of facts about this nonce, the person the code names, and the shift."""
    today = clock.civil_date(scanned_at)
    return (
        db.session.connection()
        .execute(
            _CONTEXT,
            {
                "nonce": nonce,
                "volunteer_id": person,
                "shift_id": shift_id,
                "scanned_at": scanned_at,
                "reach": scanned_at - REACH,
                "code_use": code_use,
                "today": today,
                "yesterday": today - timedelta(days=1),
            },
        )
        .one()
    )


@dataclass(frozen=True)
class Testimony:
    """What a device says beside the scan itself, as the decision takes it."""

    beacon_at: datetime | None = None
    trouble: str | None = None
    told: Outcome | None = None


NO_TESTIMONY = Testimony()


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
    expires_at: datetime | None,
    testimony: Testimony = NO_TESTIMONY,
) -> Context:
    """Return the row as the decision reads it. Where the operator may not scan, the shift is unknown.

    `expires_at` is when check-out closes for the session the person is in.
    """
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
        open_session=_open_session(row, expires_at),
        last_session=None
        if row.last_id is None
        else SessionFacts(row.last_id, row.last_shift_id, row.last_in_at, row.last_out_at),
        beacon_at=testimony.beacon_at,
        trouble=testimony.trouble,
        told=testimony.told,
    )


def minutes_that_day(row: AnyRow, scanned_at: datetime) -> int:
    """Return what the ledger already holds for the civil date on which the open session began."""
    same_day = clock.civil_date(row.open_in_at) == clock.civil_date(scanned_at)
    return (row.today_minutes if same_day else row.yesterday_minutes) or 0


def _shift(row: AnyRow) -> ShiftFacts:
    live = row.shift_cancelled_at is None and row.activity_state is ActivityState.PUBLISHED
    return ShiftFacts(row.shift_id, row.starts_at, row.ends_at, live, row.station_id)


def _open_session(row: AnyRow, expires_at: datetime | None) -> SessionFacts | None:
    if row.open_id is None:
        return None
    return SessionFacts(
        row.open_id,
        row.open_shift_id,
        row.open_in_at,
        place=row.open_place or "",
        by=row.open_by or "",
        expires_at=expires_at,
    )
