"""The Ministry's tables 11 to 17: filled where the data is, a dash and the reason where it is not."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import District, make_district, make_population
from tests.makers.stations import make_station
from tests.makers.teams import make_team
from tests.rooms.exchange.reading import foot_of, read_back, sheets_of, table_of, words_of, workbook_of
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.teams.models import Team, TeamKind

#: Twenty to midnight of New Year's Eve in Shanghai, and forty minutes later.
EVE = datetime(2022, 12, 31, 15, 40, tzinfo=UTC)
NEW_YEAR = EVE + timedelta(minutes=40)
JANUARY = datetime(2023, 1, 9, 3, 0, tzinfo=UTC)


def furnish() -> District:
    """Lay down stations and teams of each level, and people who served in two years."""
    places = make_district()
    make_population(places.county, 100)
    centre = make_station(places.county, StationKind.CENTRE, name="西安区中心")
    post = make_station(places.community, name="仙城社区站")
    make_station(places.far_community, name="东山社区站")
    corps = make_team(places.county, TeamKind.CORPS, name="西安区总队")
    make_team(places.community, name="仙城社区队", parent=corps)
    first, second = make_resident(places.community), make_resident(places.far_community)
    make_resident(places.neighbour, since=NEW_YEAR)
    make_entry(first.id, 120, service_on=date(2021, 6, 1), recorded_at=datetime(2021, 6, 2, tzinfo=UTC))
    make_entry(first.id, 60, service_on=date(2022, 6, 1))
    make_entry(second.id, 30, service_on=date(2022, 12, 30), recorded_at=JANUARY)
    _attribute(centre, post)
    return places


def _attribute(centre: Station, post: Station) -> None:
    """Record service at one station: lines of the ledger cannot be changed afterwards, so one more is added."""
    person = make_resident(post.region_code)
    entry_id = make_entry(person.id, 15, service_on=date(2022, 3, 1))
    with transaction():
        copy = db.session.get_one(HoursEntry, entry_id)
        values = {column.key: getattr(copy, column.key) for column in HoursEntry.__table__.columns}
        values |= {"id": None, "source": "import:at-a-station", "station_id": post.id}
        db.session.add(HoursEntry(**values))
    assert centre.id != post.id


def table(number: int, **args: str) -> list[list[object]]:
    return table_of(next(sheet for sheet in sheets_of("ministry", **args) if sheet.name.startswith(f"表{number}")))


def test_people_are_counted_at_the_end_of_the_year_by_the_civil_clock(app: Flask) -> None:
    furnish()
    assert [row[:3] for row in table(12, report_year="2022")] == [
        ["西安区（本级）", 3, 0.03],
        ["仙城街道", 2, "—"],
        ["东山街道", 1, "—"],
    ]
    assert [row[1] for row in table(12, report_year="2023")] == [4, 3, 1]


def test_hours_of_december_recorded_in_january_belong_to_the_year_they_were_served_in(app: Flask) -> None:
    furnish()
    assert [row[1:4] for row in table(14, report_year="2022")] == [[4, 2, 3], [3.5, 1.5, 2], [0.5, 0.5, 1]]
    before = table(14, report_year="2022", as_of=EVE.isoformat())
    assert [row[1:4] for row in before] == [[3.5, 1.5, 2], [3.5, 1.5, 2], [0, 0, 0]]


def test_teams_and_stations_are_those_that_stood_and_communities_are_told_apart(app: Flask) -> None:
    places = furnish()
    assert [row[5:9] for row in table(11, report_year="2024")] == [[2, 1, 3, 2], [1, 1, 1, 1], [0, 0, 1, 1]]
    with transaction():
        closed = db.session.query(Station).filter_by(region_code=places.far_community).one()
        closed.closed_at = datetime(2023, 5, 1, tzinfo=UTC)
        db.session.query(Team).filter_by(kind=TeamKind.SQUAD).one().dissolved_at = datetime(2025, 2, 1, tzinfo=UTC)
    assert table(11, report_year="2022")[0][5:9] == [0, 0, 3, 2]
    assert table(11, report_year="2024")[0][5:9] == [2, 1, 2, 1]
    assert table(11, report_year="2025")[0][5:9] == [1, 0, 2, 1]


def test_places_that_record_are_where_stations_have_hours(app: Flask) -> None:
    furnish()
    assert [row[1:5] for row in table(15, report_year="2022")] == [[1, 1, 1, "—"], [1, 1, 1, "—"], [0, 0, 0, "—"]]


def test_what_this_system_does_not_hold_is_a_dash_with_its_reason_and_never_a_zero(app: Flask) -> None:
    furnish()
    for sheet in sheets_of("ministry", report_year="2022"):
        number = int(sheet.name[1:3])
        rows, foot = read_back(sheet)
        columns = zip(*rows, strict=True)
        titles = [column.title for column in sheet.columns]
        dashes = {title for title, cells in zip(titles, columns, strict=False) if set(cells) == {"—"}}
        explained = "".join(line for line in foot if line.startswith("“—”："))
        assert all(title in explained for title in dashes), sheet.name
        if number in (13, 16, 17):
            assert len(dashes) == len(sheet.columns) - 1


def test_every_table_says_its_place_year_end_and_who_signs(app: Flask) -> None:
    furnish()
    sheets = sheets_of("ministry", report_year="2022")
    assert [sheet.name[:3] for sheet in sheets] == [f"表{number}" for number in range(11, 18)]
    for sheet in sheets:
        head = "".join(sheet.head)
        for expected in ("吉林省辽源市西安区", "报告年份：2022", "截止日期：2022-12-31 23:59", "数据版本：L"):
            assert expected in head
        assert "填表人：" in foot_of(sheet)[-1]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's programs are not installed")
def test_the_office_takes_them_as_workbook_and_as_paper_with_the_same_numbers(client: FlaskClient) -> None:
    places = furnish()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    book = workbook_of(client.get("/office/file?kind=ministry&format=xlsx&report_year=2022").data)
    assert len(book) == 7
    words = words_of(client.get("/office/file?kind=ministry&format=pdf&report_year=2022").data, "-layout")
    for expected in ("表12注册志愿者情况", "西安区（本级）33.00%100—", "单位负责人（盖章）：", "1/7", "7/7"):
        assert expected in words
    assert client.get("/office/file?kind=ministry&format=csv").status_code == 404
    assert client.get("/office/file?kind=ministry&format=xlsx&report_year=22").status_code == 422
    assert client.get("/office/file?kind=ministry&format=xlsx&region=110101").status_code == 404
