"""The landing page, the bench of each role, and a volunteer's own page over real scans."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door
from tests.makers.ledger import make_reversal
from tests.makers.regions import make_district, make_population, make_settings
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.checkin.closing import close_forgotten
from volunteer_hub.core.db import db, transaction
from volunteer_hub.home import queries
from volunteer_hub.ledger.queries import list_entries
from volunteer_hub.reviews.opening import open_missing_cases
from volunteer_hub.volunteers.models import Volunteer

LATER = END + timedelta(hours=1)


@pytest.fixture
def door(app: Flask) -> Door:
    """A station in the district, and its shift of two hours."""
    make_district()
    queries.forget_published_figures()
    return make_door()


@pytest.fixture
def volunteer(door: Door) -> Volunteer:
    """Somebody with an account who has a place at the shift."""
    person = make_volunteer(make_district().community, "张丽华", password="a good password")
    make_sign_up(door.shift, person)
    return person


def test_a_visitor_reads_what_this_is_and_what_comes_next(client: FlaskClient, door: Door) -> None:
    with time_machine.travel(START - timedelta(days=1), tick=False):
        page = client.get("/").text
    assert "有时间做志愿者" in page
    assert "街道清洁日" in page
    assert 'href="/sign-in"' in page
    assert "工作台" not in page


def test_an_activity_of_many_shifts_stands_once(client: FlaskClient, door: Door) -> None:
    with transaction():
        db.session.add(
            Shift(
                activity_id=door.shift.activity_id,
                starts_at=START + timedelta(days=1),
                ends_at=END + timedelta(days=1),
                sign_up_opens_at=START - timedelta(days=30),
                sign_up_closes_at=START,
            )
        )
    with time_machine.travel(START - timedelta(days=1), tick=False):
        assert client.get("/").text.count("街道清洁日") == 1


def test_figures_are_shown_only_where_the_area_publishes_them(client: FlaskClient, volunteer: Volunteer) -> None:
    county = make_district().county
    make_population(county, 136_318)
    assert "注册率" not in client.get("/").text
    queries.forget_published_figures()
    make_settings(county, publishes_ratios=True)
    page = client.get("/").text
    assert "注册率" in page
    assert "136,318" in page


@time_machine.travel(START + timedelta(minutes=20), tick=False)
def test_a_volunteers_bench_shows_code_open_stay_and_next_shift(
    client: FlaskClient, door: Door, volunteer: Volunteer
) -> None:
    door.come(volunteer, START)
    sign_in(client, volunteer)
    page = client.get("/").text
    assert "张丽华，您好" in page
    assert 'href="/me/code"' in page
    assert "已签到 09:00，记得签退" in page
    assert "街道清洁日" in page
    assert "工作台" not in page


@time_machine.travel(START, tick=False)
def test_a_station_managers_bench_opens_todays_scanner(client: FlaskClient, door: Door) -> None:
    sign_in(client, door.operator)
    page = client.get("/").text
    assert f'href="/manage/shifts/{door.shift.id}/scan"' in page
    assert f'href="/manage/stations/{door.station.id}/code"' in page
    assert "待办审核" in page


@time_machine.travel(START, tick=False)
def test_a_scanner_is_offered_the_shifts_of_the_own_station_only(client: FlaskClient, door: Door) -> None:
    other = make_door()
    sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path))
    page = client.get("/").text
    assert f'href="/manage/shifts/{door.shift.id}/scan"' in page
    assert f'href="/manage/shifts/{other.shift.id}/scan"' not in page
    assert "门口大屏" not in page


@time_machine.travel(LATER + timedelta(hours=1), tick=False)
def test_the_bench_says_how_many_reviews_wait(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    door.come(volunteer, START)
    with transaction():
        close_forgotten(now=LATER + timedelta(hours=1))
    db.session.rollback()
    sign_in(client, door.operator)
    assert "件待办" not in client.get("/").text
    with transaction():
        open_missing_cases(now=LATER)
    assert "1 件待办" in client.get("/").text


@time_machine.travel(LATER, tick=False)
def test_scanned_hours_appear_with_activity_class_and_state(
    client: FlaskClient, door: Door, volunteer: Volunteer
) -> None:
    door.come(volunteer, START)
    door.go(volunteer, END)
    sign_in(client, volunteer)
    page = client.get("/me").text
    assert "2.00" in page
    assert "街道清洁日" in page
    assert "A 系统计时" in page
    assert "计入" in page
    assert "09:00–11:00" in page


@time_machine.travel(LATER, tick=False)
def test_a_stay_too_short_to_count_says_so(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    door.come(volunteer, START)
    door.go(volunteer, START + timedelta(minutes=5))
    sign_in(client, volunteer)
    page = client.get("/me").text
    assert "未计入" in page
    assert "在场时间太短" in page


@time_machine.travel(LATER + timedelta(hours=1), tick=False)
def test_a_forgotten_check_out_waits_for_the_leader(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    door.come(volunteer, START)
    with transaction():
        close_forgotten(now=LATER + timedelta(hours=1))
    sign_in(client, volunteer)
    page = client.get("/me").text
    assert "待确认" in page
    assert "等阵地负责人确认后才计入" in page
    assert "0.00" in page


@time_machine.travel(LATER, tick=False)
def test_a_reversed_line_counts_nothing_and_stays_visible(
    client: FlaskClient, door: Door, volunteer: Volunteer
) -> None:
    door.come(volunteer, START)
    door.go(volunteer, END)
    make_reversal(list_entries(volunteer.id)[0].id)
    sign_in(client, volunteer)
    page = client.get("/me").text
    assert "已冲正" in page
    assert "原来计入的时长已更正。" in page


@time_machine.travel(START - timedelta(days=1), tick=False)
def test_the_own_page_lists_what_one_signed_up_for(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    other = make_shift(door.station, starts_at=START, ends_at=END, title="送餐")
    make_sign_up(other, volunteer, SignUpState.WAITING)
    sign_in(client, volunteer)
    page = client.get("/me").text
    assert "已报名" in page
    assert "候补中" in page
    assert "送餐" in page


def test_staff_without_a_record_are_told_kindly(client: FlaskClient, door: Door) -> None:
    sign_in(client, door.operator)
    answer = client.get("/me")
    assert answer.status_code == 200
    assert "这是工作账号，没有志愿者档案" in answer.text


def test_the_own_page_asks_a_visitor_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/me").headers["Location"] == "/sign-in?next=/me"


def test_a_load_balancer_is_answered(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
