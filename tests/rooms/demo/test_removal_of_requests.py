"""Make-ups, their pictures, corrections and notices of the demonstration go with it; those of real people stay."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_staff
from tests.makers.checkin import make_door, make_person
from tests.makers.demo import NOW, load_small
from tests.makers.requests import approve_make_up, make_asked, make_make_up
from volunteer_hub.accounts.models import Role
from volunteer_hub.activities.models import Shift
from volunteer_hub.amendments import correction_queries, corrections, make_ups
from volunteer_hub.amendments.models import Correction, EvidencePicture, MakeUp
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import removal
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer


def _count(model: type[MakeUp | EvidencePicture | Correction]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_requests_of_the_demonstration_go_and_real_ones_stay(app: Flask) -> None:
    load_small()
    staff = make_staff(Role.ADMINISTRATOR)
    actor = Actor(staff.id, "林主任")
    session = db.session.scalars(select(ServiceSession).where(ServiceSession.is_credited).limit(1)).one()
    shift = db.session.get_one(Shift, session.shift_id)
    visitor = make_person(region_code=session.region_code, registered_at=shift.starts_at - timedelta(days=9))
    invented = db.session.get_one(Volunteer, session.volunteer_id)
    door = make_door()
    real = make_make_up(door, make_person())
    approve_make_up(actor, real)
    with transaction():
        asked = make_asked(visitor, in_at=shift.starts_at, out_at=shift.ends_at)
        make_ups.ask(actor, EVERYTHING, shift.id, asked, now=shift.ends_at + timedelta(hours=1))
        subject = correction_queries.get_session_subject(EVERYTHING, session.id)
        correction = corrections.propose(actor, subject, None, reason="没有到场", now=NOW)
        corrections.approve(door.actor, EVERYTHING, correction.id, now=NOW)
    told = select(func.count()).where(Notice.account_id == invented.account_id)
    assert (_count(MakeUp), _count(EvidencePicture), _count(Correction), db.session.scalar(told)) == (2, 2, 1, 1)
    invented_account = invented.account_id
    with transaction():
        removal.remove(now=NOW)
    assert (_count(MakeUp), _count(EvidencePicture), _count(Correction)) == (1, 1, 0)
    assert db.session.scalars(select(MakeUp.id)).one() == real.id
    assert db.session.scalars(select(HoursBalance.minutes)).all() == [120]
    assert invented_account not in db.session.scalars(select(Notice.account_id)).all()
