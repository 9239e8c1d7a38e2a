"""Two doors, one person or one tablet, the same instant."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.activities import make_sign_up
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.races import overlap
from volunteer_hub.accounts import kiosks, passwords
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.kiosks import Leaving
from volunteer_hub.accounts.models import Account, Login, Role, ScopeKind
from volunteer_hub.activities.models import Activity
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Scan, ServiceSession, WalkIn
from volunteer_hub.checkin.service import record_scans
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.onsite import moving_desk, walk_ins
from volunteer_hub.onsite.walk_ins import Arrival, Place
from volunteer_hub.reviews import walk_in_claims, walk_in_queries
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.volunteers import cards
from volunteer_hub.volunteers.models import Card, Volunteer

AN_HOUR = START + timedelta(hours=1)


def item_for(volunteer_id: int, shift_id: int, direction: Direction, at: datetime) -> ScanItem:
    code = codes.personal_code(volunteer_id, at)
    return ScanItem(secrets.token_hex(16), code, direction, shift_id, EntryPoint.MANAGER_SCAN)


def two_places() -> tuple[Door, Door, Volunteer]:
    here, there = make_door(), make_door(ends_at=END + timedelta(hours=1))
    volunteer = make_signed_up(here)
    make_sign_up(there.shift, volunteer)
    here.come(volunteer, START)
    return here, there, volunteer


def test_who_scans_out_while_being_moved_is_closed_once(app: Flask) -> None:
    """The scan takes the person's turn, and the move waits for it; red where neither turn nor claim is taken."""
    here, there, volunteer = two_places()
    leaving = item_for(volunteer.id, here.shift.id, Direction.OUT, AN_HOUR)
    coming = item_for(volunteer.id, there.shift.id, Direction.IN, AN_HOUR + timedelta(seconds=31))
    actor = there.actor

    def scan_out() -> None:
        record_scans([leaving], actor, EVERYTHING, now=AN_HOUR)

    def be_moved() -> None:
        moving_desk._leave(coming, actor, AN_HOUR + timedelta(seconds=31))
        record_scans([coming], actor, EVERYTHING, now=AN_HOUR + timedelta(seconds=31))

    assert overlap(app, scan_out, be_moved) == ["done", "done"]
    rows = db.session.execute(
        select(ServiceSession.closed_by, ServiceSession.out_at).order_by(ServiceSession.id)
    ).all()
    assert [tuple(row) for row in rows] == [("scanned", AN_HOUR), (None, None)]
    assert len(db.session.scalars(select(HoursEntry)).all()) == 1


def test_two_doors_that_move_one_person_at_once_leave_one_place_once(app: Flask) -> None:
    _here, there, volunteer = two_places()
    actor = there.actor
    moments = [AN_HOUR, AN_HOUR + timedelta(seconds=1)]
    items = [item_for(volunteer.id, there.shift.id, Direction.IN, at) for at in moments]

    def be_moved(number: int) -> None:
        moving_desk._leave(items[number], actor, moments[number])
        record_scans([items[number]], actor, EVERYTHING, now=moments[number])

    assert overlap(app, lambda: be_moved(0), lambda: be_moved(1)) == ["done", "done"]
    reasons = db.session.scalars(select(Scan.reason).where(Scan.shift_id == there.shift.id)).all()
    assert sorted(reasons) == ["already_in", "checked_in"]
    assert len(db.session.scalars(select(HoursEntry)).all()) == 1


def arrive(door: Door, *, left: bool = False) -> WalkIn:
    place = Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)
    with transaction():
        walk_in = walk_ins.arrive(door.actor, place, Arrival("红衣服阿姨"), secrets.token_hex(16), now=START)
        if left:
            walk_ins.leave(door.actor, place, walk_in, secrets.token_hex(16), now=AN_HOUR)
    return walk_in


def test_a_placeholder_that_two_operators_let_out_leaves_once(app: Flask) -> None:
    """Red without the compare-and-set on `out_at`: the second would fail on the index instead of being told."""
    door = make_door()
    walk_in_id, shift_id, actor = arrive(door).id, door.shift.id, door.actor
    place = Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)

    def leave() -> None:
        fresh = walk_ins.get_walk_in(shift_id, walk_in_id)
        walk_ins.leave(actor, place, fresh, secrets.token_hex(16), now=AN_HOUR)

    assert overlap(app, leave, leave) == ["done", "already_out"]


def test_a_placeholder_that_two_people_claim_at_once_is_claimed_once(app: Flask) -> None:
    """Red without the compare-and-set on `volunteer_id`."""
    door = make_door()
    walk_in_id, actor = arrive(door, left=True).id, door.actor
    people = [make_person().id for _ in range(2)]

    def claim(person: int) -> None:
        visit = walk_in_queries.get_visit(EVERYTHING, walk_in_id)
        walk_in_claims.claim(actor, visit, db.session.get_one(Volunteer, person), now=END)

    done = overlap(app, lambda: claim(people[0]), lambda: claim(people[1]))
    assert done == ["done", "already_claimed"]
    assert len(db.session.scalars(select(ReviewCase)).all()) == 1


def test_a_claim_that_two_people_confirm_at_once_is_credited_once(app: Flask) -> None:
    """Red without the compare-and-set on `decided_at`."""
    door = make_door()
    walk_in, volunteer = arrive(door, left=True), make_person()
    with transaction():
        visit = walk_in_queries.get_visit(EVERYTHING, walk_in.id)
        case_id = walk_in_claims.claim(door.actor, visit, db.session.get_one(Volunteer, volunteer.id), now=END).id
    judges = [make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT) for _ in range(2)]
    actors = [Actor(judge.id, judge.display_name) for judge in judges]

    def confirm(by: Actor) -> None:
        found = walk_in_queries.get_claim(EVERYTHING, case_id)
        walk_in_claims.confirm(by, found, out_at=None, reason="辨认无误", now=END)

    done = overlap(app, lambda: confirm(actors[0]), lambda: confirm(actors[1]))
    assert done == ["done", "already_decided"]
    assert len(db.session.scalars(select(HoursEntry)).all()) == 1


def test_two_desks_that_replace_a_card_at_once_leave_one_live(app: Flask) -> None:
    """Red without the turn on PostgreSQL: the second would fail on `uq_cards_live` instead of coming after."""
    make_door()
    volunteer = make_person()
    with transaction():
        cards.issue(Actor(None, "desk"), volunteer, now=START)

    def replace() -> None:
        cards.issue(Actor(None, "desk"), db.session.get_one(Volunteer, volunteer.id), now=AN_HOUR)

    assert overlap(app, replace, replace) == ["done", "done"]
    assert len(db.session.scalars(select(Card).where(Card.revoked_at.is_(None))).all()) == 1


def test_many_wrong_pins_at_once_are_no_more_tries_than_five(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red where counting does not ask whether a try is left: then both of two at once would be judged."""
    door = make_door()
    with transaction():
        accounts.open_login(db.session.get_one(Account, door.operator.id), "tablet", now=START)
    login = db.session.scalars(select(Login)).one()
    actor, login_id, region = door.actor, login.id, door.station.region_code
    with transaction():
        kiosks.enter(actor, login_id, door.station.id, region, "246810", now=START)
        db.session.get_one(Login, login_id).kiosk_failures = kiosks.TRIES - 1
    judged: list[str] = []
    genuine = passwords.matches

    def matches(stored: str | None, pin: str) -> bool:
        judged.append(pin)
        return genuine(stored, pin)

    monkeypatch.setattr(passwords, "matches", matches)
    given: list[Leaving] = []

    def attempt(pin: str) -> None:
        given.append(kiosks.try_to_leave(actor, login_id, region, pin, now=START))

    overlap(app, lambda: attempt("0000"), lambda: attempt("246810"))
    assert given == [Leaving.ENDED, Leaving.ENDED]
    assert judged == ["0000"]
