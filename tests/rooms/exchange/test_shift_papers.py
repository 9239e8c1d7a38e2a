"""签到表 and 活动台账: who came and how it is known, what came of it, and whether it was recorded in time."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.ledger import make_entry, make_reversal
from tests.makers.requests import approve_make_up, make_correction, make_make_up
from tests.rooms.exchange.reading import foot_of, sheets_of, table_of, words_of
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities import results
from volunteer_hub.activities.models import Activity, Shift, SignUpState
from volunteer_hub.activities.results import Outcome
from volunteer_hub.amendments import corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import ServiceSession, WalkIn
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.volunteers.models import Volunteer

BY = Actor(99, "李主任")


def attendance(door: Door) -> list[list[Any]]:
    return table_of(sheets_of("attendance", shift_id=str(door.shift.id))[0])


def ledger_rows(**args: str) -> list[list[Any]]:
    return table_of(sheets_of("activities", **args)[0])


def say(door: Door, outcome: Outcome, *, whole: bool = False) -> None:
    with transaction():
        activity = db.session.get_one(Activity, door.shift.activity_id)
        results.record(BY, activity, None if whole else door.shift.id, outcome, now=END + timedelta(days=1))


def credit(door: Door, person: Volunteer, minutes: int, **more: Any) -> int:
    on = clock.civil_date(door.shift.starts_at)
    more = {"recorded_at": END, **more}
    return make_entry(
        person.id, minutes, shift_id=door.shift.id, service_on=on, region_code=door.station.region_code, **more
    )


def test_every_stay_is_a_row_and_who_was_never_marked_is_told_so(app: Flask) -> None:
    door = make_door()
    came_twice, unmarked, withdrawn = make_signed_up(door), make_signed_up(door), make_person()
    make_sign_up(door.shift, withdrawn, state=SignUpState.WITHDRAWN)
    for begin in (0, 60):
        door.come(came_twice, START + timedelta(minutes=begin))
        door.go(came_twice, START + timedelta(minutes=begin + 40))
    rows = attendance(door)
    assert [(row[0], row[6], row[7] and f"{row[7]:%H:%M}", row[10], row[11]) for row in rows] == [
        (1, "已报名", "09:00", 0.66, "已生效"),
        (1, "已报名", "10:00", 0.66, "已生效"),
        (2, "已报名", "", "—", "未记录"),
        (3, "已退出", "", "—", ""),
    ]
    assert {row[9] for row in rows} == {2}
    assert rows[0][12] == "管理员扫码"
    assert foot_of(sheets_of("attendance", shift_id=str(door.shift.id))[0])[0] == "到场 1 人，获得时长合计 1.33 小时"
    assert unmarked.name not in str(rows)


def test_a_make_up_names_who_entered_it_who_approved_it_and_why(app: Flask) -> None:
    door = make_door()
    office = make_staff(Role.OFFICE, name="李主任")
    make_up = make_make_up(door, make_signed_up(door))
    [waiting] = attendance(door)
    assert (waiting[11], waiting[12], waiting[13], waiting[14]) == ("待审核", "补录", "王站长", "")
    approve_make_up(Actor(office.id, office.display_name), make_up)
    [row] = attendance(door)
    assert row[10:] == [2, "已生效", "补录", "王站长", "李主任", "手机没电，现场手工登记"]


def test_a_corrected_stay_names_both_people_and_the_reason(app: Flask) -> None:
    door = make_door()
    office = make_staff(Role.OFFICE, name="李主任")
    person = make_signed_up(door)
    door.come(person, START)
    door.go(person, END)
    [scanned] = attendance(door)
    assert scanned[10:] == [2, "已生效", "管理员扫码", "", "", ""]
    session_id = db.session.scalars(select(ServiceSession.id)).one()
    correction = make_correction(door, session_id, Times(START, START + timedelta(hours=1)))
    with transaction():
        corrections.approve(Actor(office.id, "李主任"), EVERYTHING, correction.id, now=correction.requested_at)
    [row] = attendance(door)
    assert row[10:12] == [1, "已生效"]
    assert row[12].endswith("更正")
    assert row[13:] == ["王站长", "李主任", "值守人员记错了时间"]


def test_who_came_without_registration_is_listed_until_claimed(app: Flask) -> None:
    door = make_door()
    with transaction():
        db.session.add(WalkIn(shift_id=door.shift.id, label="红衣服阿姨", in_at=START, created_by=door.operator.id))
    [row] = attendance(door)
    assert (row[1], row[10], row[11], row[12]) == ("红衣服阿姨", "—", "临时到场，待认领", "临时到场")


def test_who_has_not_left_yet_is_open(app: Flask) -> None:
    door = make_door()
    door.come(make_signed_up(door), START)
    [row] = attendance(door)
    assert (row[8], row[10], row[11]) == ("", "—", "尚未签退")


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's programs are not installed")
def test_the_manager_prints_both_sheets_and_the_trail_says_so(client: FlaskClient) -> None:
    door = make_door()
    person = make_signed_up(door)
    sign_in(client, door.operator)
    roster = client.get(f"/manage/shifts/{door.shift.id}").text
    for paper in ("attendance.xlsx", "attendance.pdf"):
        assert f"/manage/shifts/{door.shift.id}/{paper}" in roster
    words = words_of(client.get(f"/manage/shifts/{door.shift.id}/sign-in-sheet.pdf").data)
    for expected in ("街道清洁日手工签到表", "签到签名", "手机尾号", person.mobile[-4:], "现场负责人：", "见证人："):
        assert expected in words
    assert "未记录" in words_of(client.get(f"/manage/shifts/{door.shift.id}/attendance.pdf").data)
    assert client.get(f"/manage/shifts/{door.shift.id}/attendance.docx").status_code == 404
    trail = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exchange.download").order_by(AuditEntry.id)
    )
    assert [(row.object_type, row.object_id, row.details["kind"]) for row in trail] == [
        ("sign_in_sheet", str(door.shift.id), "pdf"),
        ("attendance", str(door.shift.id), "pdf"),
    ]


def test_papers_of_a_shift_elsewhere_are_not_found(client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    sign_in(client, other.operator)
    for paper in ("attendance.xlsx", "sign-in-sheet.pdf"):
        assert client.get(f"/manage/shifts/{door.shift.id}/{paper}").status_code == 404
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "110101000000"))
    assert client.get(f"/office/file?kind=attendance&format=xlsx&shift_id={door.shift.id}").status_code == 404


def test_the_ledger_counts_each_person_of_a_shift_once_and_every_minute(app: Flask) -> None:
    door = make_door()
    first, second = make_person(), make_person()
    credit(door, first, 60)
    credit(door, first, 30)
    make_reversal(credit(door, second, 45), at=END + timedelta(days=30))
    say(door, Outcome(120, 6))
    before = (END + timedelta(days=29)).isoformat()
    [row] = ledger_rows(as_of=before)
    assert (row[15], row[16], row[17], row[18], row[19]) == (2, 2.25, 120, 6, "是")
    [row] = ledger_rows(as_of=(END + timedelta(days=31)).isoformat())
    assert (row[15], row[16]) == (1, 1.5)
    assert foot_of(sheets_of("activities", as_of=before)[0])[0] == "合计 1 场，2.25 小时，受益 120 人次"


def test_what_nobody_recorded_is_a_dash_and_not_a_zero(app: Flask) -> None:
    make_door()
    [row] = ledger_rows()
    assert (row[15], row[16], row[17], row[18]) == (0, 0, "—", "—")


@pytest.mark.parametrize(("days", "said"), [(1, "是"), (13, "是"), (14, "是"), (15, "否"), (40, "否")], ids=str)
def test_hours_first_recorded_after_ten_working_days_are_late(app: Flask, days: int, said: str) -> None:
    """The shift is on Thursday 5 March 2026; its tenth working day is Thursday 19 March."""
    door = make_door()
    credit(door, make_person(), 60, recorded_at=END + timedelta(hours=1))
    credit(door, make_person(), 60, recorded_at=END + timedelta(days=days))
    [row] = ledger_rows()
    assert row[19] == said


def test_a_shift_without_hours_waits_for_the_limit_and_then_has_no_record(app: Flask) -> None:
    make_door()
    assert ledger_rows(as_of=(END + timedelta(days=3)).isoformat())[0][19] == "未到期"
    assert ledger_rows(as_of=(END + timedelta(days=40)).isoformat())[0][19] == "无记录"


def test_one_figure_for_a_whole_activity_stands_once_at_its_last_shift(app: Flask) -> None:
    door = make_door()
    with transaction():
        for days in (-2, -1):
            db.session.add(
                Shift(
                    activity_id=door.shift.activity_id,
                    starts_at=START + timedelta(days=days),
                    ends_at=END + timedelta(days=days),
                    sign_up_opens_at=START - timedelta(days=9),
                    sign_up_closes_at=START - timedelta(days=3),
                )
            )
    say(door, Outcome(300), whole=True)
    assert [row[17] for row in ledger_rows()] == ["—", "—", 300]


def test_shifts_are_listed_in_order_without_missing_one_between_batches(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("volunteer_hub.exchange.activity_ledger.BATCH", 2)
    door = make_door()
    for number in range(5):
        make_shift(door.station, starts_at=START, ends_at=END, title=f"同时开始的第{number}场")
    make_shift(door.station, starts_at=START - timedelta(days=1), ends_at=END - timedelta(days=1), title="前一天")
    rows = ledger_rows()
    assert [row[0] for row in rows] == list(range(1, 8))
    assert len({row[1] for row in rows}) == 7
    assert rows[0][1] == "前一天"
    assert len(ledger_rows(**{"from": "2026-03-05"})) == 6
    assert len(ledger_rows(station_id=str(door.station.id))) == 7
