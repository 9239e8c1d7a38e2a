"""Claiming a placeholder: one says who it was, another agrees; never twice, never for oneself."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.activities.models import Activity
from volunteer_hub.checkin import undoing
from volunteer_hub.checkin.models import Scan, ServiceSession, WalkIn
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.ledger.verify import verify
from volunteer_hub.onsite import walk_ins
from volunteer_hub.onsite.walk_ins import Arrival, Place
from volunteer_hub.reviews import walk_in_claims, walk_in_queries
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.volunteers.models import Volunteer

LATER = END + timedelta(days=2)
REASON = "本人到场，值守人员辨认无误"


def visit(door: Door, *, left: bool = True) -> WalkIn:
    place = Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)
    with transaction():
        walk_in = walk_ins.arrive(door.actor, place, Arrival("红衣服阿姨"), secrets.token_hex(16), now=START)
    if left:
        with transaction():
            fresh = walk_ins.get_walk_in(door.shift.id, walk_in.id)
            hour = START + timedelta(hours=1)
            walk_ins.leave(door.actor, place, fresh, secrets.token_hex(16), now=hour)
    return walk_in


def actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name)


def claim(door: Door, walk_in: WalkIn, volunteer: Volunteer, by: Actor | None = None) -> int:
    with transaction():
        fresh = walk_in_queries.get_visit(EVERYTHING, walk_in.id)
        who = db.session.get_one(Volunteer, volunteer.id)
        return walk_in_claims.claim(by or door.actor, fresh, who, now=LATER).id


def decide(case_id: int, by: Actor, what: Callable[..., object] = walk_in_claims.confirm, **more: object) -> None:
    with transaction():
        found = walk_in_queries.get_claim(EVERYTHING, case_id)
        what(by, found, reason=REASON, now=LATER, **more)


def second() -> Actor:
    return actor(make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT, name="文明办张主任"))


def test_two_people_make_a_half_timed_stay_of_the_two_scans(app: Flask) -> None:
    door = make_door()
    walk_in, volunteer = visit(door), make_person()
    case_id = claim(door, walk_in, volunteer)
    assert db.session.scalars(select(ServiceSession)).all() == []
    decide(case_id, second(), out_at=None)
    session = db.session.scalars(select(ServiceSession)).one()
    assert (session.volunteer_id, session.hours_class, session.credited_minutes) == (volunteer.id, "B", 60)
    assert None not in (session.in_scan_id, session.out_scan_id)
    entry = db.session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.hours_class, entry.volunteer_id) == (60, "B", volunteer.id)
    assert db.session.get_one(ReviewCase, case_id).session_id == session.id
    assert walk_ins.count_unknown(door.shift.id) == 0
    assert verify(db.session.connection()).findings
    assert verify(db.session.connection()).holds


def test_who_claims_cannot_confirm_and_the_database_holds_it(app: Flask) -> None:
    """Red in the service without the check, and in the database without `two_people`."""
    door = make_door()
    case_id = claim(door, visit(door), make_person())
    with pytest.raises(Denied):
        decide(case_id, door.actor, out_at=None)
    with pytest.raises(IntegrityError), transaction():
        db.session.get_one(ReviewCase, case_id).decided_by = door.operator.id


def test_nobody_claims_or_confirms_his_own_hours(app: Flask) -> None:
    door = make_door()
    walk_in, volunteer, judge = visit(door), make_person(), make_account("本人")
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = judge.id
    with pytest.raises(Denied):
        claim(door, walk_in, volunteer, actor(judge))
    case_id = claim(door, walk_in, volunteer)
    with pytest.raises(Denied):
        decide(case_id, actor(judge), out_at=None)


def test_a_placeholder_is_claimed_for_one_person_only(app: Flask) -> None:
    """The compare-and-set says it kindly; red without `uq_review_cases_walk_in` in the database."""
    door = make_door()
    walk_in = visit(door)
    claim(door, walk_in, make_person())
    with pytest.raises(DomainError) as refused:
        claim(door, walk_in, make_person())
    assert refused.value.code == "already_claimed"
    second_case = ReviewCase(
        kind=CaseKind.WALK_IN, walk_in_id=walk_in.id, station_id=door.station.id, opened_at=LATER
    )
    with pytest.raises(IntegrityError), transaction():
        db.session.add(second_case)


def test_a_claim_that_is_not_believed_can_be_made_anew_for_another(app: Flask) -> None:
    door = make_door()
    walk_in, wrong, right, judge = visit(door), make_person(), make_person(), second()
    decide(claim(door, walk_in, wrong), judge, walk_in_claims.reject)
    decide(claim(door, walk_in, right), judge, out_at=None)
    assert db.session.scalars(select(ServiceSession.volunteer_id)).all() == [right.id]
    assert len(db.session.scalars(select(ReviewCase)).all()) == 2


def test_a_case_is_decided_once(app: Flask) -> None:
    door = make_door()
    case_id, judge = claim(door, visit(door), make_person()), second()
    decide(case_id, judge, out_at=None)
    with pytest.raises(DomainError):
        decide(case_id, judge, out_at=None)
    assert len(db.session.scalars(select(HoursEntry)).all()) == 1


def test_hours_that_overlap_others_are_refused_and_nothing_is_decided(app: Flask) -> None:
    door, other = make_door(), make_door()
    volunteer = make_signed_up(other)
    other.come(volunteer, START)
    other.go(volunteer, START + timedelta(minutes=90))
    case_id = claim(door, visit(door), volunteer)
    with pytest.raises(DomainError) as refused:
        decide(case_id, second(), out_at=None)
    assert refused.value.code == "overlap"
    assert db.session.get_one(ReviewCase, case_id).decided_at is None
    assert len(db.session.scalars(select(ServiceSession)).all()) == 1


def test_the_same_person_is_not_credited_for_two_placeholders_at_once(app: Flask) -> None:
    door = make_door()
    volunteer, judge = make_person(), second()
    decide(claim(door, visit(door), volunteer), judge, out_at=None)
    with pytest.raises(DomainError):
        decide(claim(door, visit(door), volunteer), judge, out_at=None)


def test_who_never_checked_out_needs_a_stated_time_no_later_than_the_plan(app: Flask) -> None:
    door = make_door()
    case_id, judge = claim(door, visit(door, left=False), make_person()), second()
    for stated in (None, START - timedelta(minutes=1), END + timedelta(minutes=1)):
        with pytest.raises(DomainError):
            decide(case_id, judge, out_at=stated)
    decide(case_id, judge, out_at=START + timedelta(minutes=45))
    assert db.session.scalars(select(ServiceSession.credited_minutes)).all() == [45]


def test_a_claimant_is_found_by_number_or_by_full_name_with_last_four_only(app: Flask) -> None:
    door = make_door()
    volunteer = make_person()
    assert door
    assert walk_in_queries.find_claimant(f" {volunteer.number.lower()} ", "").id == volunteer.id
    assert walk_in_queries.find_claimant(volunteer.name, "0000").id == volunteer.id
    for typed, four in ((volunteer.name, ""), (volunteer.name[:1], "0000"), (volunteer.name, "9999")):
        with pytest.raises(DomainError):
            walk_in_queries.find_claimant(typed, four)


@time_machine.travel(LATER, tick=False)
def test_the_pages_lead_from_the_claim_to_the_decision(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    walk_in, volunteer = visit(door), make_person()
    manager = sign_in(client, door.operator)
    page = f"/manage/walk-ins/{walk_in.id}/claim"
    assert manager.post(page, data={"who": "没有这个人", "four": "1234"}).status_code == 422
    assert manager.post(page, data={"who": volunteer.number}).status_code == 302
    case_id = db.session.scalars(select(ReviewCase.id)).one()
    decision = {"decision": "confirm", "reason": REASON}
    assert manager.post(f"/manage/reviews/walk-ins/{case_id}", data=decision).status_code == 422
    assert "等另一人确认" in manager.get("/manage/reviews/walk-ins").text
    office = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
    assert volunteer.name in office.get(f"/manage/reviews/walk-ins/{case_id}").text
    assert office.post(f"/manage/reviews/walk-ins/{case_id}", data=decision).status_code == 302
    assert db.session.scalars(select(HoursEntry.minutes)).all() == [60]


@time_machine.travel(LATER, tick=False)
def test_other_stations_and_scanners_claim_nothing(app: Flask, client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    walk_in = visit(door)
    case_id = claim(door, walk_in, make_person())
    foreign = sign_in(client, other.operator)
    assert foreign.get(f"/manage/walk-ins/{walk_in.id}/claim").status_code == 404
    assert foreign.post(f"/manage/reviews/walk-ins/{case_id}", data={"reason": REASON}).status_code == 404
    scanner = sign_in(app.test_client(), make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path))
    assert scanner.get(f"/manage/walk-ins/{walk_in.id}/claim").status_code == 403


def test_a_placeholders_scan_is_not_undone_and_stays_claimable(app: Flask) -> None:
    """Red where it can be: a scan is ruled on once, so its placeholder could never be confirmed."""
    door = make_door()
    walk_in, volunteer = visit(door), make_person()
    nonce = db.session.scalars(select(Scan.nonce).where(Scan.walk_in_id == walk_in.id).order_by(Scan.id)).first()
    with transaction(), pytest.raises(NotFound):
        undoing.undo(door.actor, str(nonce), now=START + timedelta(minutes=1))
    decide(claim(door, walk_in, volunteer), second(), out_at=None)
    assert db.session.scalars(select(ServiceSession)).one().credited_minutes == 60
