"""Scans that cannot be believed by themselves wait for a second person, who decides once and with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from tests.makers.phones import Phone, make_phone
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.checkin import codes, undoing
from volunteer_hub.checkin.models import CloseKind, Direction, Scan, ScanRuling, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.reviews import jobs, queries, service
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.reviews.queries import CaseFile
from volunteer_hub.volunteers.models import Volunteer

IN, OUT = Direction.IN, Direction.OUT
LATER = END + timedelta(hours=4)
OFFICE = Actor(9_000_001, "文明办")


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def phone(door: Door) -> Phone:
    return make_phone(door, START - timedelta(minutes=30))


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def code(volunteer: Volunteer, at: datetime) -> str:
    return codes.personal_code(volunteer.id, at)


def open_cases(now: datetime = LATER) -> list[CaseFile]:
    with time_machine.travel(now, tick=False):
        jobs.close_forgotten()
    return list(queries.page_cases(EVERYTHING).items)


def credited(volunteer: Volunteer) -> int:
    db.session.expire_all()
    balance = db.session.get(HoursBalance, volunteer.id)
    return balance.minutes if balance else 0


def late_pair(door: Door, phone: Phone) -> Volunteer:
    """Somebody whose check-in and check-out are stored but not believed, since the device had been revoked."""
    volunteer = make_signed_up(door)
    for at, direction in ((START, IN), (minute(60), OUT)):
        phone.scan(code(volunteer, at), direction, at, device=999)
    phone.send(phone.kept, minute(130))
    return volunteer


def test_quarantined_scans_earn_when_a_second_person_admits_them(door: Door, phone: Phone) -> None:
    volunteer = late_pair(door, phone)
    files = open_cases()
    assert [file.case.kind for file in files] == [CaseKind.QUARANTINED_SCAN] * 2
    assert credited(volunteer) == 0
    for file in files:
        with transaction():
            service.admit(OFFICE, file, at=file.made.scanned_at, reason="现场照片为证", now=LATER)
    assert credited(volunteer) == 60
    session = db.session.scalars(select(ServiceSession)).one()
    assert (session.hours_class, session.closed_by) == (HoursClass.B, CloseKind.SCANNED)
    assert queries.count_open(EVERYTHING) == 0


def test_whoever_scanned_may_not_admit_it(door: Door, phone: Phone) -> None:
    """Red at the database too: CHECK two_people on review cases."""
    late_pair(door, phone)
    file = open_cases()[0]
    with transaction(), pytest.raises(Denied, match="own_request"):
        service.admit(door.actor, file, at=file.made.scanned_at, reason="我看见的", now=LATER)
    case = db.session.get_one(ReviewCase, file.case.id)
    case.decided_by = door.operator.id
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_nobody_admits_a_scan_of_himself(door: Door, phone: Phone) -> None:
    volunteer = late_pair(door, phone)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = door.operator.id
    file = open_cases()[0]
    with transaction(), pytest.raises(Denied):
        service.admit(door.actor, file, at=file.made.scanned_at, reason="我在", now=LATER)


def test_dismissed_it_never_counts_and_stays(door: Door, phone: Phone) -> None:
    volunteer = late_pair(door, phone)
    for file in open_cases():
        with transaction():
            service.reject(OFFICE, file, reason="没有人见到", now=LATER)
    assert credited(volunteer) == 0
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 2
    assert open_cases() == []


def test_the_decider_may_state_when_it_really_was_but_not_outside_the_shift(door: Door, phone: Phone) -> None:
    volunteer = late_pair(door, phone)
    first, second = open_cases()
    with transaction(), pytest.raises(DomainError, match="at_range"):
        service.admit(OFFICE, first, at=START - timedelta(hours=3), reason="照片", now=LATER)
    with transaction():
        service.admit(OFFICE, first, at=minute(10), reason="照片", now=LATER)
    with transaction():
        service.admit(OFFICE, second, at=minute(60), reason="照片", now=LATER)
    assert credited(volunteer) == 50


def test_a_check_out_alone_is_completed_by_a_person_who_says_when_they_came(door: Door) -> None:
    volunteer = make_signed_up(door)
    assert door.go(volunteer, minute(90)).reason == "not_checked_in"
    assert open_cases(minute(100)) == []
    (file,) = open_cases(LATER + timedelta(hours=1))
    assert file.case.kind is CaseKind.INCOMPLETE
    with transaction(), pytest.raises(DomainError, match="in_at_range"):
        service.complete(OFFICE, file, in_at=minute(95), reason="照片", now=LATER)
    with transaction(), pytest.raises(Denied, match="own_request"):
        service.complete(door.actor, file, in_at=minute(20), reason="我看见的", now=LATER)
    with transaction():
        service.complete(OFFICE, file, in_at=minute(20), reason="照片", now=LATER)
    assert credited(volunteer) == 70
    assert open_cases(LATER + timedelta(hours=2)) == []


def test_a_late_check_out_answers_the_case_of_the_forgotten_one(door: Door, phone: Phone) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    phone.scan(code(volunteer, minute(100)), OUT, minute(100))
    assert [file.case.kind for file in open_cases()] == [CaseKind.AUTOMATIC_CLOSE]
    phone.send(phone.kept, LATER)
    assert credited(volunteer) == 100
    assert open_cases() == []


def test_a_late_scan_never_changes_what_a_person_decided_but_asks_again(door: Door, phone: Phone) -> None:
    """Red if decided sessions were derived anew: the credit would change to a hundred minutes."""
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    phone.scan(code(volunteer, minute(100)), OUT, minute(100))
    (file,) = open_cases()
    with transaction():
        service.confirm(OFFICE, file, out_at=minute(40), reason="看见他走的", now=LATER)
    answer = phone.send(phone.kept, LATER + timedelta(minutes=1))[0]
    assert answer.outcome.value == "already"
    assert credited(volunteer) == 40
    (asked,) = open_cases(LATER + timedelta(minutes=2))
    assert asked.case.kind is CaseKind.CONFLICT
    with transaction():
        service.acknowledge(OFFICE, asked, reason="维持", now=LATER + timedelta(minutes=3))
    assert credited(volunteer) == 40


def test_a_rejected_stay_is_not_revived_by_a_late_scan(door: Door, phone: Phone) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    phone.scan(code(volunteer, minute(100)), OUT, minute(100))
    (file,) = open_cases()
    with transaction():
        service.reject(OFFICE, file, reason="中途离开", now=LATER)
    phone.send(phone.kept, LATER + timedelta(minutes=1))
    assert credited(volunteer) == 0


def test_one_place_takes_back_what_the_other_was_credited_and_a_person_is_asked(door: Door) -> None:
    """Two phones without a network, in two places, of one person at the same time: the earlier stay stands."""
    there = make_door()
    volunteer = make_signed_up(door)
    make_sign_up(there.shift, volunteer)
    here_phone, there_phone = (make_phone(place, START - timedelta(minutes=5)) for place in (door, there))
    there_phone.scan(code(volunteer, minute(20)), IN, minute(20))
    there_phone.scan(code(volunteer, minute(70)), OUT, minute(70))
    there_phone.send(there_phone.kept, LATER)
    assert credited(volunteer) == 50
    here_phone.scan(code(volunteer, START), IN, START)
    here_phone.scan(code(volunteer, minute(110)), OUT, minute(110))
    here_phone.send(here_phone.kept, LATER)
    assert credited(volunteer) == 110
    assert [file.case.kind for file in open_cases()] == [CaseKind.CONFLICT]
    kept = db.session.scalars(select(HoursEntry.minutes).order_by(HoursEntry.id)).all()
    assert list(kept) == [50, -50, 110]


def test_undone_within_five_minutes_both_rows_stay_and_nothing_counts(door: Door) -> None:
    volunteer = make_signed_up(door)
    came = door.come(volunteer, START)
    with transaction():
        undoing.undo(door.actor, came.nonce, now=minute(4))
    with transaction():
        undoing.undo(door.actor, came.nonce, now=minute(9))
    assert db.session.scalars(select(ServiceSession.closed_by)).all() == [CloseKind.VOIDED]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1
    assert db.session.scalar(select(func.count()).select_from(ScanRuling)) == 1
    assert door.scan(volunteer, IN, minute(6)).reason == "checked_in"


def test_an_undone_check_out_opens_the_session_again(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    went = door.go(volunteer, minute(50))
    assert credited(volunteer) == 50
    with transaction():
        undoing.undo(door.actor, went.nonce, now=minute(52))
    assert credited(volunteer) == 0
    door.go(volunteer, minute(100))
    assert credited(volunteer) == 100
    sources = db.session.scalars(select(HoursEntry.source).order_by(HoursEntry.id)).all()
    assert len(set(sources)) == 3


def test_after_five_minutes_or_by_another_hand_nothing_is_undone(door: Door) -> None:
    volunteer = make_signed_up(door)
    came = door.come(volunteer, START)
    with transaction(), pytest.raises(DomainError, match="undo_too_late"):
        undoing.undo(door.actor, came.nonce, now=minute(6))
    with transaction(), pytest.raises(NotFound):
        undoing.undo(OFFICE, came.nonce, now=minute(1))


def test_the_tray_shows_each_kind_with_its_question(client: FlaskClient) -> None:
    door = make_door()
    late_pair(door, make_phone(door, START - timedelta(minutes=30)))
    file = open_cases()[0]
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "220403"))
    assert "待核扫码" in client.get("/manage/reviews").text
    page = client.get(f"/manage/reviews/{file.case.id}").text
    assert "采信这次扫码" in page
    assert "实际时间" in page
    refused = client.post(f"/manage/reviews/{file.case.id}", data={"decision": "confirm", "reason": ""})
    assert refused.status_code == 422
    decided = client.post(f"/manage/reviews/{file.case.id}", data={"decision": "confirm", "reason": "有照片"})
    assert decided.status_code == 302
    assert db.session.scalar(select(func.count()).select_from(ScanRuling)) == 1
