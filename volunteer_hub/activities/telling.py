"""Tells everybody who means to come to a shift that something about it has changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from volunteer_hub.activities.eligibility import wall
from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
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


def tell_offered(row: SignUp, shift: Shift, *, now: datetime) -> None:
    """Tell whoever waited that a place is kept for them, and until when."""
    account_id = db.session.scalar(select(Volunteer.account_id).where(Volunteer.id == row.volunteer_id))
    if account_id is None or row.offered_until is None:
        return
    notices.tell(
        account_id,
        N_("“%(title)s”（%(starts)s）有名额了，请在 %(until)s 前确认参加，过时会让给下一位候补。"),
        {
            "title": db.session.get_one(Activity, shift.activity_id).title,
            "starts": wall(shift.starts_at),
            "until": wall(row.offered_until),
        },
        key=f"offer:{row.id}:{now:%Y%m%d%H%M}",
        link=f"/activities/{shift.activity_id}",
        now=now,
    )
