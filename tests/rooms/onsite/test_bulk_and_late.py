"""A leader's closing holds for whoever was inside, whichever of two phones turns out to have let them in."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tests.makers.checkin import END, START, make_door, make_signed_up
from tests.makers.phones import make_phone
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import CloseKind, Direction, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.ledger.verify import verify
from volunteer_hub.onsite import closing_desk

LATER = END + timedelta(hours=4)


def test_an_earlier_check_in_that_arrives_late_keeps_the_leaders_closing(app: Flask) -> None:
    """Red where the closing belongs to one scan: the hours were taken back because two phones saw the same person."""
    door = make_door()
    volunteer = make_signed_up(door)
    phone = make_phone(door, START - timedelta(minutes=30))
    phone.scan(codes.personal_code(volunteer.id, START), Direction.IN, START)
    door.come(volunteer, START + timedelta(minutes=5))
    assert closing_desk.close_everybody(door.actor, EVERYTHING, door.shift.id, out_at=END, now=END) == 1
    phone.send(phone.kept, LATER)
    db.session.expire_all()
    counted = db.session.scalars(select(ServiceSession).where(ServiceSession.closed_by != CloseKind.VOIDED)).all()
    assert [(stay.in_at, stay.out_at, stay.closed_by) for stay in counted] == [(START, END, CloseKind.BULK)]
    assert db.session.get_one(HoursBalance, volunteer.id).minutes == 120
    assert verify(db.session.connection()).holds
