"""A class, a team or a family in one act, each person by the rules of a single scan."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import DISTRICT, START, Door, make_door, make_person, make_signed_up
from tests.makers.teams import make_team
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.checkin.models import Direction, EntryPoint, Scan, ServiceSession
from volunteer_hub.core import crypto
from volunteer_hub.core.db import db, transaction
from volunteer_hub.onsite import grouping
from volunteer_hub.volunteers.models import Guardian, Standing, Volunteer

FORM = "0123456789abcdef01234567"


def act(client: FlaskClient, door: Door, people: list[int], direction: str = "in", form: str = FORM) -> str:
    sent = {"form": form, "person": people, "direction": direction}
    answer = client.post(f"/manage/shifts/{door.shift.id}/group", data=sent)
    assert answer.status_code == 200, answer.text
    return answer.text


def count(model: type[Scan | ServiceSession]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@time_machine.travel(START, tick=False)
def test_of_fifty_with_three_bad_rows_forty_seven_are_saved_and_three_listed_by_reason(
    app: Flask, client: FlaskClient
) -> None:
    """C15."""
    door = make_door()
    people = [make_signed_up(door) for _ in range(50)]
    elsewhere = make_shift(door.station, starts_at=START, ends_at=START + timedelta(hours=2))
    make_sign_up(elsewhere, people[7])
    door.scan(people[7], Direction.IN, START - timedelta(minutes=5), shift=elsewhere)
    with transaction():
        for bad in (people[11], people[23]):
            standing = db.session.scalars(select(Standing).where(Standing.volunteer_id == bad.id)).one()
            standing.until = START
    page = act(sign_in(client, door.operator), door, [person.id for person in people])
    assert "50 人中 47 人成功" in page
    assert page.count("不在册") == 2
    assert page.count("在别处未签退") == 1
    inside = select(func.count()).where(ServiceSession.shift_id == door.shift.id, ServiceSession.out_at.is_(None))
    assert db.session.scalar(inside) == 47


@time_machine.travel(START, tick=False)
def test_a_form_sent_again_counts_nothing_twice(app: Flask, client: FlaskClient) -> None:
    """Red where the nonces are not the form's own."""
    door = make_door()
    people = [make_signed_up(door).id for _ in range(3)]
    sign_in(client, door.operator)
    first = act(client, door, people)
    scans = count(Scan)
    assert act(client, door, people).count("3 人中 3 人成功") == first.count("3 人中 3 人成功") == 1
    assert (count(Scan), count(ServiceSession)) == (scans, 3)
    again = act(client, door, people, form="f" * 24)
    assert "已经签过" in again
    assert count(ServiceSession) == 3


def test_whole_stays_of_a_group_are_class_b(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    people = [make_signed_up(door).id for _ in range(2)]
    with time_machine.travel(START, tick=False):
        act(sign_in(client, door.operator), door, people)
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        act(sign_in(client, door.operator), door, people, "out")
    rows = db.session.execute(select(ServiceSession.hours_class, ServiceSession.credited_minutes)).all()
    assert [tuple(row) for row in rows] == [("B", 60), ("B", 60)]
    assert set(db.session.scalars(select(Scan.entry_point))) == {EntryPoint.GROUP}


@time_machine.travel(START, tick=False)
def test_the_operator_is_skipped_and_only_those_offered_can_be_chosen(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    own, other, stranger = make_signed_up(door), make_signed_up(door), make_person()
    with transaction():
        db.session.get_one(Volunteer, own.id).account_id = door.operator.id
    sign_in(client, door.operator)
    assert "您本人请扫自己的码" in client.get(f"/manage/shifts/{door.shift.id}/group").text
    assert "1 人中 1 人成功" in act(client, door, [own.id, other.id, stranger.id])
    assert set(db.session.scalars(select(Scan.volunteer_id))) == {other.id}
    nobody = client.post(f"/manage/shifts/{door.shift.id}/group", data={"form": FORM, "person": [own.id]})
    assert nobody.status_code == 409


@time_machine.travel(START, tick=False)
def test_a_family_is_those_who_share_a_telephone_their_own_or_a_guardians(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    mother, child, grown, stranger = (make_signed_up(door) for _ in range(4))
    with transaction():
        for person, mobile in ((mother, "13900000001"), (grown, "13900000001"), (child, "13900000002")):
            row = db.session.get_one(Volunteer, person.id)
            row.mobile, row.mobile_index = mobile, crypto.blind_index("mobile", mobile)
        db.session.add(Guardian(volunteer_id=child.id, name="李妈妈", mobile="13900000001"))
    page = sign_in(client, door.operator).get(f"/manage/shifts/{door.shift.id}/group?family={mother.id}").text
    offered = {int(it) for it in re.findall(r'name="person" value="(\d+)"', page)}
    assert offered == {mother.id, child.id, grown.id}
    assert stranger.id not in offered


@time_machine.travel(START, tick=False)
def test_a_team_leader_is_offered_his_own_and_a_scanner_nobody(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    team, other = make_team(DISTRICT, name="三中一班"), make_team(DISTRICT, name="三中二班")
    shift = make_shift(door.station, starts_at=START, ends_at=START + timedelta(hours=2), team_id=team.id)
    pupil, foreign = make_person(), make_person()
    make_sign_up(shift, pupil, team_id=team.id)
    make_sign_up(shift, foreign, team_id=other.id)
    leader = make_staff(Role.TEAM_LEADER, ScopeKind.TEAM, team.path)
    page = sign_in(client, leader).get(f"/manage/shifts/{shift.id}/group").text
    assert re.findall(r'name="person" value="(\d+)"', page) == [str(pupil.id)]
    scanner = make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path)
    assert sign_in(app.test_client(), scanner).get(f"/manage/shifts/{shift.id}/group").status_code == 403
    stranger = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, "/999/")
    assert sign_in(app.test_client(), stranger).get(f"/manage/shifts/{shift.id}/group").status_code == 404


@time_machine.travel(START, tick=False)
def test_more_than_one_act_takes_are_refused_whole_and_nobody_is_dropped_without_a_word(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red where only the first ones are taken: two hundred of 214 were done, and of the others nothing was said."""
    monkeypatch.setattr(grouping, "MOST", 2)
    door = make_door()
    people = [make_signed_up(door).id for _ in range(3)]
    sent = {"form": FORM, "person": people, "direction": "in"}
    answer = sign_in(client, door.operator).post(f"/manage/shifts/{door.shift.id}/group", data=sent)
    assert (answer.status_code, "一次最多 2 人" in answer.text) == (409, True)
    assert count(Scan) == 0
