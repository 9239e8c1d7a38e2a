"""What the public sees, and how a volunteer signs up and is told why not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.models import Station

HOUR = timedelta(hours=1)


def soon(days: int = 1) -> datetime:
    """Return nine in the morning, so many days from today."""
    return clock.at(clock.today() + timedelta(days=days)) + 9 * HOUR


def coming(station: Station, days: int = 1, **kwargs: object) -> Shift:
    return make_shift(station, starts_at=soon(days), ends_at=soon(days) + 2 * HOUR, **kwargs)


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.text


def standing(shift: Shift) -> list[SignUpState]:
    db.session.rollback()
    return list(db.session.scalars(select(SignUp.state).where(SignUp.shift_id == shift.id)))


def test_the_list_shows_what_is_to_come_by_day_and_hides_the_rest(client: FlaskClient, station: Station) -> None:
    coming(station, 1, title="清扫街道", capacity=5)
    coming(station, 2, title="义务理发")
    coming(station, 1, title="还是草稿", state=ActivityState.DRAFT)
    coming(station, 1, title="已经取消", state=ActivityState.CANCELLED)
    coming(station, -2, title="上周的事")
    page = text(client, "/activities")
    assert page.index("清扫街道") < page.index("义务理发")
    assert "还剩 5 个名额，共 5 个" in page
    assert "明天" in page
    for hidden in ("还是草稿", "已经取消", "上周的事"):
        assert hidden not in page


def test_the_filters_narrow_the_list(client: FlaskClient, station: Station, elsewhere: Station) -> None:
    coming(station, 1, title="清扫街道")
    coming(elsewhere, 1, title="义务理发", category="elderly")
    coming(station, 20, title="读书会", category="culture")
    cases = {
        "words=理发": {"义务理发"},
        "words=东山社区": {"义务理发"},
        "category=culture": {"读书会"},
        f"region={District.street}": {"清扫街道", "读书会"},
        f"station={elsewhere.id}": {"义务理发"},
        f"since={soon(10):%Y-%m-%d}": {"读书会"},
        "since=nonsense&category=nonsense": {"清扫街道", "义务理发", "读书会"},
        "words=%": set(),
        "words=没有的": set(),
        "words=理发&_scheme=x&endpoint=y&page=0": {"义务理发"},
        f"words=理发&station={10**30}": {"义务理发"},
    }
    for query, expected in cases.items():
        page = text(client, f"/activities?{query}")
        assert {title for title in ("清扫街道", "义务理发", "读书会") if f">{title}<" in page} == expected, query


def test_the_area_filter_offers_only_streets_with_something_on(client: FlaskClient, station: Station) -> None:
    coming(station)
    page = text(client, "/activities")
    assert "仙城街道" in page
    assert "东山街道" not in page


def test_the_phone_is_for_those_who_signed_in(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    path = f"/activities/{shift.activity_id}"
    assert "0437-5550100" not in text(client, path)
    sign_in(client, make_account())
    assert "0437-5550100" in text(client, path)


def test_a_draft_does_not_exist_for_the_public(client: FlaskClient, station: Station) -> None:
    shift = coming(station, state=ActivityState.DRAFT)
    text(client, f"/activities/{shift.activity_id}", 404)
    text(client, "/activities/999", 404)
    sign_in(client, make_volunteer(District.community))
    assert client.post(f"/shifts/{shift.id}/sign-up").status_code == 404
    assert client.post("/shifts/999/sign-up").status_code == 404


def test_a_cancelled_activity_says_why(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    with transaction():
        activity = db.session.get_one(Activity, shift.activity_id)
        activity.state, activity.cancel_reason = ActivityState.CANCELLED, "台风停办"
    assert "台风停办" in text(client, f"/activities/{shift.activity_id}")


def test_signing_up_and_withdrawing(client: FlaskClient, station: Station) -> None:
    shift = coming(station, capacity=1)
    sign_in(client, make_volunteer(District.community))
    answer = client.post(f"/shifts/{shift.id}/sign-up", follow_redirects=True)
    assert "报名成功" in answer.text
    assert f"/shifts/{shift.id}/withdraw" in answer.text
    assert standing(shift) == [SignUpState.ACCEPTED]
    answer = client.post(f"/shifts/{shift.id}/withdraw", follow_redirects=True)
    assert "已退出" in answer.text
    assert standing(shift) == [SignUpState.WITHDRAWN]


def test_a_full_shift_offers_the_waiting_list_and_tells_the_turn(client: FlaskClient, station: Station) -> None:
    shift = coming(station, capacity=1)
    make_sign_up(shift, make_volunteer(District.community))
    make_sign_up(shift, make_volunteer(District.community), SignUpState.WAITING, asked_at=clock.now() - HOUR)
    sign_in(client, make_volunteer(District.community))
    assert "候补</button>" in text(client, f"/activities/{shift.activity_id}")
    answer = client.post(f"/shifts/{shift.id}/sign-up", follow_redirects=True)
    assert "候补名单" in answer.text
    assert "前面还有 1 人" in answer.text


def test_the_page_says_why_not_and_the_post_says_the_same(client: FlaskClient, station: Station) -> None:
    person = make_volunteer(District.community)
    mine, other = coming(station, title="清扫街道"), coming(station, title="义务理发")
    make_sign_up(mine, person)
    sign_in(client, person)
    sentence = "与您已报名的“清扫街道”"
    assert sentence in text(client, f"/activities/{other.activity_id}")
    answer = client.post(f"/shifts/{other.id}/sign-up")
    assert answer.status_code == 409
    assert sentence in answer.text.split('role="alert"')[1]
    assert standing(other) == []


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [(timedelta(hours=1), timedelta(hours=5), "报名尚未开始"), (timedelta(hours=-5), timedelta(hours=-1), "截止")],
)
def test_the_window_is_told(
    client: FlaskClient, station: Station, opens: timedelta, closes: timedelta, sentence: str
) -> None:
    now = clock.now()
    shift = coming(station, sign_up_opens_at=now + opens, sign_up_closes_at=now + closes)
    sign_in(client, make_volunteer(District.community))
    assert sentence in text(client, f"/activities/{shift.activity_id}")
    assert client.post(f"/shifts/{shift.id}/sign-up").status_code == 409


def test_staff_who_never_registered_are_told_to(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    sign_in(client, make_account())
    assert "还没有登记为志愿者" in text(client, f"/activities/{shift.activity_id}")
    answer = client.post(f"/shifts/{shift.id}/sign-up")
    assert answer.status_code == 409
    assert "请先注册" in answer.text


def test_a_visitor_is_asked_to_sign_in_and_nothing_changes_on_get(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    assert "登录后报名" in text(client, f"/activities/{shift.activity_id}")
    assert client.post(f"/shifts/{shift.id}/sign-up").status_code == 302
    assert client.get(f"/shifts/{shift.id}/sign-up").status_code == 405
    assert standing(shift) == []


def test_a_small_child_is_told_to_bring_the_guardian(client: FlaskClient, station: Station) -> None:
    today = clock.today()
    child = make_volunteer(District.community, birth_on=today.replace(year=today.year - 8, day=1))
    shift = coming(station)
    sign_in(client, child)
    assert "未满 10 周岁" in text(client, f"/activities/{shift.activity_id}")


def test_someone_else_withdrawing_my_place_finds_nothing(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    make_sign_up(shift, make_volunteer(District.community))
    sign_in(client, make_volunteer(District.community))
    assert client.post(f"/shifts/{shift.id}/withdraw").status_code == 404
    assert standing(shift) == [SignUpState.ACCEPTED]
