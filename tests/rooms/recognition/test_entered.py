"""Trainings, honours and evaluations: entered with what the law asks for, taken back with a reason, never erased."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.notices.models import Notice
from volunteer_hub.recognition import queries, service
from volunteer_hub.recognition.models import Evaluation, Honour, Training
from volunteer_hub.recognition.service import About, Given, Judged, Taught
from volunteer_hub.volunteers.models import Volunteer

AFTER = END + timedelta(hours=2)
FIRST_AID = Taught("急救培训", "心肺复苏", 120, "区红十字会", date(2026, 3, 1))
BEST = Given("优秀志愿者", date(2026, 3, 1), "区文明办")
GOOD = Judged(5, "耐心细致", date(2026, 3, 5))


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def came(door: Door) -> Volunteer:
    """Return somebody with an account who served two hours at the door's shift."""
    volunteer = make_signed_up(door)
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    door.come(volunteer, START)
    door.go(volunteer, END)
    return db.session.get_one(Volunteer, volunteer.id, populate_existing=True)


def enter(door: Door, *people: Volunteer, said: service.Said = GOOD) -> tuple[int, int]:
    with transaction():
        about = About([person.id for person in people], DISTRICT, door.shift.id)
        return service.enter(door.actor, about, said, now=AFTER)


def test_everybody_chosen_gets_the_same_and_hears_of_it(door: Door) -> None:
    first, second = came(door), came(door)
    assert enter(door, first, second) == (2, 0)
    assert [(row.quality, title) for row, title in queries.list_evaluations(second.id)] == [(5, "街道清洁日")]
    keys = db.session.scalars(select(Notice.key).where(Notice.account_id == first.account_id)).all()
    assert [key.partition(":")[0] for key in keys] == ["evaluations"]
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "recognition.enter")).one()
    assert trail.details["people"] == 2


def test_the_same_is_not_entered_twice(door: Door) -> None:
    volunteer = came(door)
    for said in (GOOD, FIRST_AID, BEST):
        assert enter(door, volunteer, said=said) == (1, 0)
        assert enter(door, volunteer, said=said) == (0, 1)


def test_nobody_enters_anything_for_oneself(door: Door) -> None:
    volunteer = make_signed_up(door)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = door.operator.id
    assert enter(door, volunteer) == (0, 1)


def test_what_was_entered_under_a_merged_registration_stays_with_the_person(door: Door) -> None:
    first, second = came(door), came(door)
    enter(door, first, said=BEST)
    with transaction():
        db.session.get_one(Volunteer, first.id).merged_into_id = second.id
    assert [row.name for row in queries.list_honours(second.id)] == ["优秀志愿者"]


def test_a_training_of_tomorrow_is_refused(door: Door) -> None:
    with pytest.raises(DomainError) as refused:
        enter(door, came(door), said=Taught("急救培训", "心肺复苏", 60, "站", date(2026, 3, 6)))
    assert refused.value.field == "held_on"


def test_what_is_taken_back_stays_in_the_books_with_its_reason(door: Door) -> None:
    volunteer = came(door)
    enter(door, volunteer, said=BEST)
    with transaction():
        service.take_back(door.actor, db.session.scalars(select(Honour)).one(), reason="记错人", now=AFTER)
    db.session.rollback()
    assert queries.list_honours(volunteer.id) == []
    row = db.session.scalars(select(Honour)).one()
    assert (row.taken_back_by, row.taken_back_reason) == (door.operator.id, "记错人")
    assert enter(door, volunteer, said=BEST) == (1, 0)


@pytest.mark.parametrize("model", [Training, Honour, Evaluation])
def test_what_was_entered_is_neither_changed_nor_erased(
    door: Door, model: type[Training | Honour | Evaluation]
) -> None:
    volunteer = came(door)
    for said in (GOOD, FIRST_AID, BEST):
        enter(door, volunteer, said=said)
    for statement in (delete(model), update(model).values(region_code=DISTRICT, recorded_by=999)):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(statement)


def test_the_roster_offers_those_who_came_and_takes_an_evaluation(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    volunteer, absent = came(door), make_signed_up(door)
    with time_machine.travel(AFTER, tick=False):
        sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path))
        for what in ("evaluation", "training"):
            page = client.get(f"/manage/shifts/{door.shift.id}/recognition?what={what}").text
            assert f'name="people" value="{volunteer.id}" checked' in page
            assert f'name="people" value="{absent.id}"' not in page
        data = {"people": [volunteer.id, absent.id, "²", "9" * 5000], "quality": "4", "comment": "守时"}
        sent = client.post(f"/manage/shifts/{door.shift.id}/recognition", data=data)
        assert sent.status_code == 302
        own = sign_in(app.test_client(), volunteer).get("/me/recognition").text
    assert "守时" in own
    assert "4 分，好" in own
    assert queries.list_evaluations(absent.id) == []


def test_the_office_enters_an_honour_and_takes_it_back(client: FlaskClient, door: Door) -> None:
    person = make_person()
    with time_machine.travel(AFTER, tick=False):
        sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
        found = client.get(f"/office/recognition?number={person.number}")
        assert found.headers["Location"] == f"/office/recognition/people/{person.id}"
        data = {"name": "优秀志愿者", "granted_on": "2026-03-01", "unit": "区文明办"}
        assert client.post(f"/office/recognition/people/{person.id}", data=data).status_code == 302
        assert "优秀志愿者" in client.get(f"/office/recognition/people/{person.id}").text
        row = db.session.scalars(select(Honour)).one()
        back = f"/manage/recognition/take-back?kind=honour&id={row.id}"
        assert client.post(back, data={"reason": ""}).status_code == 422
        assert client.post(back, data={"reason": "记错人"}).status_code == 302
    assert queries.list_honours(person.id) == []


def test_an_office_elsewhere_neither_sees_nor_takes_back(client: FlaskClient, door: Door) -> None:
    person = came(door)
    enter(door, person, said=BEST)
    row = db.session.scalars(select(Honour)).one()
    with time_machine.travel(AFTER, tick=False):
        sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "110101"))
        assert client.get(f"/office/recognition/people/{person.id}").status_code == 404
        assert client.get(f"/manage/recognition/take-back?kind=honour&id={row.id}").status_code == 404


def test_an_office_sets_the_levels_and_points_of_its_division(client: FlaskClient, door: Door) -> None:
    levels = {"hours_1": "50", "name_1": "", "hours_2": "200", "name_2": "银星", "classes": ["A", "B"]}
    with time_machine.travel(AFTER, tick=False):
        sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
        page = client.get("/office/recognition").text
        assert 'value="1500"' in page
        refused = client.post("/office/recognition/levels", data={**levels, "hours_2": "40", "source": "区文件"})
        assert refused.status_code == 422
        assert "每一级的小时数都要比前一级多" in refused.text
        sent = client.post("/office/recognition/levels", data={**levels, "source": "区文件"})
        assert sent.status_code == 302
        points = {"class_a": "2", "class_b": "1", "class_c": "0", "class_d": "0"}
        assert client.post("/office/recognition/points", data=points).status_code == 302
        again = client.get("/office/recognition").text
    rule = queries.star_rule(DISTRICT)
    assert [(star.hours, star.name) for star in rule.stars] == [(50, "一星级"), (200, "银星")]
    assert sorted(rule.classes) == ["A", "B"]
    assert "A 2 · B 1 · C 0 · D 0" in again


def test_a_manager_of_a_station_sets_no_levels(client: FlaskClient, door: Door) -> None:
    sign_in(client, door.operator)
    assert client.get("/office/recognition").status_code == 403


def test_whoever_acts_for_another_is_the_one_who_recorded(door: Door) -> None:
    volunteer = came(door)
    acting = Actor(99, "家人", by_account_id=door.operator.id)
    with transaction():
        service.enter(acting, About([volunteer.id], DISTRICT, door.shift.id), GOOD, now=AFTER)
    assert db.session.scalars(select(Evaluation)).one().recorded_by == door.operator.id
