"""A case that something else has settled decides nothing any more; and who holds the phone is no second person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from tests.makers.phones import make_phone
from tests.rooms.reviews.test_scans import LATER, OFFICE, credited, open_cases
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.checkin import beacons, codes
from volunteer_hub.checkin.models import CloseKind, Direction, Scan, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.reviews import queries, service
from volunteer_hub.reviews.models import CaseKind


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def test_a_check_out_that_came_late_is_not_overwritten_by_the_case_it_settled(door: Door) -> None:
    """Red without reading anew what the stay has become: ten minutes, which count nothing, became two hours."""
    volunteer = make_signed_up(door)
    phone = make_phone(door, START - timedelta(minutes=30))
    left = START + timedelta(minutes=10)
    door.come(volunteer, START)
    phone.scan(codes.personal_code(volunteer.id, left), Direction.OUT, left)
    [file] = open_cases()
    phone.send(phone.kept, LATER)
    for decide in (
        lambda: service.confirm(OFFICE, file, out_at=END, reason="看见的", now=LATER),
        lambda: service.reject(OFFICE, file, reason="没看见", now=LATER),
    ):
        with transaction(), pytest.raises(DomainError, match="changed_meanwhile"):
            decide()
    assert credited(volunteer) == 0
    session = db.session.scalars(select(ServiceSession)).one()
    assert (session.out_at, session.closed_by) == (left, CloseKind.SCANNED)


def test_whoever_enrolled_the_phone_does_not_admit_what_it_signed_in_anothers_name(door: Door) -> None:
    """Red without asking whose phone it is: a beacon heard for a colleague makes the colleague the operator."""
    colleague = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path)
    phone = make_phone(door, START - timedelta(minutes=30))
    phone.beacon = beacons.light(colleague.id, None, phone.beacon_at)
    volunteer = make_signed_up(door)
    at = START + timedelta(minutes=1)
    phone.scan(codes.personal_code(volunteer.id, at), Direction.IN, at, prev="0" * 64)
    phone.send(phone.kept, START + timedelta(hours=1))
    assert db.session.scalars(select(Scan.operator_account_id)).one() == colleague.id
    [file] = open_cases()
    assert file.case.kind is CaseKind.QUARANTINED_SCAN
    for actor in (door.actor, Actor(colleague.id, "同事")):
        with transaction(), pytest.raises(Denied, match="own_request"):
            service.admit(actor, file, at=at, reason="我看见的", now=LATER)
    with transaction():
        service.admit(OFFICE, file, at=at, reason="现场照片", now=LATER)
    assert queries.count_open(EVERYTHING) == 0
