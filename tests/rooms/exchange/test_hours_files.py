"""Hours line by line: as the ledger keeps them, and in the national system's words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from flask import Flask

from tests.makers.checkin import make_door, make_person, make_signed_up
from tests.makers.ledger import RECORDED, make_entry, make_resident, make_reversal
from tests.makers.regions import make_district
from tests.makers.requests import approve_make_up, make_correction, make_make_up
from tests.rooms.exchange.reading import foot_of, sheets_of, table_of
from volunteer_hub.amendments import corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass

#: Ten at night in Shanghai, until two.
NIGHT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def test_every_line_is_there_reversals_too_and_the_sum_is_the_ledgers(app: Flask) -> None:
    places = make_district()
    person = make_resident(places.community)
    make_entry(person.id, 119)
    wrong = make_entry(person.id, 30, service_on=date(2022, 6, 2), hours_class=HoursClass.C)
    make_reversal(wrong)
    [sheet] = sheets_of("hours", region=places.county)
    rows = table_of(sheet)
    assert [(row[5], row[6], row[7]) for row in rows] == [
        (1.98, "A 系统计时", "已生效"),
        (0.5, "C 事后补录", "已冲正"),
        (-0.5, "C 事后补录", "冲正"),
    ]
    assert [row[1] for row in rows] == ["欧***"] * 3
    assert rows[1][12] == "漏签到，照片为证"
    assert foot_of(sheets_of("hours", region=places.county)[0])[0] == "合计 3 条，1.98 小时"


def test_a_line_reversed_later_still_stood_at_the_instant_before(app: Flask) -> None:
    places = make_district()
    make_reversal(make_entry(make_resident(places.community).id, 60))
    before = (RECORDED + timedelta(hours=1)).isoformat()
    [row] = table_of(sheets_of("hours", region=places.county, as_of=before)[0])
    assert (row[5], row[7]) == (1, "已生效")
    assert len(table_of(sheets_of("national", region=places.county, as_of=before)[0])) == 1
    assert table_of(sheets_of("national", region=places.county)[0]) == []


def test_lines_are_narrowed_by_place_period_class_station_and_team(app: Flask) -> None:
    places = make_district()
    near, far = make_resident(places.community), make_resident(places.far_community)
    make_entry(near.id, 60, region_code=places.community)
    make_entry(near.id, 70, region_code=places.community, service_on=date(2022, 5, 1), hours_class=HoursClass.B)
    make_entry(far.id, 80, region_code=places.far_community)

    def minutes(**args: str) -> list[int]:
        return sorted(round(row[5] * 60) for row in table_of(sheets_of("hours", **args)[0]))

    assert minutes(region=places.county) == [60, 70, 80]
    assert minutes(region=places.street) == [60, 70]
    assert minutes(region=places.county, **{"from": "2022-06-01"}) == [60, 80]
    assert minutes(region=places.county, to="2022-05-31") == [70]
    assert minutes(region=places.county, classes="B") == [70]
    assert minutes(region=places.county, station_id="1") == []
    assert minutes(region=places.county, team_id="1") == []


def test_a_night_shift_is_two_records_for_the_national_system_and_one_for_us(app: Flask) -> None:
    door = make_door(starts_at=NIGHT, ends_at=NIGHT + timedelta(hours=4))
    person = make_signed_up(door)
    door.come(person, NIGHT)
    door.go(person, NIGHT + timedelta(hours=4))
    [ours] = table_of(sheets_of("hours")[0])
    assert (ours[5], str(ours[0].date())) == (4, "2026-03-05")
    rows = table_of(sheets_of("national")[0])
    assert [(str(row[7].date()), row[10], row[11], row[12]) for row in rows] == [
        ("2026-03-05", 2, "4 app打卡", "2 已生效"),
        ("2026-03-06", 2, "4 app打卡", "2 已生效"),
    ]
    assert [f"{row[8]:%d %H:%M}–{row[9]:%d %H:%M}" for row in rows] == ["05 22:00–05 23:59", "06 00:00–06 02:00"]
    assert foot_of(sheets_of("national")[0])[0] == "合计 2 条，4.00 小时"


def test_the_national_file_has_exactly_the_fields_that_system_knows(app: Flask) -> None:
    make_district()
    [sheet] = sheets_of("national")
    assert [column.title for column in sheet.columns] == [
        "序号",
        "姓名",
        "证件号码",
        "手机",
        "志愿者编号",
        "服务项目",
        "服务团体",
        "日期",
        "开始时间",
        "结束时间",
        "时长",
        "添加方式",
        "状态",
        "录入日期",
        "备注",
    ]


def test_a_make_up_is_told_as_entered_by_the_team(app: Flask) -> None:
    door = make_door()
    make_up = make_make_up(door, make_person())
    approve_make_up(Actor(99, "李主任"), make_up)
    [row] = table_of(sheets_of("national")[0])
    assert (row[10], row[11], row[14]) == (2, "1 团体录入", "手机没电，现场手工登记")


def test_a_corrected_line_keeps_the_times_it_was_credited_for(app: Flask) -> None:
    door = make_door()
    person = make_signed_up(door)
    door.come(person, door.shift.starts_at)
    door.go(person, door.shift.starts_at + timedelta(hours=2))
    session = db.session.query(ServiceSession).one()
    new = Times(door.shift.starts_at, door.shift.starts_at + timedelta(hours=1))
    correction = make_correction(door, session.id, new)
    with transaction():
        corrections.approve(Actor(99, "李主任"), EVERYTHING, correction.id, now=correction.requested_at)
    rows = table_of(sheets_of("hours")[0])
    assert [(row[5], row[7], row[4] and f"{row[4]:%H:%M}") for row in rows] == [
        (2, "已冲正", "11:00"),
        (-2, "冲正", ""),
        (1, "已生效", "10:00"),
    ]
    [row] = table_of(sheets_of("national")[0])
    assert Decimal(str(row[10])) == 1
