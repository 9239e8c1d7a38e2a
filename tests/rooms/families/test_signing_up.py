"""Signing a family up in one act: an answer for each, and no young child alone."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.families import make_child, make_link, years_ago
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.families.conftest import HOUR
from tests.rooms.families.test_acting import act, rows
from volunteer_hub.accounts.models import Role
from volunteer_hub.activities.models import Shift, SignUp, SignUpState
from volunteer_hub.core.db import db
from volunteer_hub.families.models import CareLink
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


def key_of(volunteer: Volunteer) -> int:
    return db.session.scalars(select(CareLink.id).where(CareLink.volunteer_id == volunteer.id)).one()


def standing() -> dict[int, SignUpState]:
    db.session.rollback()
    return {row.volunteer_id: row.state for row in db.session.scalars(select(SignUp))}


def ask(client: FlaskClient, shift: Shift, *keys: int) -> str:
    answer = client.post(f"/shifts/{shift.id}/family", data={"who": [str(key) for key in keys]})
    assert answer.status_code == 302
    return client.get(answer.location).text


def test_several_are_signed_up_in_one_act_with_an_answer_each(
    phone: FlaskClient, mother: Volunteer, child: Volunteer, elder: Volunteer, station: Station, shift: Shift
) -> None:
    make_link(mother, elder)
    other = make_shift(station, starts_at=shift.starts_at + HOUR, ends_at=shift.ends_at + HOUR, title="另一处")
    make_sign_up(other, elder)
    page = ask(phone, shift, 0, key_of(child), key_of(elder))
    assert "王芳：报名成功。" in page
    assert "小明：报名成功。" in page
    assert "赵桂兰：与您已报名的“另一处”" in page
    assert standing() == {
        elder.id: SignUpState.ACCEPTED,
        mother.id: SignUpState.ACCEPTED,
        child.id: SignUpState.ACCEPTED,
    }
    asked = {row.volunteer_id: row.asked_by for row in db.session.scalars(select(SignUp)) if row.shift_id == shift.id}
    assert asked == {mother.id: None, child.id: mother.account_id}
    (entry,) = rows()
    assert (entry.actor_account_id, entry.object_id) == (mother.account_id, str(child.id))
    assert entry.details["on_behalf_of"] == child.account_id


def test_the_last_place_goes_to_one_and_the_other_waits(
    phone: FlaskClient, mother: Volunteer, child: Volunteer, station: Station, shift: Shift
) -> None:
    small = make_shift(station, starts_at=shift.starts_at, ends_at=shift.ends_at, capacity=1)
    page = ask(phone, small, 0, key_of(child))
    assert "王芳：报名成功。" in page
    assert "小明：名额已满，已进入候补。" in page
    assert standing() == {mother.id: SignUpState.ACCEPTED, child.id: SignUpState.WAITING}


def test_nobody_is_signed_up_by_a_link_of_somebody_else(
    app: Flask, district: District, child: Volunteer, shift: Shift
) -> None:
    stranger = sign_in(app.test_client(), make_volunteer(district.community, "路人"))
    ask(stranger, shift, key_of(child), 999999)
    assert standing() == {}


def test_a_young_child_needs_its_guardian_at_the_same_shift(
    phone: FlaskClient, mother: Volunteer, district: District, shift: Shift
) -> None:
    little = make_child(mother, district.community, "小红", birth_on=years_ago(8))
    page = ask(phone, shift, key_of(little))
    assert "小红未满 10 周岁，须有监护人一起参加" in page
    assert standing() == {}
    ask(phone, shift, key_of(little), 0)
    assert standing() == {mother.id: SignUpState.ACCEPTED, little.id: SignUpState.ACCEPTED}


def test_the_guardian_of_a_young_child_does_not_leave_it_alone(
    phone: FlaskClient, mother: Volunteer, district: District, shift: Shift
) -> None:
    little = make_child(mother, district.community, "小红", birth_on=years_ago(8))
    ask(phone, shift, key_of(little), 0)
    refused = phone.post(f"/shifts/{shift.id}/withdraw")
    assert refused.status_code == 409
    assert "请先取消孩子的报名" in refused.text
    act(phone, little)
    assert phone.post(f"/shifts/{shift.id}/withdraw").status_code == 302
    phone.post("/me/family/back")
    assert phone.post(f"/shifts/{shift.id}/withdraw").status_code == 302
    assert set(standing().values()) == {SignUpState.WITHDRAWN}


def test_a_young_child_is_refused_alone_while_acting_too(
    phone: FlaskClient, mother: Volunteer, district: District, shift: Shift
) -> None:
    act(phone, make_child(mother, district.community, "小红", birth_on=years_ago(8)))
    answer = phone.post(f"/shifts/{shift.id}/sign-up")
    assert answer.status_code == 409
    assert "须有监护人一起参加" in answer.text


def test_the_activity_offers_the_family_page_only_to_who_has_a_family(
    app: Flask, phone: FlaskClient, child: Volunteer, elder: Volunteer, shift: Shift
) -> None:
    address = f"/activities/{shift.activity_id}"
    assert "为家人报名" in phone.get(address).text
    assert "为家人报名" not in sign_in(app.test_client(), elder).get(address).text
    assert "为家人报名" not in app.test_client().get(address).text
    act(phone, child)
    assert "为家人报名" not in phone.get(address).text


def test_the_station_manager_sees_who_signed_the_elder_up(
    app: Flask, phone: FlaskClient, mother: Volunteer, elder: Volunteer, shift: Shift
) -> None:
    make_link(mother, elder)
    ask(phone, shift, 0, key_of(elder))
    roster = sign_in(app.test_client(), make_staff(Role.ADMINISTRATOR)).get(f"/manage/shifts/{shift.id}").text
    assert roster.count("由王*代报名") == 1
