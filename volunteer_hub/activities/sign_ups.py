"""Verbs on sign-ups: take a place, wait, withdraw, accept, decline, move up.

The database bounds the places (a trigger counts them, a CHECK holds them); the lock on the shift only
makes the answer kind: whoever comes second is told so, and gets the waiting list.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from volunteer_hub.activities import candidates, offering, telling
from volunteer_hub.activities.eligibility import Candidate, Reason, Verdict, judge
from volunteer_hub.activities.models import Activity, Shift, SignUp, SignUpState
from volunteer_hub.activities.states import LIVE, check_acceptable, check_sign_up_move
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

S = SignUpState


def sign_up(actor: Actor, shift_id: int, volunteer: Volunteer, *, now: datetime, minimum_age: int) -> SignUp:
    """Take a place for oneself, or stand on the waiting list of a full shift.

    Raises DomainError with the one reason the ladder tells; NotFound if there is no such shift.
    """
    shift = hold_shift(shift_id)
    verdict = _judge(shift, volunteer, now, minimum_age)
    if verdict.may_wait:
        return _enter(actor, shift, volunteer, S.WAITING, now)
    if verdict.reason is not Reason.FREE:
        raise _refusal(verdict)
    wish = S.PENDING if shift.activity.needs_approval else S.ACCEPTED
    return _enter(actor, shift, volunteer, wish, now, instead=S.WAITING)


def add_at_the_door(actor: Actor, shift_id: int, volunteer: Volunteer, *, now: datetime, minimum_age: int) -> SignUp:
    """Sign somebody up on the spot, by a manager, for whom the window does not count. A full shift refuses."""
    shift = hold_shift(shift_id)
    verdict = _judge(shift, volunteer, now, minimum_age, by_manager=True)
    if verdict.reason is not Reason.FREE:
        raise _refusal(verdict, field="number")
    added = _enter(actor, shift, volunteer, S.ACCEPTED, now)
    _record(actor, "activities.add_at_the_door", shift, added, now=now)
    return added


def withdraw(actor: Actor, shift_id: int, volunteer_id: int, *, now: datetime) -> SignUp:
    """Give back one's own place before the shift begins; the waiting list moves up."""
    shift = hold_shift(shift_id)
    row = find(shift_id, volunteer_id)
    if row is None or row.state not in LIVE:
        raise NotFound
    if now >= shift.starts_at:
        raise DomainError("shift_started", N_("场次已经开始，不能自行退出，请联系活动联系人。"))
    move(row, S.WITHDRAWN, actor.hand, now)
    move_up(shift, now=now)
    return row


def accept(actor: Actor, row: SignUp, *, now: datetime) -> None:
    """Take in somebody who asked or waits. Raises DomainError `full` if no place is left."""
    shift = _hold_with(row)
    check_acceptable(row.state)
    _require_running_list(shift, now)
    if row.state is not S.OFFERED and _is_full(shift):
        raise _refusal(Verdict(Reason.FULL))
    move(row, S.ACCEPTED, actor.account_id, now)
    _record(actor, "activities.accept", shift, row, now=now)


def decline(actor: Actor, row: SignUp, reason: str, *, now: datetime) -> None:
    """Refuse or remove somebody, with the reason kept; the freed place goes to the waiting list."""
    shift = _hold_with(row)
    _require_running_list(shift, now)
    if not reason.strip():
        raise DomainError("no_reason", N_("请写明原因。"), field="reason")
    move(row, S.DECLINED, actor.account_id, now)
    row.reason = reason.strip()
    _record(actor, "activities.decline", shift, row, now=now, reason=row.reason)
    move_up(shift, now=now)


def change_capacity(actor: Actor, shift_id: int, capacity: int | None, *, now: datetime) -> None:
    """Set the number of places; more of them move the waiting list up. Never fewer than are taken."""
    shift = hold_shift(shift_id)
    if capacity is not None and capacity < shift.taken:
        raise DomainError(
            "below_taken", N_("已有 %(taken)s 人占用名额，不能少于这个数。"), field="capacity", taken=shift.taken
        )
    before, shift.capacity = shift.capacity, capacity
    move_up(shift, now=now)
    audit.record(
        actor,
        "activities.change_capacity",
        "shift",
        shift.id,
        now=now,
        region=_region(shift),
        before=before,
        after=capacity,
    )


def move_up(shift: Shift, *, now: datetime) -> list[SignUp]:
    """Offer free places to those who wait, first come first; nobody moves once the shift has begun.

    Where a leader decides who comes, they ask the leader instead.
    """
    if now >= shift.starts_at or shift.cancelled_at is not None:
        return []
    db.session.flush()
    db.session.refresh(shift, ["taken"])
    lucky = list(db.session.scalars(_waiting(shift).limit(_free_places(shift))))
    for row in lucky:
        if shift.activity.needs_approval:
            move(row, S.PENDING, None, now)
        else:
            move(row, S.OFFERED, None, now, until=offering.deadline(now, shift.starts_at))
            telling.tell_offered(row, shift, now=now)
    return lucky


def hold_shift(shift_id: int) -> Shift:
    """Return a shift with its activity as they are now, held until the transaction ends. Raises NotFound.

    The lock lets rows that only point to the shift (scans) be written meanwhile. The activity is read
    after the lock, for it may have changed while we waited.
    """
    shift = db.session.scalar(
        select(Shift)
        .where(Shift.id == shift_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if shift is None:
        raise NotFound
    db.session.get_one(Activity, shift.activity_id, populate_existing=True)
    return shift


def _judge(
    shift: Shift, volunteer: Volunteer, now: datetime, minimum_age: int, *, by_manager: bool = False
) -> Verdict:
    """Judge with fresh facts. One person's sign-ups take turns, so that two overlapping ones cannot both pass."""
    take_turn(db.session, f"sign-up:{volunteer.id}")
    activity = shift.activity
    elsewhere = candidates.list_engagements(volunteer.id, shift.starts_at, shift.ends_at)
    candidate = Candidate(
        born_on=volunteer.birth_on,
        in_team=candidates.find_serving_team(volunteer.id, activity.team_id) is not None,
        here=candidates.find_states(volunteer.id, [shift.id]).get(shift.id),
        elsewhere=tuple(engagement for shift_id, engagement in elsewhere if shift_id != shift.id),
    )
    place = candidates.describe(shift, activity, candidates.find_team_name(activity.team_id))
    return judge(place, candidate, now, minimum_age=minimum_age, by_manager=by_manager)


def _enter(
    actor: Actor,
    shift: Shift,
    volunteer: Volunteer,
    state: SignUpState,
    now: datetime,
    instead: SignUpState | None = None,
) -> SignUp:
    """Write the row, a new one or the old one again; after a lost race, `instead` or the reason."""
    try:
        with db.session.begin_nested():
            row = _write(actor, shift, volunteer, state, now)
    except IntegrityError as lost:
        refusal = _name_lost_race(shift, volunteer, lost)
        if refusal.code == Reason.FULL and instead is not None:
            return _enter(actor, shift, volunteer, instead, now)
        raise refusal from lost
    db.session.refresh(shift, ["taken"])
    return row


def _write(actor: Actor, shift: Shift, volunteer: Volunteer, state: SignUpState, now: datetime) -> SignUp:
    team_id = candidates.find_serving_team(volunteer.id, shift.activity.team_id)
    row = find(shift.id, volunteer.id)
    if row is None:
        row = SignUp(shift_id=shift.id, volunteer_id=volunteer.id)
    elif row.state in LIVE:
        raise _refusal(Verdict(Reason.ALREADY))
    else:
        check_sign_up_move(row.state, state)
    row.state = state
    row.team_id = team_id
    row.asked_at = row.changed_at = now
    row.changed_by = actor.hand
    row.asked_by = actor.by_account_id
    row.reason = None
    db.session.add(row)
    db.session.flush()
    return row


def _name_lost_race(shift: Shift, volunteer: Volunteer, lost: IntegrityError) -> DomainError:
    """Look up what stood in the way; what is none of ours is raised as it came."""
    row = find(shift.id, volunteer.id)
    if row is not None and row.state in LIVE:
        return _refusal(Verdict(Reason.ALREADY))
    db.session.refresh(shift)
    if "not_overbooked" in str(lost.orig) and _is_full(shift):
        return _refusal(Verdict(Reason.FULL))
    raise lost


def find(shift_id: int, volunteer_id: int) -> SignUp | None:
    """Return a person's sign-up to a shift as the database has it now, or None."""
    return db.session.scalar(
        select(SignUp)
        .where(SignUp.shift_id == shift_id, SignUp.volunteer_id == volunteer_id)
        .execution_options(populate_existing=True)
    )


def _hold_with(row: SignUp) -> Shift:
    shift = hold_shift(row.shift_id)
    db.session.refresh(row)
    return shift


def _require_running_list(shift: Shift, now: datetime) -> None:
    if now >= shift.ends_at:
        raise _refusal(Verdict(Reason.ENDED))
    if shift.cancelled_at is not None:
        raise _refusal(Verdict(Reason.CANCELLED))


def move(row: SignUp, state: SignUpState, by: int | None, now: datetime, until: datetime | None = None) -> None:
    """Let a sign-up stand elsewhere, by an account or by itself; `until` is the deadline of an offer.

    Raises DomainError `sign_up_state` where that state may not follow.
    """
    check_sign_up_move(row.state, state)
    row.state = state
    row.changed_at = now
    row.changed_by = by
    row.offered_until = until
    db.session.flush()


def _is_full(shift: Shift) -> bool:
    return shift.capacity is not None and shift.taken >= shift.capacity


def _free_places(shift: Shift) -> int | None:
    """Return how many may move up; whoever is asked of a leader already counts as one on the way in."""
    if shift.capacity is None:
        return None
    asked = select(func.count()).select_from(SignUp).where(SignUp.shift_id == shift.id, SignUp.state == S.PENDING)
    return max(0, shift.capacity - shift.taken - (db.session.scalar(asked) or 0))


def _waiting(shift: Shift) -> Select[SignUp]:
    return (
        select(SignUp)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .where(SignUp.shift_id == shift.id, SignUp.state == S.WAITING, Volunteer.withdrawn_at.is_(None))
        .order_by(SignUp.asked_at, SignUp.id)
    )


def _refusal(verdict: Verdict, field: str | None = None) -> DomainError:
    return DomainError(verdict.reason.value, verdict.sentence, field=field, **verdict.params)


def _region(shift: Shift) -> str:
    return db.session.get_one(Station, shift.activity.station_id).region_code


def _record(
    actor: Actor, action: str, shift: Shift, row: SignUp, *, now: datetime, reason: str | None = None
) -> None:
    audit.record(
        actor,
        action,
        "shift",
        shift.id,
        now=now,
        region=_region(shift),
        reason=reason,
        volunteer=row.volunteer_id,
        state=row.state.value,
    )
