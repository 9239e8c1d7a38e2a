"""What people who work here could do for themselves, or to one another."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import START, Door, make_door, make_person
from tests.makers.ledger import make_entry, make_resident
from tests.makers.races import overlap
from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import service
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind, SignInKind, SignInName
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.reviews import jobs, queries
from volunteer_hub.reviews import service as reviews
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer


def _grant_of(account: Account) -> int:
    return db.session.scalars(select(RoleGrant.id).where(RoleGrant.account_id == account.id)).one()


def test_two_administrators_who_revoke_one_another_leave_one(app: Flask) -> None:
    """Without the turn in `accounts.service.revoke` PostgreSQL does both, and nobody is left to administer."""
    one, other = (_grant_of(make_staff(Role.ADMINISTRATOR)) for _ in range(2))
    now = clock.now()
    told = overlap(
        app,
        lambda: service.revoke(COMMAND_LINE, one, now=now),
        lambda: service.revoke(COMMAND_LINE, other, now=now),
    )
    assert told == ["done", "last_administrator"]


def test_an_administrator_of_one_region_or_of_yesterday_is_not_the_one_that_must_be_left(app: Flask) -> None:
    now = clock.now()
    make_staff(Role.ADMINISTRATOR, ScopeKind.REGION, "220403000000")
    assert not accounts.has_administrator(now)
    last = _grant_of(make_staff(Role.ADMINISTRATOR))
    with transaction():
        db.session.get_one(RoleGrant, last).expires_at = now + timedelta(days=1)
    assert accounts.has_administrator(now)
    assert not accounts.has_administrator(now + timedelta(days=2))


def test_who_moved_away_is_seen_as_known_then_and_no_later(app: Flask) -> None:
    """The pass of a person opened for a day in the past opens no line that was entered after that day."""
    places = make_district()
    moved = START - timedelta(days=300)
    person = make_resident(places.community, until=moved)
    with transaction():
        db.session.add(
            Standing(volunteer_id=person.id, region_code=places.far_community, assurance=2, since=moved, until=STILL)
        )
    known = make_entry(person.id, recorded_at=moved - timedelta(days=9))
    later = make_entry(person.id, recorded_at=moved + timedelta(days=9))
    client = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    question = f"region={places.street}&as_of={(moved - timedelta(days=2)).date()}"
    led = client.post(f"/office/statistics/people/{person.id}/open?{question}").headers["Location"]
    opened = led.partition("opened=")[2].partition("&")[0]
    address = "/office/statistics/entries/{}?{}&opened={}"
    assert client.get(address.format(known, question, opened)).status_code == 200
    assert client.get(address.format(later, question, opened)).status_code == 404


def _own(door: Door) -> int:
    """Register the station's manager as a volunteer of the shift."""
    volunteer = make_person()
    with transaction():
        volunteer.account_id = door.operator.id
        db.session.add(volunteer)
    make_sign_up(door.shift, volunteer)
    return volunteer.id


def test_a_manager_who_scans_himself_is_named_on_every_scan_and_on_the_hours(app: Flask) -> None:
    door = make_door()
    volunteer_id = _own(door)
    volunteer = db.session.get_one(Volunteer, volunteer_id)
    door.come(volunteer, START)
    door.go(volunteer, START + timedelta(hours=2))
    assert set(db.session.scalars(select(Scan.operator_account_id))) == {volunteer.account_id}
    assert db.session.scalars(select(HoursEntry.recorded_by)).one() == volunteer.account_id


def test_a_confirmed_stay_and_those_before_it_keep_to_the_cap_of_the_activity(app: Flask) -> None:
    """A shift over midnight has two civil days, so that the cap of the day alone would let twice as much through."""
    begins = START.replace(hour=4)
    door = make_door(starts_at=begins, ends_at=begins + timedelta(hours=23))
    volunteer = make_person()
    make_sign_up(door.shift, volunteer)
    door.come(volunteer, begins)
    door.go(volunteer, begins + timedelta(hours=11))
    door.come(volunteer, begins + timedelta(hours=14))
    with time_machine.travel(begins + timedelta(days=3), tick=False):
        jobs.close_forgotten()
        file = queries.page_cases(EVERYTHING).items[0]
        judge = make_staff(Role.ADMINISTRATOR)
        with transaction():
            file = queries.get_case(EVERYTHING, file.case.id)
            actor = Actor(judge.id, "林主任")
            reviews.confirm(actor, file, out_at=door.shift.ends_at, reason="值守人员作证", now=clock.now())
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == 720


def test_nobody_vouches_for_himself(app: Flask) -> None:
    """Who works here and is a volunteer too must not raise his own assurance, which official figures go by."""
    door = make_door()
    volunteer = db.session.get_one(Volunteer, _own(door))
    with pytest.raises(Denied), transaction():
        volunteers.raise_assurance(door.actor, volunteer, 3, "我就是我", now=START)
    assert set(db.session.scalars(select(Standing.assurance))) == {2}


def test_the_auditor_of_the_district_reads_of_a_password_replaced_at_a_desk(app: Flask) -> None:
    places = make_district()
    volunteer = make_volunteer(places.community, password="correct horse battery")
    office = make_staff(Role.OFFICE, ScopeKind.REGION, places.county)
    client = sign_in(app.test_client(), office)
    assert client.post(f"/office/volunteers/{volunteer.id}/recovery").status_code == 200
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "accounts.give_recovery_code")).one()
    assert (entry.actor_account_id, entry.region_code) == (office.id, places.community)


def test_an_error_of_the_database_prints_no_name(app: Flask) -> None:
    """The log keeps the error as SQLAlchemy words it: the statement, never the values."""
    account = make_staff(Role.SCANNER, name="欧阳文明")
    twin = {"account_id": account.id, "kind": SignInKind.STAFF_NAME, "name_index": "欧阳文明"}
    with pytest.raises(IntegrityError) as caught, transaction():
        db.session.execute(insert(SignInName), [twin])
    assert "欧阳" not in str(caught.value)
