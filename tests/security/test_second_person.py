"""Nobody decides about his own request or his own hours, by any route, and a try is kept in the trail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import GRANTED, make_account, make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.requests import COOLED, make_correction, make_make_up, make_photo
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.volunteers.models import Volunteer

SHORTER = Times(START, START + timedelta(minutes=90))
Form = dict[str, Any]


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    """A door, a day and some hours after the shift: what was asked for then may be decided now."""
    made = make_door()
    with time_machine.travel(COOLED, tick=False):
        yield made


def _as(app: Flask, account: Account) -> FlaskClient:
    return sign_in(app.test_client(), account)


def _manager(door: Door, name: str = "赵副站长") -> Account:
    return make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name=name)


def _is(volunteer: Volunteer, account: Account) -> Volunteer:
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return volunteer


def _correction(door: Door, volunteer: Volunteer | None = None) -> Correction:
    volunteer = volunteer or make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    return make_correction(door, db.session.scalars(select(ServiceSession.id)).one(), SHORTER)


def _form(number: str, **more: Any) -> Form:
    return {
        "number": number,
        "in_at": "2026-03-05T09:00",
        "out_at": "2026-03-05T11:00",
        "reason": "手机没电",
        "picture": (io.BytesIO(make_photo()), "x.jpg"),
        **more,
    }


def _credits() -> int:
    return db.session.scalar(select(func.count()).select_from(HoursEntry)) or 0


def _denied() -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reviews.denied").order_by(AuditEntry.id))
    return [row.details["why"] for row in rows]


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_the_requester_does_not_decide(app: Flask, door: Door, act: str) -> None:
    make_up, correction = make_make_up(door, make_person()), _correction(door)
    before, client = _credits(), _as(app, door.operator)
    for address in (f"/manage/make-ups/{make_up.id}/{act}", f"/manage/corrections/{correction.id}/{act}"):
        answer = client.post(address, data={"reason": "我来定"})
        assert answer.status_code == 403
        assert "须由另一人审核" in answer.text
    assert _credits() == before
    assert _denied() == ["own_request", "own_request"]


def test_a_second_role_does_not_make_a_second_person(app: Flask, door: Door) -> None:
    make_up, correction = make_make_up(door, make_person()), _correction(door)
    with transaction():
        accounts.grant(COMMAND_LINE, door.operator.id, Role.OFFICE, ScopeKind.REGION, DISTRICT[:6], now=GRANTED)
    client = _as(app, door.operator)
    assert client.post(f"/manage/make-ups/{make_up.id}/approve").status_code == 403
    assert client.post(f"/manage/corrections/{correction.id}/approve").status_code == 403


def test_nobody_asks_for_his_own_hours(app: Flask, door: Door) -> None:
    own = _is(make_person(), door.operator)
    with transaction():
        row = db.session.get_one(Volunteer, own.id)
        row.name, row.mobile = "王站长", "13800004321"
    client, address = _as(app, door.operator), f"/manage/shifts/{door.shift.id}/make-ups/new"
    by_number = client.post(address, data=_form(own.number))
    by_name = client.post(address, data=_form("", name="王站长", last_four="4321"))
    assert (by_number.status_code, by_name.status_code) == (403, 403)
    assert "不能为自己补录时长" in by_number.text
    assert db.session.scalar(select(func.count()).select_from(MakeUp)) == 0
    assert _denied() == ["own_hours", "own_hours"]


def test_nobody_decides_about_his_own_hours(app: Flask, door: Door) -> None:
    second = _manager(door)
    make_up = make_make_up(door, _is(make_signed_up(door), second))
    client = _as(app, second)
    for act in ("approve", "reject"):
        assert client.post(f"/manage/make-ups/{make_up.id}/{act}", data={"reason": "x"}).status_code == 403
    assert _credits() == 0


def test_nobody_corrects_his_own_hours_or_decides_about_it(app: Flask, door: Door) -> None:
    second = _manager(door)
    correction = _correction(door, _is(make_signed_up(door), second))
    client = _as(app, second)
    for act in ("approve", "reject"):
        assert client.post(f"/manage/corrections/{correction.id}/{act}", data={"reason": "x"}).status_code == 403
    propose = client.post(
        f"/manage/sessions/{correction.session_id}/correction",
        data={"in_at": "2026-03-05T09:00", "out_at": "2026-03-05T11:00", "reason": "x"},
    )
    assert propose.status_code == 403
    assert _credits() == 1


def test_hours_that_became_ones_own_after_the_request_are_not_decided_either(app: Flask, door: Door) -> None:
    """The account was joined to the volunteer while the request waited."""
    second, volunteer = _manager(door), make_person()
    make_up = make_make_up(door, volunteer)
    _is(volunteer, second)
    assert _as(app, second).post(f"/manage/make-ups/{make_up.id}/approve").status_code == 403


def test_nothing_moves_once_it_is_decided(app: Flask, door: Door) -> None:
    volunteer = _is(make_person(), make_account("李秀兰"))
    make_up = make_make_up(door, volunteer)
    second, third = _as(app, _manager(door)), _as(app, _manager(door, "钱副站长"))
    assert second.post(f"/manage/make-ups/{make_up.id}/approve").status_code == 302
    assert third.post(f"/manage/make-ups/{make_up.id}/approve").status_code == 409
    assert third.post(f"/manage/make-ups/{make_up.id}/reject", data={"reason": "不对"}).status_code == 409
    requester = _as(app, door.operator)
    assert requester.post(f"/manage/make-ups/{make_up.id}/withdraw").status_code == 409
    person = sign_in(app.test_client(), db.session.get_one(Volunteer, volunteer.id))
    assert person.post(f"/my/make-ups/{make_up.id}", data={"took_part": "no"}).status_code == 409
    assert _credits() == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_there_is_no_way_to_edit(app: Flask, door: Door, method: str) -> None:
    make_up = make_make_up(door, make_person())
    client = _as(app, _manager(door))
    answer = client.open(f"/manage/make-ups/{make_up.id}", method=method, data={"reason": "x"})
    assert answer.status_code == 405
    assert client.post(f"/manage/make-ups/{make_up.id}", data={"reason": "x"}).status_code == 405


def test_before_the_cool_down_ends_nothing_is_approved(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, make_person())
    with time_machine.travel(COOLED - timedelta(seconds=1), tick=False):
        answer = _as(app, _manager(door)).post(f"/manage/make-ups/{make_up.id}/approve")
    assert answer.status_code == 409
    assert _credits() == 0


@pytest.mark.parametrize("role", [Role.SCANNER, Role.AUDITOR])
def test_who_may_not_decide_reviews_gets_nowhere(app: Flask, door: Door, role: Role) -> None:
    make_up, correction = make_make_up(door, make_person()), _correction(door)
    client = _as(app, make_staff(role, ScopeKind.REGION, DISTRICT))
    for address in (
        f"/manage/make-ups/{make_up.id}/approve",
        f"/manage/make-ups/{make_up.id}/reject",
        f"/manage/corrections/{correction.id}/approve",
        f"/manage/shifts/{door.shift.id}/make-ups/new",
    ):
        assert client.post(address, data=_form("x")).status_code == 403
    assert client.get(f"/manage/make-ups/{make_up.id}/evidence.jpg").status_code == 403


def test_the_manager_of_another_station_finds_nothing(app: Flask, door: Door) -> None:
    make_up, correction = make_make_up(door, make_person()), _correction(door)
    client = _as(app, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, "/999/"))
    for address in (f"/manage/make-ups/{make_up.id}", f"/manage/corrections/{correction.id}"):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/approve").status_code == 404
    for address in (
        f"/manage/make-ups/{make_up.id}/evidence.jpg",
        f"/manage/shifts/{door.shift.id}/make-ups/new",
        f"/manage/shifts/{door.shift.id}/hours",
        f"/manage/sessions/{correction.session_id}/correction",
    ):
        assert client.get(address).status_code == 404


def test_a_stations_manager_does_not_approve_what_is_late(app: Flask, door: Door) -> None:
    asked_at = END + timedelta(days=20)
    make_up = make_make_up(door, make_person(), now=asked_at)
    with time_machine.travel(asked_at + timedelta(days=2), tick=False):
        answer = _as(app, _manager(door)).post(f"/manage/make-ups/{make_up.id}/approve")
        assert answer.status_code == 403
        assert "须由区划一级" in answer.text
        office = _as(app, make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
        assert office.post(f"/manage/make-ups/{make_up.id}/approve").status_code == 302


@pytest.mark.parametrize("column", ["requested_by", "volunteer_account_id"])
@pytest.mark.parametrize("model", [MakeUp, Correction])
def test_the_database_itself_wants_a_second_person(
    door: Door, model: type[MakeUp] | type[Correction], column: str
) -> None:
    """Red without the CHECK constraints `two_people` and `not_ones_own`."""
    volunteer = _is(make_signed_up(door), make_account("李秀兰"))
    row = _correction(door, volunteer) if model is Correction else make_make_up(door, volunteer)
    who, row_id = getattr(row, column), row.id
    decided = {"state": RequestState.REJECTED, "decided_by": who, "decided_at": COOLED, "decision_reason": "x"}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(model).where(model.id == row_id).values(**decided))


def test_only_the_person_answers(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, _is(make_person(), make_account("李秀兰")))
    for account in (door.operator, _manager(door), make_account("路人")):
        client = _as(app, account)
        assert client.get(f"/my/make-ups/{make_up.id}").status_code == 404
        assert client.post(f"/my/make-ups/{make_up.id}", data={"took_part": "yes"}).status_code == 404
