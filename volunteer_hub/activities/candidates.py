"""Gathers what the sign-up ladder needs to know about a person and a shift."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from volunteer_hub.activities.eligibility import Candidate, Engagement, Place, Verdict, judge
from volunteer_hub.activities.models import Activity, Audience, Shift, SignUp, SignUpState
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core.db import db
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import Volunteer


def describe(shift: Shift, activity: Activity, team_name: str | None) -> Place:
    """Return the shift as the ladder sees it."""
    return Place(
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        opens_at=shift.sign_up_opens_at,
        closes_at=shift.sign_up_closes_at,
        activity_state=activity.state,
        is_cancelled=shift.cancelled_at is not None,
        capacity=shift.capacity,
        taken=shift.taken,
        only_team=team_name or "" if activity.audience is Audience.TEAM else None,
    )


def judge_all(
    activity: Activity, shifts: Iterable[Shift], volunteer: Volunteer, *, now: datetime, minimum_age: int
) -> dict[int, Verdict]:
    """Return the verdict on each shift of one activity for one person, in three statements however many."""
    shifts = list(shifts)
    if not shifts:
        return {}
    here = find_states(volunteer.id, [shift.id for shift in shifts])
    spans = list_engagements(
        volunteer.id, min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts)
    )
    team_name = find_team_name(activity.team_id)
    in_team = find_serving_team(volunteer.id, activity.team_id) is not None
    verdicts = {}
    for shift in shifts:
        elsewhere = tuple(engagement for shift_id, engagement in spans if shift_id != shift.id)
        candidate = Candidate(volunteer.birth_on, in_team, here.get(shift.id), elsewhere)
        place = describe(shift, activity, team_name)
        verdicts[shift.id] = judge(place, candidate, now, minimum_age=minimum_age)
    return verdicts


def find_states(volunteer_id: int, shift_ids: list[int]) -> dict[int, SignUpState]:
    """Return where a person's sign-ups to these shifts stand, by shift."""
    rows = db.session.execute(
        select(SignUp.shift_id, SignUp.state).where(
            SignUp.volunteer_id == volunteer_id, SignUp.shift_id.in_(shift_ids)
        )
    )
    return {row.shift_id: row.state for row in rows}


def list_engagements(volunteer_id: int, starts_at: datetime, ends_at: datetime) -> list[tuple[int, Engagement]]:
    """Return (shift id, engagement) for what a person has promised in a stretch; cancelled shifts bind nobody."""
    rows = db.session.execute(
        select(Shift.id, Activity.title, Shift.starts_at, Shift.ends_at)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(
            SignUp.volunteer_id == volunteer_id,
            SignUp.state.in_(LIVE),
            Shift.cancelled_at.is_(None),
            Shift.starts_at < ends_at,
            Shift.ends_at > starts_at,
        )
        .order_by(Shift.starts_at)
    )
    return [(shift_id, Engagement(title, starts, ends)) for shift_id, title, starts, ends in rows]


def find_serving_team(volunteer_id: int, team_id: int | None) -> int | None:
    """Return the team for which a person would serve: the activity's own, or one of its squads; None for neither."""
    if team_id is None:
        return None
    above = select(Team.path).where(Team.id == team_id).scalar_subquery()
    return db.session.scalar(
        select(Team.id)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.state == MembershipState.ACTIVE,
            Team.dissolved_at.is_(None),
            Team.path.like(above + "%"),
        )
        .order_by((Team.id == team_id).desc(), func.length(Team.path).desc(), Team.id)
        .limit(1)
    )


def find_team_name(team_id: int | None) -> str | None:
    """Return a team's name, or None where there is no team."""
    return None if team_id is None else db.session.scalar(select(Team.name).where(Team.id == team_id))
