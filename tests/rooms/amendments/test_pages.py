"""The pages of make-ups and corrections, as a manager, an approver and the person walk through them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.requests import AFTER, COOLED, approve_make_up, make_correction, make_make_up, make_photo
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.amendments import corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.models import Correction, EvidencePicture, MakeUp
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.home.queries import get_own_hours
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    made = make_door()
    with time_machine.travel(AFTER, tick=False):
        yield made


def _second(door: Door) -> Account:
    return make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")


def _as(app: Flask, account: Account) -> FlaskClient:
    return sign_in(app.test_client(), account)


def _with_account(volunteer: Volunteer) -> Account:
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return account


def _form(number: str, picture: bytes | None = None, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "in_at": "2026-03-05T09:00",
        "out_at": "2026-03-05T11:00",
        "reason": "手机没电",
        "picture": (io.BytesIO(make_photo() if picture is None else picture), "x.jpg"),
        **more,
    }


def _post(client: FlaskClient, address: str, sent: dict[str, Any]) -> TestResponse:
    """Post a large form from memory: the client itself would leave a file of its own open."""
    stream, name = sent["picture"]
    boundary, body = encode_multipart({**sent, "picture": FileStorage(stream, name)})
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_from_the_request_to_the_hours(app: Flask, door: Door) -> None:
    volunteer = make_signed_up(door)
    own, number = _with_account(volunteer), volunteer.number
    colleague = _second(door)
    manager, second = _as(app, door.operator), _as(app, colleague)
    shift = f"/manage/shifts/{door.shift.id}"
    assert "申请补录" in manager.get(f"{shift}/hours").text
    assert "街道清洁日" in manager.get("/manage/make-ups/new").text
    assert manager.post(f"{shift}/make-ups/new", data=_form(number)).headers["Location"] == "/manage/make-ups"
    make_up = db.session.scalars(select(MakeUp)).one()
    case = f"/manage/make-ups/{make_up.id}"
    assert volunteer.name in second.get("/manage/make-ups").text
    assert "撤回申请" in manager.get(case).text
    page = second.get(case).text
    assert "到时才能批准" in page
    assert "按 C 类计入" not in page
    person = _as(app, own)
    assert "您参加了吗" in person.get(f"/my/make-ups/{make_up.id}").text
    assert person.post(f"/my/make-ups/{make_up.id}", data={"took_part": "yes"}).status_code == 302
    with time_machine.travel(COOLED, tick=False):
        manager, second, person = (_as(app, account) for account in (door.operator, colleague, own))
        assert "本人说参加了" in second.get(case).text
        assert second.post(f"{case}/approve").status_code == 302
        assert "已批准" in person.get("/notices").text
        assert "2.00" in person.get("/me").text
        assert volunteer.name in manager.get("/manage/make-ups?tab=decided").text
    assert db.session.get_one(HoursBalance, make_up.volunteer_id).class_c == 120


def test_what_was_typed_stays_when_it_is_refused(app: Flask, door: Door) -> None:
    client = _as(app, door.operator)
    answer = client.post(f"/manage/shifts/{door.shift.id}/make-ups/new", data=_form("V000", reason="现场手工登记"))
    assert answer.status_code == 422
    assert "没有这个编号的志愿者" in answer.text
    assert "现场手工登记" in answer.text


@pytest.mark.parametrize(("picture", "words"), [(b"", "请上传一张"), (b"<svg/>", "JPEG、PNG 或 WebP")])
def test_a_picture_is_demanded_and_must_be_one(app: Flask, door: Door, picture: bytes, words: str) -> None:
    client = _as(app, door.operator)
    answer = client.post(f"/manage/shifts/{door.shift.id}/make-ups/new", data=_form(make_person().number, picture))
    assert answer.status_code == 422
    assert words in answer.text


def test_a_photograph_as_phones_take_them_passes_and_is_stored_small(app: Flask, door: Door) -> None:
    """More than the five megabytes that other requests may carry."""
    noise = Image.effect_noise((2400, 2000), 90)
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=99)
    assert 5 * 1024 * 1024 < len(written.getvalue()) < 10 * 1024 * 1024
    sent = _form(make_person().number, written.getvalue())
    answer = _post(_as(app, door.operator), f"/manage/shifts/{door.shift.id}/make-ups/new", sent)
    assert answer.status_code == 302
    kept = db.session.scalars(select(EvidencePicture)).one()
    assert (kept.width, kept.height) == (1600, 1333)


def test_other_forms_take_no_more_than_before(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, make_person())
    sent = {"picture": (io.BytesIO(b"\0" * (6 * 1024 * 1024)), "x.jpg")}
    answer = _post(_as(app, _second(door)), f"/manage/make-ups/{make_up.id}/reject", sent)
    assert answer.status_code == 413


def test_the_evidence_is_a_picture_and_nothing_else(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, make_person())
    answer = _as(app, _second(door)).get(f"/manage/make-ups/{make_up.id}/evidence.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.data)).format == "JPEG"


def test_a_no_stands_out_and_offers_no_approval(app: Flask, door: Door) -> None:
    office_account, volunteer = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT), make_person()
    own = _as(app, _with_account(volunteer))
    make_up = make_make_up(door, volunteer)
    assert own.post(f"/my/make-ups/{make_up.id}", data={"took_part": "perhaps"}).status_code == 422
    own.post(f"/my/make-ups/{make_up.id}", data={"took_part": "no"})
    office = _as(app, office_account)
    assert volunteer.name in office.get("/manage/make-ups?tab=contested").text
    assert "没有参加" in office.get("/notices").text
    with time_machine.travel(COOLED, tick=False):
        office = _as(app, office_account)
        page = office.get(f"/manage/make-ups/{make_up.id}").text
        assert "只能驳回" in page
        assert "/approve" not in page
        assert office.post(f"/manage/make-ups/{make_up.id}/reject", data={"reason": "本人未到场"}).status_code == 302


def test_where_nobody_could_be_asked_the_approver_sees_it(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, make_person())
    assert "无法询问" in _as(app, _second(door)).get(f"/manage/make-ups/{make_up.id}").text


def test_beyond_the_published_calendars_the_approver_is_told(app: Flask) -> None:
    begin = START.replace(year=2089)
    door = make_door(starts_at=begin, ends_at=begin + timedelta(hours=2))
    with time_machine.travel(begin + timedelta(days=1), tick=False):
        make_up = make_make_up(
            door, make_person(), in_at=begin, out_at=begin + timedelta(hours=2), now=begin + timedelta(days=1)
        )
        page = _as(app, _second(door)).get(f"/manage/make-ups/{make_up.id}").text
    assert "按周一至周五计算" in page


def test_a_list_that_does_not_exist_is_no_page(app: Flask, door: Door) -> None:
    assert _as(app, door.operator).get("/manage/make-ups?tab=everything").status_code == 404


def _session(door: Door) -> ServiceSession:
    volunteer = make_signed_up(door)
    _with_account(volunteer)
    door.come(volunteer, START)
    door.go(volunteer, END)
    return db.session.scalars(select(ServiceSession)).one()


def test_from_the_proposal_to_the_corrected_hours(app: Flask, door: Door) -> None:
    session = _session(door)
    manager, second = _as(app, door.operator), _as(app, _second(door))
    address = f"/manage/sessions/{session.id}/correction"
    assert address in manager.get(f"/manage/shifts/{door.shift.id}/hours").text
    assert "最多可以更正为 2026-03-05 09:00 至 2026-03-05 11:30" in manager.get(address).text
    sent = {"in_at": "2026-03-05T09:00", "out_at": "2026-03-05T10:30", "reason": "提前离开"}
    assert manager.post(address, data=sent).headers["Location"] == "/manage/corrections"
    correction = db.session.scalars(select(Correction)).one()
    case = f"/manage/corrections/{correction.id}"
    page = second.get(case).text
    assert "1.50" in page
    assert "提前离开" in page
    assert "/approve" not in manager.get(case).text
    assert second.post(f"{case}/approve").status_code == 302
    assert "提前离开" in second.get("/manage/corrections?decided=1").text
    assert db.session.get_one(HoursBalance, session.volunteer_id).minutes == 90


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"in_at": "2026-03-05T09:00"}, "请填写到达和离开时间"),
        ({"in_at": "2026-03-05T08:00", "out_at": "2026-03-05T11:00"}, "更长的时间没有依据"),
        ({"in_at": "2026-03-05T09:00", "out_at": "2026-03-05T11:00"}, "新时间与原来相同"),
    ],
)
def test_a_proposal_without_ground_is_shown_again(app: Flask, door: Door, sent: dict[str, str], words: str) -> None:
    session = _session(door)
    answer = _as(app, door.operator).post(
        f"/manage/sessions/{session.id}/correction", data={**sent, "reason": "核对签到表"}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "核对签到表" in answer.text


def test_not_served_and_a_make_up_are_proposed_the_same_way(app: Flask, door: Door) -> None:
    second = _second(door)
    make_up = make_make_up(door, make_person())
    approve_make_up(Actor(second.id, "赵副站长"), make_up)
    address = f"/manage/make-ups/{make_up.id}/correction"
    with time_machine.travel(COOLED, tick=False):
        client = _as(app, door.operator)
        assert address in client.get(f"/manage/shifts/{door.shift.id}/hours").text
        assert client.post(address, data={"not_served": "y", "reason": "冒名"}).status_code == 302
        correction = db.session.scalars(select(Correction)).one()
        assert "没有参加" in client.get(f"/manage/corrections/{correction.id}").text
        _as(app, second).post(f"/manage/corrections/{correction.id}/approve")
        assert "没有计入" in client.get(f"/manage/shifts/{door.shift.id}/hours").text
        assert "没有可更正的" in client.get(address).text


def test_the_person_sees_one_stay_with_what_counts_now(door: Door) -> None:
    session = _session(door)
    second = Actor(_second(door).id, "赵副站长")
    correction = make_correction(door, session.id, Times(START, START + timedelta(minutes=90)))
    with transaction():
        corrections.approve(second, EVERYTHING, correction.id, now=COOLED)
    records = get_own_hours(session.volunteer_id).activities[0].records
    assert [(record.minutes, record.note) for record in records] == [(90, "值守人员记错了时间")]
    correction = make_correction(door, session.id, None)
    with transaction():
        corrections.approve(second, EVERYTHING, correction.id, now=COOLED)
    records = get_own_hours(session.volunteer_id).activities[0].records
    assert [(record.minutes, record.state.value) for record in records] == [(0, "reversed")]


def test_a_figure_leads_down_to_the_make_up(app: Flask, door: Door) -> None:
    second, volunteer = _second(door), make_person()
    make_up = make_make_up(door, volunteer)
    approve_make_up(Actor(second.id, "赵副站长"), make_up)
    with time_machine.travel(COOLED + timedelta(hours=1), tick=False):
        office = _as(app, make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
        led = office.post(f"/office/statistics/people/{volunteer.id}/open?region={DISTRICT}").headers["Location"]
        page = office.get(led).text
        entry = page.partition("/office/statistics/entries/")[2].partition('"')[0].replace("&amp;", "&")
        shown = office.get(f"/office/statistics/entries/{entry}").text
    assert f"/manage/make-ups/{make_up.id}" in shown
    assert "手机没电，现场手工登记" in shown


def test_the_end_that_was_not_touched_keeps_its_seconds(app: Flask, door: Door) -> None:
    """Arrived 20 seconds before the plan: a form without seconds must not make that "earlier than any evidence"."""
    volunteer = make_signed_up(door)
    came = START - timedelta(minutes=5, seconds=-20)
    door.come(volunteer, came)
    door.go(volunteer, END)
    session = db.session.scalars(select(ServiceSession)).one()
    sent = {"in_at": "2026-03-05T08:55", "out_at": "2026-03-05T10:30", "reason": "提前离开"}
    answer = _as(app, door.operator).post(f"/manage/sessions/{session.id}/correction", data=sent)
    assert answer.status_code == 302
    assert db.session.scalars(select(Correction.new_in_at)).one() == came


def test_who_may_not_approve_what_is_late_is_not_offered_it(app: Flask, door: Door) -> None:
    asked_at = END + timedelta(days=20)
    make_up = make_make_up(door, make_person(), now=asked_at)
    office = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    with time_machine.travel(asked_at + timedelta(days=2), tick=False):
        page, above = (_as(app, who).get(f"/manage/make-ups/{make_up.id}").text for who in (_second(door), office))
    assert "须由区划一级" in page
    assert "/approve" not in page
    assert "/approve" in above
