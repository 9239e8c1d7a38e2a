"""A year in figures, and its public address: opt-in, without the name, gone when taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door
from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from volunteer_hub.core.db import db, transaction
from volunteer_hub.recognition import shares, years
from volunteer_hub.recognition.stars import DEFAULT
from volunteer_hub.volunteers.models import Volunteer

PLACE = "220403002001"
LATER = datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_a_year_counts_what_stands_and_only_of_that_year(app: Flask) -> None:
    make_district()
    who = make_resident(PLACE).id
    make_entry(who, 60, service_on=date(2022, 1, 31))
    make_entry(who, 120, service_on=date(2022, 3, 5))
    make_entry(who, 60, service_on=date(2022, 3, 5))
    make_entry(who, 90, service_on=date(2021, 12, 31))
    make_reversal(make_entry(who, 300, service_on=date(2022, 4, 1)))
    it = years.of_year(who, 2022, DEFAULT)
    assert (it.minutes, it.times, it.days) == (240, 3, 2)
    assert (it.longest_on, it.longest_minutes) == (date(2022, 3, 5), 180)
    assert it.months == (60, 0, 180, *[0] * 9)
    assert years.list_years(who) == [2022, 2021]


def test_the_star_of_a_year_is_that_of_its_end(app: Flask) -> None:
    make_district()
    who = make_resident(PLACE).id
    for number in range(10):
        make_entry(who, 600, service_on=date(2021, 3, 1) + timedelta(days=number))
    make_entry(who, 600, service_on=date(2022, 3, 1))
    levels = [it.level if (it := years.of_year(who, year, DEFAULT).star) else 0 for year in (2020, 2021, 2022)]
    assert levels == [0, 1, 1]


def test_a_year_without_service_is_empty(app: Flask) -> None:
    make_district()
    it = years.of_year(make_resident(PLACE).id, 2022, DEFAULT)
    assert (it.minutes, it.times, it.longest_on, it.star) == (0, 0, None, None)


@pytest.fixture
def volunteer(app: Flask) -> Volunteer:
    """Somebody of the district with an account, who served two hours in March 2026."""
    district = make_district()
    door: Door = make_door()
    person = make_volunteer(district.community, "张丽华", password="a good password")
    make_sign_up(door.shift, person)
    door.come(person, START)
    door.go(person, END)
    return person


@time_machine.travel(LATER, tick=False)
def test_the_page_of_a_year_says_what_was_done(client: FlaskClient, volunteer: Volunteer) -> None:
    sign_in(client, volunteer)
    page = client.get("/me/year?year=2026").text
    assert "我的 2026 年" in page
    assert "2.00" in page
    assert "3 月 2.00 小时" in page
    assert "2025 年还没有服务记录" in client.get("/me/year?year=2025").text


@time_machine.travel(LATER, tick=False)
def test_a_shared_year_shows_figures_and_never_the_name(
    app: Flask, client: FlaskClient, volunteer: Volunteer
) -> None:
    sign_in(client, volunteer)
    assert client.post("/me/year/share?year=2026", data={"shown_name": "小华"}).status_code == 302
    share = shares.find(volunteer.id, 2026)
    assert share is not None
    answer = app.test_client().get(f"/y/{share.token}")
    assert answer.status_code == 200
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "小华的 2026 年" in answer.text
    assert "张丽华" not in answer.text
    assert volunteer.number not in answer.text
    assert 'property="og:title" content="2026 年志愿服务 2.00 小时"' in answer.text
    assert f"/y/{share.token}" in client.get("/me/year?year=2026").text


@time_machine.travel(LATER, tick=False)
def test_an_address_taken_back_leads_nowhere_and_the_next_is_another(
    app: Flask, client: FlaskClient, volunteer: Volunteer
) -> None:
    sign_in(client, volunteer)
    client.post("/me/year/share?year=2026", data={"shown_name": ""})
    first = shares.find(volunteer.id, 2026)
    assert first is not None
    assert client.post("/me/year/unshare?year=2026").status_code == 302
    assert app.test_client().get(f"/y/{first.token}").status_code == 404
    client.post("/me/year/share?year=2026", data={"shown_name": ""})
    db.session.rollback()
    second = shares.find(volunteer.id, 2026)
    assert second is not None
    assert second.token != first.token
    assert "一位志愿者的 2026 年" in app.test_client().get(f"/y/{second.token}").text


@time_machine.travel(LATER, tick=False)
def test_who_has_left_the_register_is_shown_no_more(app: Flask, client: FlaskClient, volunteer: Volunteer) -> None:
    sign_in(client, volunteer)
    client.post("/me/year/share?year=2026", data={"shown_name": "小华"})
    share = shares.find(volunteer.id, 2026)
    assert share is not None
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).withdrawn_at = LATER
    assert app.test_client().get(f"/y/{share.token}").status_code == 404


@time_machine.travel(LATER, tick=False)
def test_a_child_has_no_public_page(client: FlaskClient, app: Flask) -> None:
    child = make_volunteer(make_district().community, "小明", birth_on=date(2014, 5, 1), password="a good password")
    sign_in(client, child)
    answer = client.post("/me/year/share?year=2026", data={"shown_name": "小明"})
    assert answer.status_code == 422
    assert shares.find(child.id, 2026) is None
