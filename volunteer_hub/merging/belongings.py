"""Sign-ups and memberships on their way to the kept registration, and back.

Where both registrations have one for the same shift or team, the better of the two stays. What was changed is
returned as it had been.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Shift, SignUp, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.teams.models import Membership, MembershipState

S, M = SignUpState, MembershipState
#: From best to least; whatever is not here holds nothing.
BETTER = (S.ACCEPTED, S.OFFERED, S.PENDING, S.WAITING)
LIVING = (M.REQUESTED, M.INVITED, M.ACTIVE)


def move_sign_ups(kept_id: int, merged_id: int, *, now: datetime) -> dict[str, Any]:
    """Move sign-ups; of two for one coming shift one is withdrawn, and its place given to whoever waits."""
    kept = {row.shift_id: row for row in db.session.scalars(select(SignUp).where(SignUp.volunteer_id == kept_id))}
    moved: list[int] = []
    changed: list[dict[str, Any]] = []
    rows = db.session.execute(
        select(SignUp, Shift).join(Shift, Shift.id == SignUp.shift_id).where(SignUp.volunteer_id == merged_id)
    ).all()
    for row, shift in rows:
        other = kept.get(row.shift_id)
        if other is None:
            row.volunteer_id = kept_id
            moved.append(row.id)
        elif row.state in BETTER and shift.starts_at > now:
            best = min((row.state, other.state), key=_rank)
            changed += [_set(row, S.WITHDRAWN, now), _set(other, best, now)]
            sign_ups.move_up(sign_ups.hold_shift(shift.id), now=now)
    db.session.flush()
    return {"moved": moved, "changed": changed}


def return_sign_ups(before: dict[str, Any], merged_id: int, *, now: datetime) -> None:
    """Give the sign-ups back. One whose place was given to somebody else meanwhile waits for another."""
    for row in db.session.scalars(select(SignUp).where(SignUp.id.in_(before["moved"]))):
        row.volunteer_id = merged_id
    for kept in reversed(before["changed"]):
        row = db.session.get_one(SignUp, kept["id"], populate_existing=True)
        if row.state != kept["set"]:
            continue
        try:
            with db.session.begin_nested():
                _set(row, S(kept["was"]), now)
        except IntegrityError:
            _set(row, S.WAITING, now)
    db.session.flush()


def move_memberships(kept_id: int, merged_id: int, *, now: datetime) -> dict[str, Any]:
    """Move what lives between the merged registration and teams; of two in one team one ends today."""
    kept = {row.team_id: row for row in _living(kept_id)}
    moved: list[int] = []
    changed: list[dict[str, Any]] = []
    for row in _living(merged_id):
        other = kept.get(row.team_id)
        if other is not None and (row.state is not M.ACTIVE or other.state is M.ACTIVE):
            changed.append(_end(row, now))
            continue
        if other is not None:
            changed.append(_end(other, now))
        row.volunteer_id = kept_id
        moved.append(row.id)
        db.session.flush()
    return {"moved": moved, "changed": changed}


def return_memberships(before: dict[str, Any], merged_id: int) -> None:
    """Give the memberships back."""
    for row in db.session.scalars(select(Membership).where(Membership.id.in_(before["moved"]))):
        row.volunteer_id = merged_id
    db.session.flush()
    for kept in before["changed"]:
        row = db.session.get_one(Membership, kept["id"])
        if row.state == kept["set"]:
            row.state = M(kept["was"])
            row.left_on = date.fromisoformat(kept["left_on"]) if kept["left_on"] else None
            db.session.flush()


def _rank(state: SignUpState) -> int:
    return BETTER.index(state) if state in BETTER else len(BETTER)


def _set(row: SignUp, state: SignUpState, now: datetime) -> dict[str, Any]:
    """Put a sign-up into a state at once, so that the places are counted, and return how it was."""
    was = row.state
    if was is not state:
        row.state, row.changed_at = state, now
        db.session.flush()
    return {"id": row.id, "was": was.value, "set": state.value}


def _living(volunteer_id: int) -> list[Membership]:
    statement = select(Membership).where(Membership.volunteer_id == volunteer_id, Membership.state.in_(LIVING))
    return list(db.session.scalars(statement.order_by(Membership.id)))


def _end(row: Membership, now: datetime) -> dict[str, Any]:
    before = {"id": row.id, "was": row.state.value, "left_on": row.left_on.isoformat() if row.left_on else None}
    if row.state is M.ACTIVE:
        row.state, row.left_on = M.LEFT, clock.civil_date(now)
    else:
        row.state = M.DECLINED
    db.session.flush()
    return {**before, "set": row.state.value}
