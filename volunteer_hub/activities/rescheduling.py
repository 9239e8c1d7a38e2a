"""Verbs on a shift that runs late, is extended, ends early, moves to another time, or is split in two.

What is closed stays as it is: nothing here looks at sessions, and minutes already credited were credited
under the times that held then. From the planned start on every change needs a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from volunteer_hub.activities.models import ActivityState, Shift, SignUp
from volunteer_hub.activities.recurrence import MAX_SHIFTS
from volunteer_hub.activities.sign_ups import hold_shift
from volunteer_hub.activities.states import LIVE
from volunteer_hub.activities.telling import tell_coming
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import Station

#: Nobody serves longer than a day at a stretch.
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Times:
    """From when to when a shift is planned."""

    starts_at: datetime
    ends_at: datetime


def move(actor: Actor, shift_id: int, times: Times, reason: str, *, check_out: timedelta, now: datetime) -> Shift:
    """Give a shift other times; sign-ups stay. `check_out` is how long after the end people may scan out.

    Once it has begun only the end moves: later, or earlier but never into the past, so that those inside
    keep their whole check-out window. Raises DomainError at the field at fault, and `shift_over` once
    nobody can scan out any more.
    """
    shift = _hold_live(shift_id)
    before = Times(shift.starts_at, shift.ends_at)
    if times == before:
        raise DomainError("nothing_changed", N_("时间没有变化。"))
    if shift.starts_at <= now:
        _check_running(before, times, check_out, now)
        _require(reason)
    elif times.starts_at < _minute(now):
        raise DomainError("in_the_past", N_("场次的开始时间要在现在之后。"), field="starts_at")
    _check_span(shift, times)
    shift.sign_up_closes_at += times.starts_at - before.starts_at
    shift.starts_at, shift.ends_at = times.starts_at, times.ends_at
    db.session.flush()
    _record(actor, "activities.move_shift", shift, reason, now, before=_words(before), after=_words(times))
    _tell(shift, N_("《%(title)s》改为 %(day)s %(from)s–%(to)s，您的报名仍然有效。"), times, now)
    return shift


def split(actor: Actor, shift_id: int, at: datetime, reason: str, *, now: datetime) -> Shift:
    """Cut a shift in two at an instant still to come, and return the second half: a shift of its own.

    Everybody who asked for a place, holds one or waits is carried over and stands the same in both.
    Who is inside stays in the first half: see docs/decisions/0040. Raises DomainError at `at`.
    """
    shift = _hold_live(shift_id)
    before = Times(shift.starts_at, shift.ends_at)
    if at <= now or not before.starts_at < at < before.ends_at:
        raise DomainError("not_inside", N_("分段的时间要在场次中间，并且在现在之后。"), field="at")
    if before.starts_at <= now:
        _require(reason)
    _check_count(shift)
    first, rest = Times(before.starts_at, at), Times(at, before.ends_at)
    for half in (first, rest):
        _check_span(shift, half, field="at")
    second = Shift(
        activity_id=shift.activity_id,
        starts_at=rest.starts_at,
        ends_at=rest.ends_at,
        capacity=shift.capacity,
        sign_up_opens_at=shift.sign_up_opens_at,
        sign_up_closes_at=shift.sign_up_closes_at + (at - before.starts_at),
    )
    shift.ends_at = at
    db.session.add(second)
    db.session.flush()
    carried = _carry_over(actor, shift, second, now)
    _record(
        actor, "activities.split_shift", shift, reason, now, before=_words(before), second=second.id, carried=carried
    )
    _tell(shift, N_("《%(title)s》%(day)s 的场次在 %(from)s 分成两段，您的报名两段都有效。"), rest, now)
    db.session.expire(shift.activity, ["shifts"])
    return second


def _hold_live(shift_id: int) -> Shift:
    shift = hold_shift(shift_id)
    if shift.cancelled_at is not None or shift.activity.state is not ActivityState.PUBLISHED:
        raise DomainError("activity_state", N_("这个场次没有发布，或已取消、结束，不能改时间。"))
    return shift


def _check_running(before: Times, times: Times, check_out: timedelta, now: datetime) -> None:
    if times.starts_at != before.starts_at:
        raise DomainError("already_begun", N_("场次已经开始，开始时间不能再改。"), field="starts_at")
    if now > before.ends_at + check_out:
        raise DomainError("shift_over", N_("签退时间已过，不能再改这个场次的时间。"))
    if times.ends_at < min(before.ends_at, _minute(now)):
        raise DomainError("ends_in_the_past", N_("提前结束不能早于现在，否则还在场的人来不及签退。"), field="ends_at")


def _check_span(shift: Shift, times: Times, field: str = "ends_at") -> None:
    if times.ends_at <= times.starts_at:
        raise DomainError("no_length", N_("结束时间要晚于开始时间。"), field=field)
    if times.ends_at - times.starts_at > LONGEST:
        raise DomainError("too_long", N_("一个场次最长 24 小时。"), field=field)
    there = select(Shift.id).where(
        Shift.activity_id == shift.activity_id,
        Shift.id != shift.id,
        Shift.cancelled_at.is_(None),
        Shift.starts_at == times.starts_at,
        Shift.ends_at == times.ends_at,
    )
    if db.session.scalar(there.limit(1)) is not None:
        raise DomainError("shift_exists", N_("这个时间已经有一个场次了。"), field=field)


def _check_count(shift: Shift) -> None:
    count = db.session.scalar(select(func.count()).where(Shift.activity_id == shift.activity_id)) or 0
    if count >= MAX_SHIFTS:
        raise DomainError("too_many_shifts", N_("一个活动最多 %(max)s 个场次。"), field="at", max=MAX_SHIFTS)


def _carry_over(actor: Actor, first: Shift, second: Shift, now: datetime) -> int:
    """Give everybody of the first shift the same standing at the second; the places are counted by the trigger."""
    rows = list(
        db.session.scalars(
            select(SignUp)
            .where(SignUp.shift_id == first.id, SignUp.state.in_(LIVE))
            .order_by(SignUp.asked_at, SignUp.id)
        )
    )
    db.session.add_all(
        SignUp(
            shift_id=second.id,
            volunteer_id=row.volunteer_id,
            team_id=row.team_id,
            state=row.state,
            asked_at=row.asked_at,
            changed_at=now,
            changed_by=actor.account_id,
        )
        for row in rows
    )
    db.session.flush()
    return len(rows)


def _tell(shift: Shift, sentence: str, times: Times, now: datetime) -> None:
    about = f"times:{now.isoformat()}"
    tell_coming(shift, sentence, starts_at=times.starts_at, ends_at=times.ends_at, about=about, now=now)


def _require(reason: str) -> None:
    if not reason.strip():
        raise DomainError("no_reason", N_("请写明原因。"), field="reason")


def _record(actor: Actor, action: str, shift: Shift, reason: str, now: datetime, **details: str | int) -> None:
    station = db.session.get_one(Station, shift.activity.station_id)
    audit.record(
        actor,
        action,
        "shift",
        shift.id,
        now=now,
        region=station.region_code,
        reason=reason.strip() or None,
        **details,
    )


def _minute(instant: datetime) -> datetime:
    """Return the beginning of the minute: a form knows no seconds."""
    return instant.replace(second=0, microsecond=0)


def _words(times: Times) -> str:
    return f"{times.starts_at.isoformat()}/{times.ends_at.isoformat()}"
