"""Historic hours from the file to class D of the ledger, and back by reversals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.imports import (
    HOURS_HEADINGS,
    carry_out,
    dry_run,
    get,
    make_csv,
    make_office,
    make_people,
    make_xlsx,
    rows_of,
    said,
    take_back,
)
from tests.makers.ledger import make_entry
from tests.makers.regions import make_district
from tests.makers.volunteers import make_document, make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.imports.models import Import, ImportKind, ImportState, Outcome, RowState
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.ledger import service as ledger_service
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import Volunteer

HOURS = ImportKind.HOURS


def row_for(
    person: Volunteer, *, day: Any = "2023-03-05", hours: Any = "2.5", activity: str = "清洁家园"
) -> list[Any]:
    return [person.name, person.document_number, activity, day, hours, "仙城社区居委会", ""]


def counted(found: Import) -> tuple[int, ...]:
    return tuple(found.counts.get(outcome.value, 0) for outcome in Outcome)


def run(rows: list[list[Any]], heads: tuple[str, ...] = HOURS_HEADINGS) -> Import:
    return dry_run(make_office(), make_xlsx([heads, *rows]), HOURS)


def test_historic_hours_become_class_d_and_go_back_by_reversals(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    office = make_office()
    data = make_csv([HOURS_HEADINGS, row_for(person), row_for(person, activity="义诊")], "gb18030")
    found = dry_run(office, data, HOURS)
    assert (counted(found), ledger.get_balance(person.id)) == ((2, 0, 0, 0), 0)
    done = carry_out(office, found)
    entries = ledger.list_entries(person.id)
    assert {(entry.minutes, entry.hours_class, entry.service_on) for entry in entries} == {
        (150, HoursClass.D, date(2023, 3, 5))
    }
    assert {entry.source for entry in entries} == {f"import:{done.id}:2", f"import:{done.id}:3"}
    assert {entry.region_code for entry in entries} == {"220403002001"}
    assert entries[0].recorded_by == office.account_id
    assert ledger.get_balance(person.id) == 300
    undone = take_back(office, done)
    assert (undone.state, ledger.get_balance(person.id)) == (ImportState.UNDONE, 0)
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 4
    assert {row.state for row in rows_of(undone)} == {RowState.UNDONE}


def test_the_same_hours_in_a_second_file_are_matches(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    office = make_office()
    carry_out(office, dry_run(office, make_xlsx([HOURS_HEADINGS, row_for(person)]), HOURS))
    again = row_for(person, hours="2小时30分钟", activity="清洁 家园")
    other = [again, row_for(person, hours=3), row_for(person, day="2023-03-06")]
    assert counted(run(other)) == (1, 1, 1, 0)


def test_hours_taken_back_can_be_imported_again(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    office, data = make_office(), make_xlsx([HOURS_HEADINGS, row_for(person)])
    take_back(office, carry_out(office, dry_run(office, data, HOURS)))
    again = dry_run(office, data, HOURS)
    assert counted(again) == (1, 0, 0, 0)
    carry_out(office, again)
    assert ledger.get_balance(person.id) == 150


def test_the_same_service_twice_in_a_file_is_a_conflict(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    found = run([row_for(person), row_for(person, hours=1)])
    assert counted(found) == (1, 0, 1, 0)
    assert said(found)[1] == ["与第 2 行是同一个人同一天的同一活动。"]


def test_a_day_on_which_the_system_recorded_hours_is_a_conflict(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    make_entry(person.id, minutes=60, service_on=date(2025, 3, 5))
    assert counted(run([row_for(person, day="2025-03-05"), row_for(person, day="2025-03-06")])) == (1, 0, 1, 0)


def test_a_day_may_not_exceed_its_cap_and_the_row_says_so(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    day = [(8, "清洁家园"), (4, "义诊"), (1, "巡河")]
    found = run([row_for(person, hours=hours, activity=activity) for hours, activity in day])
    assert counted(found) == (2, 0, 0, 1)
    assert said(found)[2] == ["当天合计会超过每人每天 12 小时的上限（已有 12 小时）。"]


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2023, 3, 5), Outcome.NEW),
        ("2023年3月5日", Outcome.NEW),
        ("2023/3/5 9:00", Outcome.NEW),
        ("20230305", Outcome.NEW),
        ("２０２３．０３．０５", Outcome.NEW),
        ("1990-01-01", Outcome.NEW),
        ("1989-12-31", Outcome.ERROR),
        ("2023-02-29", Outcome.ERROR),
        ("03/05/2023", Outcome.ERROR),
        ("5-3-23", Outcome.ERROR),
        ("45000", Outcome.ERROR),
        ("去年三月", Outcome.ERROR),
        ("", Outcome.ERROR),
    ],
)
def test_a_service_day_is_read_or_refused_never_guessed(app: Flask, day: Any, outcome: Outcome) -> None:
    person = make_volunteer(make_district().community)
    found = run([row_for(person, day=day)])
    assert [row.outcome for row in rows_of(found)] == [outcome]


def test_hours_in_the_future_are_refused(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    assert counted(run([row_for(person, day=(clock.today() + timedelta(days=1)).isoformat())])) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("typed", "heading", "minutes"),
    [
        (2, "时长", 120),
        (2.5, "时长（小时）", 150),
        ("1.33", "时长", 79),
        ("1:30", "时长", 90),
        ("２小时", "时长", 120),
        ("45分钟", "时长", 45),
        (45, "时长（分钟）", 45),
        (0, "时长", None),
        (-1, "时长", None),
        (25, "时长", None),
        ("很久", "时长", None),
        ("1e9", "时长", None),
    ],
)
def test_a_duration_is_read_in_hours_unless_told_otherwise(
    app: Flask, typed: Any, heading: str, minutes: int | None
) -> None:
    person = make_volunteer(make_district().community)
    heads = tuple(heading if word == "时长" else word for word in HOURS_HEADINGS)
    rows = [row_for(person, hours=typed)]
    found = run(rows, heads)
    assert [row.minutes for row in rows_of(found)] == [minutes]


def test_people_who_are_unknown_elsewhere_or_gone_get_no_hours(app: Flask) -> None:
    district = make_district()
    gone = make_volunteer(district.community, "退出的")
    with transaction():
        service.withdraw(make_office(), db.session.get_one(Volunteer, gone.id), now=clock.now())
    named = make_volunteer(district.community, "改名的")
    named_row = row_for(named)
    named_row[0] = "别的名字"
    stranger = ["陌生人", make_document(), "清洁家园", "2023-03-05", 2, "", ""]
    assert counted(run([row_for(gone), named_row, stranger])) == (0, 0, 2, 1)


def test_what_no_longer_fits_at_the_import_is_passed_over(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    office = make_office()
    found = dry_run(office, make_xlsx([HOURS_HEADINGS, row_for(person, day="2025-03-05", hours=8)]), HOURS)
    make_entry(person.id, minutes=300, service_on=date(2025, 3, 5))
    done = carry_out(office, found)
    assert (done.counts["passed"], ledger.get_balance(person.id)) == (1, 300)


def test_hours_reversed_by_hand_before_an_undo_are_reversed_once(app: Flask) -> None:
    person = make_volunteer(make_district().community)
    office = make_office()
    done = carry_out(office, dry_run(office, make_xlsx([HOURS_HEADINGS, row_for(person)]), HOURS))
    with transaction():
        ledger_service.reverse(office, rows_of(done)[0].entry_id or 0, now=clock.now(), reason="记错了")
    assert take_back(office, done).state is ImportState.UNDONE
    assert ledger.get_balance(person.id) == 0
    assert get(done.id).counts["undone"] == 1


def test_an_undone_roster_keeps_people_whose_hours_were_imported(app: Flask) -> None:
    make_district()
    office, people = make_office(), make_people(1)
    done = carry_out(office, dry_run(office, make_csv([("姓名", "身份证号", "手机号", "社区"), *people])))
    person = db.session.scalars(select(Volunteer)).one()
    carry_out(office, dry_run(office, make_xlsx([HOURS_HEADINGS, row_for(person)]), HOURS))
    assert take_back(office, done).counts == {**done.counts, "kept": 1}
