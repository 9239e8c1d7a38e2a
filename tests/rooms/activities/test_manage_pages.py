"""The managers' desk: drafting, publishing, rosters, and who sees what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Activity, ActivityState, Project, Shift, SignUp, SignUpState
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station

HOUR = timedelta(hours=1)
ALL_SIX = list(KEYS)


def soon(days: int = 3) -> datetime:
    return clock.at(clock.today() + timedelta(days=days)) + 9 * HOUR


def coming(station: Station, days: int = 3, **kwargs: object) -> Shift:
    return make_shift(station, starts_at=soon(days), ends_at=soon(days) + 2 * HOUR, **kwargs)


def typed(station: Station, **changed: object) -> dict[str, object]:
    """Return a draft as a manager types it."""
    return {
        "station_id": station.id,
        "project_id": "",
        "title": "社区图书角整理",
        "category": "culture",
        "content": "为居民整理图书、登记借阅。",
        "risks": "搬书时注意腰背。",
        "place": "社区二楼",
        "contact_name": "王站长",
        "contact_phone": "0437-5550100",
        "team_id": "",
        "audience": "everyone",
        "frequency": "single",
        "first_on": f"{soon():%Y-%m-%d}",
        "starts": "09:00",
        "ends": "11:00",
        "capacity": "10",
        **changed,
    }


def only_activity() -> Activity:
    db.session.rollback()
    return db.session.scalars(select(Activity)).one()


def save(manager: FlaskClient, station: Station, **changed: object) -> Activity:
    answer = manager.post("/manage/activities/new", data=typed(station, **changed))
    assert answer.status_code == 302, answer.text
    return only_activity()


def standing(shift: Shift) -> list[SignUpState]:
    db.session.rollback()
    return list(db.session.scalars(select(SignUp.state).where(SignUp.shift_id == shift.id).order_by(SignUp.id)))


def test_from_draft_to_the_public(manager: FlaskClient, station: Station) -> None:
    activity = save(manager, station)
    public = f"/activities/{activity.id}"
    assert manager.get(public).status_code == 404
    assert "社区图书角整理" in manager.get("/manage/activities").text
    publish = f"/manage/activities/{activity.id}/publish"
    assert manager.get(publish).text.count('name="declarations"') == 6
    answer = manager.post(publish, data={"declarations": ALL_SIX[:4]})
    assert answer.status_code == 422
    assert "还有 2 项没有声明" in answer.text
    assert answer.text.count("checked") == 4
    assert manager.get(public).status_code == 404
    assert manager.post(publish, data={"declarations": ALL_SIX}).status_code == 302
    assert "社区图书角整理" in manager.get(public).text


def test_a_telling_word_is_shown_and_asks_for_a_tick(manager: FlaskClient, station: Station) -> None:
    activity = save(manager, station, title="周末值班")
    publish = f"/manage/activities/{activity.id}/publish"
    assert "值班" in manager.get(publish).text
    answer = manager.post(publish, data={"declarations": ALL_SIX})
    assert (answer.status_code, "请核对后勾选确认" in answer.text) == (422, True)
    assert manager.post(publish, data={"declarations": ALL_SIX, "confirmed": "y"}).status_code == 302


def test_a_weekly_draft_has_its_shifts(manager: FlaskClient, station: Station) -> None:
    first = soon(7)
    weekdays = [clock.local(first).weekday()]
    activity = save(
        manager,
        station,
        frequency="weekly",
        first_on=f"{first:%Y-%m-%d}",
        last_on=f"{first + timedelta(days=21):%Y-%m-%d}",
        weekdays=weekdays,
        starts="22:00",
        ends="02:00",
    )
    assert len(activity.shifts) == 4
    assert {shift.ends_at - shift.starts_at for shift in activity.shifts} == {4 * HOUR}
    assert "次日" in manager.get(f"/manage/activities/{activity.id}").text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": "长" * 51}, "最多 50 个字"),
        ({"title": ""}, "请填写这一项"),
        ({"risks": ""}, "请填写这一项"),
        ({"category": ""}, "请填写这一项"),
        ({"category": "shopping"}, "field-error"),
        ({"contact_phone": "问王姐"}, "请填写电话号码"),
        ({"audience": "team"}, "要选定一支队伍"),
        ({"first_on": "2020-01-01"}, "要在现在之后"),
        ({"ends": "09:00"}, "不能与开始时间相同"),
        ({"frequency": "weekly", "last_on": "2099-01-01"}, "请选择每周的哪几天"),
        ({"capacity": "0"}, "之间的整数"),
        ({"closes_before": "500"}, "请调整报名时间"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    manager: FlaskClient, station: Station, changed: dict[str, object], sentence: str
) -> None:
    answer = manager.post("/manage/activities/new", data=typed(station, **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="field-error"' in answer.text
    assert "为居民整理图书" in answer.text
    db.session.rollback()
    assert db.session.scalars(select(Activity)).all() == []


def test_a_draft_is_changed_copied_and_thrown_away(manager: FlaskClient, station: Station) -> None:
    activity = save(manager, station)
    path = f"/manage/activities/{activity.id}"
    assert "社区图书角整理" in manager.get(f"{path}/edit").text
    manager.post(f"{path}/edit", data=typed(station, title="图书角新名"))
    assert only_activity().title == "图书角新名"
    assert manager.post(f"{path}/copy").status_code == 302
    assert manager.post(f"{path}/cancel", data={"reason": "不办了"}).status_code == 302
    db.session.rollback()
    states = {one.state for one in db.session.scalars(select(Activity))}
    assert states == {ActivityState.DRAFT, ActivityState.CANCELLED}
    assert manager.get(f"/activities/{activity.id}").status_code == 404


def test_shifts_are_added_removed_and_cancelled(manager: FlaskClient, station: Station) -> None:
    activity = save(manager, station)
    path = f"/manage/activities/{activity.id}"
    answer = manager.post(f"{path}/shifts", data=typed(station, starts="14:00", ends="16:00"))
    assert answer.status_code == 302
    assert manager.post(f"{path}/shifts", data=typed(station)).status_code == 422
    first, second = only_activity().shifts
    assert manager.post(f"/manage/shifts/{second.id}/remove").status_code == 302
    manager.post(f"{path}/publish", data={"declarations": ALL_SIX})
    answer = manager.post(f"/manage/shifts/{first.id}/remove")
    assert (answer.status_code, "已经发布" in answer.text) == (409, True)
    assert manager.post(f"/manage/shifts/{first.id}/cancel", data={"reason": ""}).status_code == 422
    assert manager.post(f"/manage/shifts/{first.id}/cancel", data={"reason": "台风"}).status_code == 302
    assert only_activity().shifts[0].cancelled_at is not None


def test_taking_back_and_closing_say_why_not(manager: FlaskClient, station: Station) -> None:
    shift = coming(station)
    make_sign_up(shift, make_volunteer(District.community))
    path = f"/manage/activities/{shift.activity_id}"
    for act, sentence in (("unpublish", "已经有人报名"), ("close", "还有未结束的场次")):
        answer = manager.post(f"{path}/{act}")
        assert answer.status_code == 409
        assert sentence in answer.text.split('role="alert"')[1]
    db.session.rollback()
    assert only_activity().state is ActivityState.PUBLISHED


def test_the_roster_shows_people_with_masked_phones(manager: FlaskClient, station: Station) -> None:
    shift, person = coming(station), make_volunteer(District.community, "李秀兰", mobile="13912345678")
    make_sign_up(shift, person)
    page = manager.get(f"/manage/shifts/{shift.id}").text
    assert "李秀兰" in page
    assert "139****5678" in page
    assert "13912345678" not in page


def test_taking_in_refusing_and_adding_at_the_door(manager: FlaskClient, station: Station) -> None:
    shift = coming(station, needs_approval=True, capacity=2)
    asks, walks_in = make_volunteer(District.community), make_volunteer(District.community)
    row = make_sign_up(shift, asks, SignUpState.PENDING)
    assert manager.post(f"/manage/sign-ups/{row.id}/accept").status_code == 302
    again = manager.post(f"/manage/sign-ups/{row.id}/accept")
    assert (again.status_code, "状态已经变化" in again.text) == (409, True)
    answer = manager.post(f"/manage/shifts/{shift.id}/add", data={"number": "V000"})
    assert (answer.status_code, "没有这个编号" in answer.text, "V000" in answer.text) == (422, True, True)
    typed_number = f" {walks_in.number.lower()} "
    assert manager.post(f"/manage/shifts/{shift.id}/add", data={"number": typed_number}).status_code == 302
    assert standing(shift) == [SignUpState.ACCEPTED, SignUpState.ACCEPTED]
    assert manager.post(f"/manage/sign-ups/{row.id}/decline", data={"reason": ""}).status_code == 422
    assert manager.post(f"/manage/sign-ups/{row.id}/decline", data={"reason": "名额调整"}).status_code == 302
    assert standing(shift) == [SignUpState.DECLINED, SignUpState.ACCEPTED]
    answer = manager.post(f"/manage/shifts/{shift.id}/capacity", data={"capacity": "abc"})
    assert answer.status_code == 422
    assert manager.post(f"/manage/shifts/{shift.id}/capacity", data={"capacity": "1"}).status_code == 302
    full = manager.post(f"/manage/shifts/{shift.id}/add", data={"number": asks.number})
    assert (full.status_code, "名额已满" in full.text) == (422, True)


def test_projects_are_listed_and_made(manager: FlaskClient, station: Station) -> None:
    data = {"name": "情暖万家", "station_id": station.id, "introduction": "长期关爱独居老人。"}
    assert manager.post("/manage/projects/new", data=data).status_code == 302
    assert "情暖万家" in manager.get("/manage/projects").text
    project = db.session.scalars(select(Project)).one()
    assert save(manager, station, project_id=project.id).project_id == project.id


def every_page(shift: Shift, row: SignUp) -> list[tuple[str, str]]:
    activity, one = f"/manage/activities/{shift.activity_id}", f"/manage/shifts/{shift.id}"
    gets = [activity, f"{activity}/edit", f"{activity}/shifts", f"{activity}/publish", f"{activity}/cancel", one]
    gets += [f"{one}/cancel", f"/manage/sign-ups/{row.id}/decline"]
    posts = [f"{activity}/{act}" for act in ("unpublish", "close", "copy", "edit", "shifts", "publish", "cancel")]
    posts += [f"{one}/{act}" for act in ("remove", "add", "capacity", "cancel")]
    posts += [f"/manage/sign-ups/{row.id}/{act}" for act in ("accept", "decline")]
    return [("GET", path) for path in gets] + [("POST", path) for path in posts]


def test_the_list_of_shifts_turns_to_the_past_and_counts_who_waits(manager: FlaskClient, station: Station) -> None:
    coming(station, title="上周的事", days=-7)
    shift = coming(station, title="明天的事", capacity=1)
    make_sign_up(shift, make_volunteer(District.community))
    make_sign_up(shift, make_volunteer(District.community), SignUpState.WAITING)
    ahead, before = manager.get("/manage/activities").text, manager.get("/manage/activities?past=1").text
    assert ("上周的事" in ahead, "上周的事" in before) == (False, True)
    assert ("明天的事" in ahead, "明天的事" in before) == (True, False)
    assert "候补 1" in ahead
