"""Cards, placeholders and kiosks of the demonstration go with it; real ones stay, and forget invented people."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_staff
from tests.makers.checkin import START, Door, make_door
from tests.makers.demo import NOW, load_small
from volunteer_hub.accounts import kiosks
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Login, Role
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin.models import Scan, ScanRuling, ServiceSession, WalkIn
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import removal
from volunteer_hub.demo.present import ALL_DAY_TITLE
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.onsite import walk_ins
from volunteer_hub.onsite.walk_ins import Arrival, Place
from volunteer_hub.reviews import walk_in_claims, walk_in_queries
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers import cards
from volunteer_hub.volunteers.models import Card, Volunteer


def remove() -> None:
    with transaction():
        removal.remove(now=NOW)


def count(model: type[Card | WalkIn | Scan | ReviewCase | HoursEntry | ServiceSession | ScanRuling]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def invented() -> Volunteer:
    return db.session.scalars(
        select(Volunteer).where(Volunteer.is_demonstration, Volunteer.withdrawn_at.is_(None)).limit(1)
    ).one()


def test_cards_placeholders_and_kiosks_of_the_demonstration_go(app: Flask) -> None:
    load_small()
    staff = make_staff(Role.ADMINISTRATOR)
    actor = Actor(staff.id, "林主任")
    found = select(Shift).join(Activity).where(Activity.title == ALL_DAY_TITLE).order_by(Shift.starts_at).limit(1)
    shift = db.session.scalars(found).one()
    activity = db.session.get_one(Activity, shift.activity_id)
    station = db.session.get_one(Station, activity.station_id)
    with transaction():
        cards.issue(actor, invented(), now=NOW)
        walk_in = walk_ins.arrive(
            actor, Place(shift, activity, station), Arrival("红衣服阿姨"), secrets.token_hex(16), now=NOW
        )
        walk_in_claims.claim(actor, walk_in_queries.get_visit(EVERYTHING, walk_in.id), invented(), now=NOW)
        accounts.open_login(db.session.get_one(Account, staff.id), "tablet", now=NOW)
        login = db.session.scalars(select(Login).where(Login.account_id == staff.id)).one()
        kiosks.enter(actor, login.id, station.id, station.region_code, "1234", now=NOW)
    remove()
    assert [count(model) for model in (Card, WalkIn, Scan, ReviewCase)] == [0, 0, 0, 0]
    assert db.session.scalars(select(Login.kiosk_station_id)).all() == [None]


def test_a_real_placeholder_taken_for_an_invented_person_can_be_claimed_anew(app: Flask) -> None:
    load_small()
    door = make_door()
    walk_in = _claimed(door, invented())
    remove()
    left = db.session.scalars(select(WalkIn)).one()
    assert (left.id, left.volunteer_id, left.confirmed_at) == (walk_in.id, None, None)
    assert [count(model) for model in (Scan, ServiceSession, HoursEntry, ReviewCase, ScanRuling)] == [2, 0, 0, 0, 0]


def _claimed(door: Door, volunteer: Volunteer) -> WalkIn:
    place = Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)
    later = START + timedelta(hours=1)
    second = make_staff(Role.ADMINISTRATOR)
    with transaction():
        walk_in = walk_ins.arrive(door.actor, place, Arrival("红衣服阿姨"), secrets.token_hex(16), now=START)
        walk_ins.leave(door.actor, place, walk_in, secrets.token_hex(16), now=later)
    with transaction():
        visit = walk_in_queries.get_visit(EVERYTHING, walk_in.id)
        case = walk_in_claims.claim(door.actor, visit, db.session.get_one(Volunteer, volunteer.id), now=later)
    with transaction():
        found = walk_in_queries.get_claim(EVERYTHING, case.id)
        walk_in_claims.confirm(Actor(second.id, "林主任"), found, out_at=None, reason="辨认无误", now=later)
    return walk_in
