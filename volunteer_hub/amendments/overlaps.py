"""What else a person was doing at the time: nothing is credited twice, whether scanned or entered afterwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments.making_up import wall
from volunteer_hub.amendments.models import MakeUp, RequestState
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursDay
from volunteer_hub.ledger.policy import Credit, credit_minutes
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.reviews.models import ReviewCase

OPEN = "…"


@dataclass(frozen=True)
class Stay:
    """A stretch of time that is taken, and at which activity."""

    activity: str
    in_at: datetime
    out_at: datetime | None


def refuse_overlap(
    volunteer_id: int,
    in_at: datetime,
    out_at: datetime,
    *,
    but_session: int | None = None,
    but_make_up: int | None = None,
    field: str | None = "in_at",
) -> None:
    """Raise DomainError `overlap`, which shows the other stay, where the person was taken; touching ends are free.

    Taken is a session that is credited, still open or waiting for a decision, and a make-up that is
    pending or credited, at whichever station.
    """
    stay = _session(volunteer_id, in_at, out_at, but_session) or _make_up(volunteer_id, in_at, out_at, but_make_up)
    if stay is not None:
        raise DomainError(
            "overlap",
            N_("这段时间与此人在“%(activity)s”的 %(from_)s 至 %(to)s 重叠，不能重复计时。"),
            field=field,
            activity=stay.activity,
            from_=wall(stay.in_at),
            to=wall(stay.out_at) if stay.out_at else OPEN,
        )


def _session(volunteer_id: int, in_at: datetime, out_at: datetime, but: int | None) -> Stay | None:
    waits = exists().where(ReviewCase.session_id == ServiceSession.id, ReviewCase.decided_at.is_(None))
    row = db.session.execute(
        select(Activity.title, ServiceSession.in_at, ServiceSession.out_at)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(
            ServiceSession.volunteer_id == volunteer_id,
            ServiceSession.id != (but or 0),
            or_(ServiceSession.is_credited, ServiceSession.out_at.is_(None), waits),
            ServiceSession.in_at < out_at,
            or_(ServiceSession.out_at.is_(None), ServiceSession.out_at > in_at),
        )
        .order_by(ServiceSession.in_at)
        .limit(1)
    ).one_or_none()
    return None if row is None else Stay(*row)


def _make_up(volunteer_id: int, in_at: datetime, out_at: datetime, but: int | None) -> Stay | None:
    row = db.session.execute(
        select(Activity.title, MakeUp.in_at, MakeUp.out_at)
        .join(Shift, Shift.id == MakeUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(
            MakeUp.volunteer_id == volunteer_id,
            MakeUp.id != (but or 0),
            MakeUp.state.in_([RequestState.PENDING, RequestState.APPROVED]),
            MakeUp.minutes > 0,
            MakeUp.in_at < out_at,
            MakeUp.out_at > in_at,
        )
        .order_by(MakeUp.in_at)
        .limit(1)
    ).one_or_none()
    return None if row is None else Stay(*row)


def worth(
    policy: PolicyVersion,
    shift: Shift,
    volunteer_id: int,
    in_at: datetime,
    out_at: datetime,
    *,
    set_aside: Collection[MakeUp] = (),
) -> Credit:
    """Return what a make-up comes to beside everything the person has at the shift and on that day.

    The minutes of the make-ups in `set_aside` are not held against it.
    """
    day = clock.civil_date(in_at)
    that_day = db.session.scalar(
        select(HoursDay.minutes).where(HoursDay.volunteer_id == volunteer_id, HoursDay.service_on == day)
    )
    own = [one for one in set_aside if one.state is RequestState.APPROVED]
    return credit_minutes(
        policy.policy,
        planned_start=shift.starts_at,
        planned_end=shift.ends_at,
        in_at=in_at,
        out_at=out_at,
        shift_minutes_before=_minutes_at(shift.id, volunteer_id) - sum(one.minutes for one in own),
        day_minutes_before=(that_day or 0) - sum(one.minutes for one in own if clock.civil_date(one.in_at) == day),
    )


def _minutes_at(shift_id: int, volunteer_id: int) -> int:
    scanned = select(func.sum(ServiceSession.credited_minutes)).where(
        ServiceSession.shift_id == shift_id, ServiceSession.volunteer_id == volunteer_id
    )
    made_up = select(func.sum(MakeUp.minutes)).where(
        MakeUp.shift_id == shift_id,
        MakeUp.volunteer_id == volunteer_id,
        MakeUp.state == RequestState.APPROVED,
    )
    return (db.session.scalar(scanned) or 0) + (db.session.scalar(made_up) or 0)
