"""A day that is full, and a late scan that belongs before what filled it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tests.makers.activities import make_sign_up
from tests.makers.checkin import START, make_door, make_signed_up
from tests.makers.phones import make_phone
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Direction, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.ledger.verify import verify


def test_a_late_stay_of_the_morning_makes_room_in_a_day_that_the_evening_had_filled(app: Flask) -> None:
    """Red without giving back what later stays hold first: the day's cap refuses the morning's line for ever."""
    morning = make_door()
    noon = START + timedelta(hours=4)
    long = make_door(starts_at=noon, ends_at=noon + timedelta(hours=11))
    volunteer = make_signed_up(morning)
    make_sign_up(long.shift, volunteer)
    phone = make_phone(morning, START - timedelta(minutes=30))
    for at, direction in ((START, Direction.IN), (START + timedelta(hours=2), Direction.OUT)):
        phone.scan(codes.personal_code(volunteer.id, at), direction, at)
    long.come(volunteer, noon)
    long.go(volunteer, noon + timedelta(hours=11))
    answers = phone.send(phone.kept, noon + timedelta(hours=11, minutes=10))
    assert [answer.reason for answer in answers] == ["checked_in", "checked_out"]
    db.session.expire_all()
    stays = db.session.scalars(select(ServiceSession).order_by(ServiceSession.in_at)).all()
    assert [stay.credited_minutes for stay in stays] == [120, 600]
    assert db.session.get_one(HoursBalance, volunteer.id).minutes == 720
    assert verify(db.session.connection()).holds
