"""Makes published activities with one shift, and sign-ups.

Rows are laid down as they would stand, because tests need shifts of any day, past ones too, while the
service publishes only what is still to come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from volunteer_hub.activities.models import Activity, ActivityState, Audience, Shift, SignUp, SignUpState
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


def make_shift(
    station: Station,
    *,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int | None = None,
    team_id: int | None = None,
    title: str = "街道清洁日",
    category: str = "environment",
    audience: Audience = Audience.EVERYONE,
    needs_approval: bool = False,
    state: ActivityState = ActivityState.PUBLISHED,
    sign_up_opens_at: datetime | None = None,
    sign_up_closes_at: datetime | None = None,
    project_id: int | None = None,
) -> Shift:
    """Return the one shift of a new activity, by default published with sign-up open for the month before."""
    with transaction():
        activity = Activity(
            station_id=station.id,
            project_id=project_id,
            team_id=team_id,
            title=title,
            category=category,
            content="清扫人行道，劝导乱停乱放。",
            risks="道路旁作业，注意来往车辆。",
            place="广场东门",
            contact_name="王站长",
            contact_phone="0437-5550100",
            audience=audience,
            needs_approval=needs_approval,
            state=state,
            declarations=list(KEYS) if state is not ActivityState.DRAFT else [],
            created_at=starts_at - timedelta(days=31),
            published_at=starts_at - timedelta(days=30) if state is not ActivityState.DRAFT else None,
        )
        db.session.add(activity)
        db.session.flush()
        shift = Shift(
            activity_id=activity.id,
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=capacity,
            sign_up_opens_at=sign_up_opens_at or starts_at - timedelta(days=30),
            sign_up_closes_at=sign_up_closes_at or starts_at,
        )
        db.session.add(shift)
    return shift


def make_sign_up(
    shift: Shift,
    volunteer: Volunteer,
    state: SignUpState = SignUpState.ACCEPTED,
    *,
    team_id: int | None = None,
    asked_at: datetime | None = None,
) -> SignUp:
    """Return a sign-up as it stands in the given state; the database counts its place."""
    with transaction():
        at = asked_at or shift.starts_at - timedelta(days=1)
        sign_up = SignUp(
            shift_id=shift.id,
            volunteer_id=volunteer.id,
            team_id=team_id,
            state=state,
            asked_at=at,
            changed_at=at,
        )
        db.session.add(sign_up)
    return sign_up
