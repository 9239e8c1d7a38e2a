"""Tells everybody who means to come to a shift that something about it has changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer


def tell_coming(
    shift: Shift, sentence: str, *, starts_at: datetime, ends_at: datetime, about: str, now: datetime
) -> None:
    """Tell those who hold a place, asked for one or wait, as far as they have an account.

    `sentence` has places for title, day, from and to; `about` keeps the same thing from being told twice.
    """
    accounts = db.session.scalars(
        select(Volunteer.account_id)
        .join(SignUp, SignUp.volunteer_id == Volunteer.id)
        .where(SignUp.shift_id == shift.id, SignUp.state.in_(LIVE), Volunteer.account_id.is_not(None))
        .order_by(Volunteer.account_id)
    ).all()
    starts, ends = clock.local(starts_at), clock.local(ends_at)
    places = {
        "title": db.session.get_one(Activity, shift.activity_id).title,
        "day": f"{starts:%Y-%m-%d}",
        "from": f"{starts:%H:%M}",
        "to": f"{ends:%H:%M}",
    }
    for account_id in accounts:
        if account_id is not None:
            notices.tell(
                account_id,
                sentence,
                places,
                key=f"shift:{shift.id}:{about}",
                link=f"/activities/{shift.activity_id}",
                now=now,
            )
