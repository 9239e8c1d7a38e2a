"""What came of activities: said by the station once they are over, dated, and never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import Station

#: More than this at one activity is a slip of the finger.
MOST = 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What is said: 受益人次, the number of photos kept, and a note."""

    beneficiaries: int
    photos: int | None = None
    note: str = ""


def known_at(instant: datetime) -> ColumnElement[bool]:
    """Return the condition on `ActivityResult` for what held at an instant."""
    return and_(
        ActivityResult.recorded_at <= instant,
        or_(ActivityResult.superseded_at.is_(None), ActivityResult.superseded_at > instant),
    )


def list_results(activity_ids: Iterable[int], *, as_of: datetime | None = None) -> list[ActivityResult]:
    """Return what is said of activities now, or was at an instant, by day."""
    holds = known_at(as_of) if as_of else ActivityResult.superseded_at.is_(None)
    statement = select(ActivityResult).where(ActivityResult.activity_id.in_(list(activity_ids)), holds)
    return list(db.session.scalars(statement.order_by(ActivityResult.served_on, ActivityResult.id)))


def list_held(activity: Activity, now: datetime) -> list[Shift]:
    """Return the shifts that are over and were not cancelled, in order: those something can be said of."""
    return [shift for shift in activity.shifts if shift.cancelled_at is None and shift.ends_at <= now]


def record(
    actor: Actor, activity: Activity, shift_id: int | None, outcome: Outcome | None, *, now: datetime
) -> ActivityResult | None:
    """Say what came of a shift, or (None) of all its shifts together; without an outcome, take back what was said.

    What was said before stays readable at its time. Raises DomainError at the field at fault: a shift that
    is not over, figures that cannot be, or one figure for all beside figures for single shifts.
    """
    db.session.refresh(activity, with_for_update={"key_share": True})
    day = _served_on(activity, shift_id, now)
    said = list_results([activity.id])
    before = next((result for result in said if result.shift_id == shift_id), None)
    if outcome is not None:
        _check(outcome, shift_id, said)
        if before and Outcome(before.beneficiaries, before.photos, before.note) == outcome:
            return before
    if before is not None:
        before.superseded_at = now
        # The index allows one that holds: the old one must be out of the way before the new one comes.
        db.session.flush()
    if outcome is None and before is None:
        return None
    _tell_trail(actor, activity, shift_id, outcome, before, now)
    return None if outcome is None else _add(actor, activity, shift_id, day, outcome, now)


def _add(
    actor: Actor, activity: Activity, shift_id: int | None, day: date, outcome: Outcome, now: datetime
) -> ActivityResult:
    result = ActivityResult(
        activity_id=activity.id,
        shift_id=shift_id,
        served_on=day,
        beneficiaries=outcome.beneficiaries,
        photos=outcome.photos,
        note=outcome.note,
        recorded_at=now,
        recorded_by=actor.account_id,
    )
    db.session.add(result)
    db.session.flush()
    return result


def _served_on(activity: Activity, shift_id: int | None, now: datetime) -> date:
    held = list_held(activity, now)
    chosen = held if shift_id is None else [shift for shift in held if shift.id == shift_id]
    if not chosen:
        raise DomainError("not_over", N_("场次结束后才能登记成果；取消的场次没有成果。"), field="shift_id")
    return clock.civil_date(chosen[-1].starts_at)


def _check(outcome: Outcome, shift_id: int | None, said: Iterable[ActivityResult]) -> None:
    for field, value in (("beneficiaries", outcome.beneficiaries), ("photos", outcome.photos)):
        if value is not None and not 0 <= value <= MOST:
            raise DomainError("out_of_range", N_("请填写 0 到 %(most)s 之间的整数。"), field=field, most=MOST)
    if any((result.shift_id is None) is not (shift_id is None) for result in said):
        sentence = N_("整个活动的合计和单个场次的成果不能同时登记，请先撤回已登记的。")
        raise DomainError("counted_twice", sentence, field="shift_id")


def _tell_trail(
    actor: Actor,
    activity: Activity,
    shift_id: int | None,
    outcome: Outcome | None,
    before: ActivityResult | None,
    now: datetime,
) -> None:
    station = db.session.get_one(Station, activity.station_id)
    audit.record(
        actor,
        "activities.record_result",
        "activity",
        activity.id,
        now=now,
        region=station.region_code,
        shift=shift_id,
        beneficiaries=outcome.beneficiaries if outcome else None,
        photos=outcome.photos if outcome else None,
        before=before.beneficiaries if before else None,
    )
