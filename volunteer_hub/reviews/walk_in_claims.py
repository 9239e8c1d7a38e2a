"""Claiming a placeholder: one person says who it was, a second agrees, and the stay is credited half-timed.

Never a second person is made of one, and never two people of one placeholder: the claim is a
compare-and-set, and the database keeps one standing case for each placeholder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import CloseKind, Direction, RulingKind, Scan, ScanRuling, ServiceSession, WalkIn
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit, whole_minutes
from volunteer_hub.reviews.models import CaseKind, Decision, ReviewCase
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Visit:
    """A placeholder with the place it came to."""

    walk_in: WalkIn
    shift: Shift
    activity: Activity
    station: Station


@dataclass(frozen=True)
class Claim:
    """A case about a placeholder, and who it is said to have been; nobody once the claim was not believed."""

    case: ReviewCase
    visit: Visit
    volunteer: Volunteer | None


def claim(actor: Actor, visit: Visit, volunteer: Volunteer, *, now: datetime) -> ReviewCase:
    """Say who a placeholder was; a second person must agree.

    Raises Denied for oneself, and DomainError for who is not in the register or was claimed already.
    """
    if actor.account_id is None or volunteer.account_id == actor.account_id:
        raise Denied("own_hours", N_("不能为自己认领。"))
    if volunteers.current_standing(volunteer.id) is None:
        raise DomainError("not_registered", N_("此人目前不是在册志愿者，不能认领。"))
    claimed = db.session.execute(
        update(WalkIn)
        .where(WalkIn.id == visit.walk_in.id, WalkIn.volunteer_id.is_(None))
        .values(volunteer_id=volunteer.id, claimed_at=now, claimed_by=actor.account_id)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_claimed", N_("这位临时到场人员已经有人认领。"))
    case = ReviewCase(
        kind=CaseKind.WALK_IN,
        walk_in_id=visit.walk_in.id,
        station_id=visit.station.id,
        opened_at=now,
        requested_by=actor.account_id,
    )
    db.session.add(case)
    db.session.flush()
    region = visit.station.region_code
    audit.record(
        actor, "checkin.claim_walk_in", "walk_in", visit.walk_in.id, now=now, region=region, volunteer=volunteer.id
    )
    return case


def reject(actor: Actor, found: Claim, *, reason: str, now: datetime) -> None:
    """Decide that it was not that person; the placeholder can be claimed anew."""
    _decide(actor, found, Decision.REJECTED, None, reason, now)
    db.session.execute(
        update(WalkIn)
        .where(WalkIn.id == found.visit.walk_in.id, WalkIn.confirmed_at.is_(None))
        .values(volunteer_id=None, claimed_at=None, claimed_by=None)
    )


def confirm(actor: Actor, found: Claim, *, out_at: datetime | None, reason: str, now: datetime) -> Credit:
    """Agree, and credit the stay as half-timed (class B). `out_at` is for who never checked out.

    Raises DomainError at `out_at` for a leaving time that is missing or impossible, and for a stay that
    overlaps another credited one; Denied for one's own hours and one's own claim.
    """
    visit, volunteer = found.visit, found.volunteer
    if volunteer is None:
        raise DomainError("already_decided", N_("这一条已经有人审核过了。"))
    left_at = _left_at(visit, out_at)
    # The turn that the person's scans take: what the stay may not overlap is settled before it is looked at.
    take_turn(db.session, f"person:{volunteer.id}")
    _decide(actor, found, Decision.CONFIRMED, None if visit.walk_in.out_at else left_at, reason, now)
    session = _session(actor, visit, volunteer, left_at, reason, now)
    policy = ledger.policy_for(visit.station.region_code, visit.shift.starts_at, now=now)
    credit = crediting.credit_of(session, visit.shift, policy, in_at=session.in_at, out_at=left_at)
    if "overlap" in credit.reductions:
        raise DomainError("overlap", N_("这段时间与此人另一段已计入的时长重叠，不能确认。"), field="out_at")
    crediting.close(
        session,
        policy,
        credit,
        out_at=left_at,
        closed_by=CloseKind.LEADER,
        hours_class=HoursClass.B,
        now=now,
        recorded_by=found.case.requested_by,
        approved_by=actor.account_id,
        reason=reason,
    )
    visit.walk_in.confirmed_at = now
    found.case.session_id = session.id
    db.session.flush()
    return credit


def _left_at(visit: Visit, stated: datetime | None) -> datetime:
    walk_in = visit.walk_in
    if walk_in.out_at is not None:
        return walk_in.out_at
    if stated is None or not walk_in.in_at <= stated <= visit.shift.ends_at:
        raise DomainError("out_at_range", N_("离开时间应在签到时间和计划结束时间之间。"), field="out_at")
    return stated


def _session(
    actor: Actor, visit: Visit, volunteer: Volunteer, left_at: datetime, reason: str, now: datetime
) -> ServiceSession:
    """Make the session of the placeholder's two scans, which a person has thereby admitted."""
    walk_in = visit.walk_in
    rows = db.session.execute(select(Scan.direction, Scan.id).where(Scan.walk_in_id == walk_in.id))
    scans = {row.direction: row.id for row in rows}
    for scan_id in scans.values():
        db.session.add(
            ScanRuling(
                scan_id=scan_id,
                kind=RulingKind.ADMITTED,
                ruled_at=now,
                ruled_by=actor.account_id or 0,
                reason=reason,
            )
        )
    standing = volunteers.standing_at(volunteer.id, walk_in.in_at) or volunteers.current_standing(volunteer.id)
    if standing is None:
        raise DomainError("not_registered", N_("此人目前不是在册志愿者，不能认领。"))
    session = ServiceSession(
        volunteer_id=volunteer.id,
        shift_id=visit.shift.id,
        station_id=visit.station.id,
        team_id=None,
        region_code=standing.region_code,
        in_at=walk_in.in_at,
        out_at=left_at,
        in_scan_id=scans.get(Direction.IN),
        out_scan_id=scans.get(Direction.OUT),
        closed_by=CloseKind.LEADER,
        raw_minutes=whole_minutes(walk_in.in_at, left_at),
        hours_class=HoursClass.B,
    )
    db.session.add(session)
    db.session.flush()
    return session


def _decide(
    actor: Actor, found: Claim, decision: Decision, out_at: datetime | None, reason: str, now: datetime
) -> None:
    """Settle the case once. Nobody decides about himself, or about what he asked for himself."""
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    volunteer = found.volunteer
    if actor.account_id is None or (volunteer is not None and volunteer.account_id == actor.account_id):
        raise Denied("own_hours", N_("不能审核自己的时长。"))
    if found.case.requested_by == actor.account_id:
        raise Denied("own_request", N_("提出认领的人不能自己确认，请另一位负责人审核。"))
    settled = db.session.execute(
        update(ReviewCase)
        .where(ReviewCase.id == found.case.id, ReviewCase.decided_at.is_(None))
        .values(decided_at=now, decided_by=actor.account_id, decision=decision, stated_out_at=out_at, reason=reason)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_decided", N_("这一条已经有人审核过了。"))
    audit.record(
        actor,
        f"reviews.{decision.value}",
        "walk_in",
        found.visit.walk_in.id,
        now=now,
        region=found.visit.station.region_code,
        reason=reason,
        volunteer=volunteer.id if volunteer else None,
    )
