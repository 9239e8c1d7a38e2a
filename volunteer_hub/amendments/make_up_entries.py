"""Make-ups on their way into the ledger, and back out of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select

from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.amendments.make_ups import own_turn
from volunteer_hub.amendments.models import MakeUp, RequestState
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


def enter(
    make_up: MakeUp,
    policy: PolicyVersion,
    credit: Credit,
    *,
    recorded_by: int,
    approved_by: int,
    reason: str,
    now: datetime,
) -> None:
    """Enter a make-up's minutes once in the ledger, as class C with two names."""
    make_up.minutes = credit.credited
    db.session.flush()
    ledger.credit(
        ledger.Service(
            volunteer_id=volunteers.kept_id(make_up.volunteer_id),
            service_on=clock.civil_date(make_up.in_at),
            region_code=make_up.region_code,
            policy_id=policy.id,
            day_cap_minutes=policy.policy.day_cap,
            shift_id=make_up.shift_id,
            station_id=make_up.station_id,
            team_id=_team(make_up),
        ),
        source=make_up.source,
        minutes=credit.credited,
        hours_class=HoursClass.C,
        now=now,
        recorded_by=recorded_by,
        approved_by=approved_by,
        reason=reason,
    )


def _team(make_up: MakeUp) -> int | None:
    """Return the team served for: the sign-up's, else the activity's."""
    row = db.session.execute(
        select(SignUp.team_id, Activity.team_id)
        .select_from(Shift)
        .join(Activity, Activity.id == Shift.activity_id)
        .outerjoin(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.volunteer_id == make_up.volunteer_id))
        .where(Shift.id == make_up.shift_id)
    ).one()
    return row[0] or row[1]


def take_back(actor: Actor, make_up: MakeUp, *, reason: str, now: datetime) -> None:
    """Reverse what an approved make-up was credited; its next entry has a source of its own."""
    entry = ledger_queries.find_by_source(make_up.source)
    if entry is None:
        raise RuntimeError(f"make-up {make_up.id} counts minutes that the ledger does not have")
    ledger.reverse(actor, entry.id, now=now, reason=reason)
    make_up.revision += 1
    make_up.minutes = 0
    db.session.flush()


def take_back_overtaken(*, now: datetime) -> bool:
    """Take back an approved make-up whose time a scan, come in late, shows elsewhere; tell whether there was one.

    Scans outrank what was entered afterwards, and nothing counts twice. Found by state, so that a late or
    repeated run does nothing twice; one at a time, since two persons' turns could be held the other way round.
    """
    make_up = db.session.scalar(
        select(MakeUp)
        .join(
            ServiceSession,
            (ServiceSession.volunteer_id == MakeUp.volunteer_id)
            & ServiceSession.is_credited
            & (ServiceSession.in_at < MakeUp.out_at)
            & (ServiceSession.out_at > MakeUp.in_at),
        )
        .where(MakeUp.state == RequestState.APPROVED, MakeUp.minutes > 0)
        .order_by(MakeUp.id)
        .limit(1)
    )
    if make_up is not None:
        _overtake(make_up, now)
    return make_up is not None


def _overtake(make_up: MakeUp, now: datetime) -> None:
    own_turn(make_up.volunteer_id)
    db.session.refresh(make_up)
    if not make_up.minutes:
        return
    reason = N_("迟到的扫码显示此人同一时间在另一处服务，补录的时长已冲正。")
    take_back(TIMETABLE, make_up, reason=reason, now=now)
    title = db.session.scalar(select(Activity.title).join(Shift).where(Shift.id == make_up.shift_id)) or ""
    account_id = db.session.scalar(select(Volunteer.account_id).where(Volunteer.id == make_up.volunteer_id))
    for told in {account_id, make_up.requested_by, make_up.decided_by} - {None}:
        notices.tell(
            int(told or 0),
            N_("“%(activity)s”的补录与后来收到的扫码重叠，已冲正。"),
            {"activity": title},
            key=f"make-up:{make_up.id}:overtaken:{make_up.revision}",
            now=now,
        )
