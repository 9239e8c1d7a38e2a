"""A place that came free is offered to who waited longest, with a deadline; unanswered, it goes on to the next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Activity, SignUp, SignUpState
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer


def take(actor: Actor, shift_id: int, volunteer_id: int, *, now: datetime) -> SignUp:
    """Say yes to the place that was offered. Raises DomainError once its time is over; NotFound without an offer."""
    shift = sign_ups.hold_shift(shift_id)
    row = sign_ups.find(shift.id, volunteer_id)
    if row is None or row.state is not SignUpState.OFFERED:
        raise NotFound
    if now >= min(row.offered_until or shift.starts_at, shift.starts_at):
        raise DomainError("offer_over", N_("确认的时间已过，名额已让给下一位候补。"))
    sign_ups.move(row, SignUpState.ACCEPTED, actor.hand, now)
    return row


def list_over(now: datetime, limit: int = 200) -> list[tuple[int, int]]:
    """Return (shift id, sign-up id) of the offers whose time is over, the longest over first."""
    rows = db.session.execute(
        select(SignUp.shift_id, SignUp.id)
        .where(SignUp.offered_until <= now, SignUp.state == SignUpState.OFFERED)
        .order_by(SignUp.offered_until, SignUp.id)
        .limit(limit)
    )
    return [(shift_id, row_id) for shift_id, row_id in rows]


def let_lapse(shift_id: int, sign_up_id: int, *, now: datetime) -> bool:
    """Take back one offer whose time is over, tell its holder, and offer the place to the next.

    False if somebody answered first: what was read before the shift was held is read again.
    """
    shift = sign_ups.hold_shift(shift_id)
    row = db.session.get_one(SignUp, sign_up_id, populate_existing=True)
    if row.state is not SignUpState.OFFERED or row.offered_until is None or now < row.offered_until:
        return False
    sign_ups.move(row, SignUpState.WITHDRAWN, None, now)
    account_id = db.session.get_one(Volunteer, row.volunteer_id).account_id
    if account_id is not None:
        notices.tell(
            account_id,
            N_("“%(title)s”的候补名额没有在限时内确认，已让给下一位；还想参加可以再次候补。"),
            {"title": db.session.get_one(Activity, shift.activity_id).title},
            key=f"offer:{row.id}:{now:%Y%m%d%H%M}:over",
            link=f"/activities/{shift.activity_id}",
            now=now,
        )
    sign_ups.move_up(shift, now=now)
    return True
