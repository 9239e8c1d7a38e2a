"""Reads what the check-in pages show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from volunteer_hub.accounts.models import Account, ApiToken
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.checkin.models import CloseKind, Device, Direction, Outcome, Scan, ServiceSession, WalkIn
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class DeviceFacts:
    """An enrolled device, as its scans are judged."""

    id: int
    public_key: str
    revoked_at: datetime | None


@dataclass(frozen=True)
class Link:
    """One scan's place in its device's chain."""

    nonce: str
    item_hash: str | None
    prev_hash: str | None


def find_device(device_id: int) -> DeviceFacts | None:
    """Return an enrolled device, revoked or not."""
    row = db.session.execute(
        select(Device.id, Device.public_key, ApiToken.revoked_at)
        .join(ApiToken, ApiToken.id == Device.id)
        .where(Device.id == device_id)
    ).one_or_none()
    return DeviceFacts(*row) if row else None


def list_links(device_id: int, seqs: Collection[int]) -> dict[int, Link]:
    """Return what is stored of a device's chain around these numbers, their neighbours included."""
    rows = db.session.execute(
        select(Scan.device_seq, Scan.nonce, Scan.item_hash, Scan.prev_hash).where(
            Scan.device_id == device_id, Scan.device_seq.between(min(seqs) - 1, max(seqs) + 1)
        )
    )
    return {seq: Link(nonce, item_hash, prev_hash) for seq, nonce, item_hash, prev_hash in rows if seq is not None}


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
    shift, activity, station = row
    return shift, activity, station


def get_station_here(scope: Scope, station_id: int) -> Station:
    """Return a station one may scan at. Raises NotFound outside the scope."""
    station = db.session.scalar(
        select(Station).where(Station.id == station_id, scope.where(region=Station.region_code, station=Station.path))
    )
    if station is None:
        raise NotFound
    return station


def count_presence(shift_id: int) -> dict[str, int]:
    """Return how many signed up for a shift, are inside now, and have left; and how many of them are unknown.

    Those without registration count as inside and as having left like anybody else.
    """
    signed_up = select(func.count()).where(SignUp.shift_id == shift_id, SignUp.state == SignUpState.ACCEPTED)
    people = select(func.count(ServiceSession.volunteer_id.distinct())).where(ServiceSession.shift_id == shift_id)
    unknown = select(func.count()).where(WalkIn.shift_id == shift_id, WalkIn.confirmed_at.is_(None))
    row = db.session.execute(
        select(
            signed_up.scalar_subquery(),
            people.where(ServiceSession.out_at.is_(None)).scalar_subquery(),
            people.where(
                ServiceSession.out_at.is_not(None), ServiceSession.closed_by != CloseKind.VOIDED
            ).scalar_subquery(),
            unknown.where(WalkIn.out_at.is_(None)).scalar_subquery(),
            unknown.where(WalkIn.out_at.is_not(None)).scalar_subquery(),
        )
    ).one()
    return {"signed_up": row[0], "inside": row[1] + row[3], "done": row[2] + row[4], "unknown": row[3] + row[4]}


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


def list_own_choices(station_id: int, volunteer_id: int, now: datetime, opens: Any, closes: Any) -> list[AnyRow]:
    """Return (shift, activity, open session id) of this person's shifts at a station that are worth offering."""
    opened = aliased(ServiceSession)
    return list(
        db.session.execute(
            select(Shift, Activity, opened.id)
            .join(Activity, Activity.id == Shift.activity_id)
            .join(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.volunteer_id == volunteer_id))
            .outerjoin(
                opened,
                and_(opened.shift_id == Shift.id, opened.volunteer_id == volunteer_id, opened.out_at.is_(None)),
            )
            .where(
                Activity.station_id == station_id,
                Shift.starts_at <= now + opens,
                Shift.ends_at >= now - closes,
                SignUp.state == SignUpState.ACCEPTED,
            )
            .order_by(opened.id.is_(None), Shift.starts_at)
        )
    )


def list_scans(shift_id: int, limit: int = 50) -> list[AnyRow]:
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


def list_expected(shift_id: int) -> list[AnyRow]:
    """Return everybody who signed up for a shift, in whatever state, and whoever was there without.

    One row a person: id, name, number, team, sign_up, the session they are in now, anywhere, and the
    last one they closed at this shift.
    """
    opened, last = aliased(ServiceSession), aliased(ServiceSession)
    opening, opener, place = aliased(Scan), aliased(Account), aliased(Station)
    newest = (
        select(func.max(ServiceSession.out_at))
        .where(
            ServiceSession.volunteer_id == Volunteer.id,
            ServiceSession.shift_id == shift_id,
            ServiceSession.closed_by != CloseKind.VOIDED,
        )
        .scalar_subquery()
    )
    came = select(ServiceSession.volunteer_id).where(ServiceSession.shift_id == shift_id)
    return list(
        db.session.execute(
            select(
                Volunteer.id.label("volunteer_id"),
                Volunteer.name,
                Volunteer.number,
                Team.name.label("team"),
                SignUp.state.label("sign_up"),
                opened.shift_id.label("open_shift_id"),
                opened.in_at.label("open_in_at"),
                place.name.label("open_place"),
                opener.display_name.label("open_by"),
                last.shift_id.label("last_shift_id"),
                last.in_at.label("last_in_at"),
                last.out_at.label("last_out_at"),
            )
            .outerjoin(SignUp, and_(SignUp.volunteer_id == Volunteer.id, SignUp.shift_id == shift_id))
            .outerjoin(Team, Team.id == SignUp.team_id)
            .outerjoin(opened, and_(opened.volunteer_id == Volunteer.id, opened.out_at.is_(None)))
            .outerjoin(place, place.id == opened.station_id)
            .outerjoin(opening, opening.id == opened.in_scan_id)
            .outerjoin(opener, opener.id == opening.operator_account_id)
            .outerjoin(
                last,
                and_(
                    last.volunteer_id == Volunteer.id,
                    last.shift_id == shift_id,
                    last.out_at == newest,
                    last.closed_by != CloseKind.VOIDED,
                ),
            )
            .where(or_(SignUp.id.is_not(None), Volunteer.id.in_(came)))
            .order_by(Volunteer.id)
        )
    )
