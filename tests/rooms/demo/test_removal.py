"""Removing the demonstration takes all of it and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tests.makers.checkin import Door, make_door, make_signed_up
from tests.makers.demo import NOW, load_small, rows_left
from tests.makers.phones import make_phone
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin import codes, undoing
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome, RulingKind, Scan
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import removal
from volunteer_hub.demo.present import ALL_DAY_TITLE
from volunteer_hub.ledger.models import HoursBalance, HoursDay, HoursEntry
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.volunteers.models import Volunteer


def remove() -> removal.Removed:
    with transaction():
        return removal.remove(now=NOW)


def test_nothing_is_left_of_it(app: Flask) -> None:
    """A table this does not empty has been added to the demonstration without its removal."""
    load_small()
    removed = remove()
    assert rows_left() == {}
    assert removed["scans"] > removed["sessions"] > 0


def test_afterwards_scans_and_ledger_are_append_only_again(app: Flask) -> None:
    load_small()
    remove()
    load_small()
    for table in (Scan, HoursEntry):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(delete(table))


def _today() -> Shift:
    statement = select(Shift).join(Activity).where(Activity.title == ALL_DAY_TITLE).order_by(Shift.starts_at).limit(1)
    return db.session.scalars(statement).one()


def _serve_an_hour_today(volunteer: Volunteer) -> None:
    with transaction():
        sign_ups.sign_up(COMMAND_LINE, _today().id, volunteer, now=NOW, minimum_age=6)
    for direction, at in ((Direction.IN, NOW), (Direction.OUT, NOW + timedelta(hours=1))):
        code = codes.personal_code(volunteer.id, at)
        item = ScanItem(f"real-{direction}", code, direction, _today().id, EntryPoint.MANAGER_SCAN)
        answer = take_scans([item], COMMAND_LINE, EVERYTHING, now=at)[0]
        assert answer.outcome is Outcome.ACCEPTED, answer.reason


def test_somebody_who_tries_it_earns_hours_in_an_hour(app: Flask) -> None:
    loaded = load_small()
    number = loaded.logins[0].name
    volunteer = db.session.scalars(select(Volunteer).where(Volunteer.number == number)).one()
    before = db.session.scalar(select(HoursBalance.minutes).where(HoursBalance.volunteer_id == volunteer.id)) or 0
    _serve_an_hour_today(volunteer)
    after = db.session.scalar(select(HoursBalance.minutes).where(HoursBalance.volunteer_id == volunteer.id))
    assert after == before + 60


def test_a_real_person_keeps_real_hours_and_loses_those_of_the_demonstration(app: Flask) -> None:
    load_small()
    door = make_door()
    person = make_signed_up(door)
    door.come(person, door.shift.starts_at)
    door.go(person, door.shift.starts_at + timedelta(minutes=90))
    kept = db.session.scalars(select(HoursBalance.minutes).where(HoursBalance.volunteer_id == person.id)).one()
    _serve_an_hour_today(person)
    remove()
    balances = db.session.execute(select(HoursBalance.volunteer_id, HoursBalance.minutes)).all()
    assert [tuple(row) for row in balances] == [(person.id, kept)]
    assert db.session.scalars(select(HoursDay.service_on)).all() == [date(2026, 3, 5)]
    assert db.session.scalars(select(Volunteer.id)).all() == [person.id]


def test_a_managers_scanner_and_what_was_said_of_its_scans_go_too(app: Flask) -> None:
    load_small()
    manager = db.session.scalars(select(Account).where(Account.is_demonstration).limit(1)).one()
    scan = db.session.scalars(select(Scan).limit(1)).one()
    phone = make_phone(Door(db.session.get_one(Station, scan.station_id), _today(), manager), NOW)
    with transaction():
        undoing.rule(phone.door.actor, scan, RulingKind.DISMISSED, "不实", now=NOW)
    remove()
    assert rows_left() == {}


def test_a_real_station_below_a_demonstration_one_stands_on_its_own_afterwards(app: Flask) -> None:
    """So does the grant on it: ids are used again, and a left-over path would open another station's door."""
    load_small()
    institute = db.session.scalars(select(Station).where(Station.kind == StationKind.INSTITUTE).limit(1)).one()
    with transaction():
        real = Station(
            parent_id=institute.id,
            path="",
            kind=StationKind.POST,
            name="真实的实践站",
            region_code="220403001001",
            opened_at=NOW,
        )
        db.session.add(real)
        db.session.flush()
        real.path = f"{institute.path}{real.id}/"
        keeper = accounts.create_account("真实站长", None, {}, now=NOW)
        for path in (real.path, institute.path):
            accounts.grant(COMMAND_LINE, keeper.id, Role.STATION_MANAGER, ScopeKind.STATION, path, now=NOW)
    remove()
    left = db.session.scalars(select(Station)).one()
    assert (left.id, left.parent_id, left.path) == (real.id, None, f"/{real.id}/")
    assert db.session.scalars(select(RoleGrant.scope_value)).all() == [f"/{real.id}/"]
