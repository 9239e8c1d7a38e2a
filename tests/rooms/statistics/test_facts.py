"""Services counted along every dimension."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.makers.activities import make_shift
from tests.makers.ledger import make_resident, make_reversal
from tests.makers.regions import make_district
from tests.makers.services import FIRST_DAY, make_project, make_result, make_service
from tests.makers.stations import make_station
from tests.makers.teams import make_team
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.statistics.facts import Fact, FactsAnswer, facts
from volunteer_hub.statistics.facts_question import AgeBand, By, FactsQuestion
from volunteer_hub.statistics.question import Question
from volunteer_hub.teams.models import TeamKind
from volunteer_hub.volunteers.models import Sex, Volunteer

COUNTY = "220403000000"
LATER = clock.at(date(2025, 12, 31))


def ask(by: By = By.REGION, *, region: str = COUNTY, as_of: datetime = LATER, **more: Any) -> FactsAnswer:
    asked = {name: more.pop(name) for name in ("since", "until", "classes") if name in more}
    return facts(FactsQuestion(Question(region, as_of, **asked), by, **more), EVERYTHING)


def people(answer: FactsAnswer) -> dict[str, int]:
    return {row.name: row.people for row in answer.rows if row.times}


def numbers(row: Fact) -> tuple[int, int, int]:
    return row.people, row.times, row.minutes


def change(volunteer: Volunteer, **values: Any) -> Volunteer:
    with transaction():
        held = db.session.get_one(Volunteer, volunteer.id)
        for name, value in values.items():
            setattr(held, name, value)
    return held


def test_one_person_at_three_services_is_one_person_three_times_and_the_sum_of_hours(app: Flask) -> None:
    person = make_resident(make_district().community)
    for day in range(3):
        make_service(person, minutes=60, service_on=FIRST_DAY + timedelta(days=day))
    assert numbers(ask().whole) == (1, 3, 180)


def test_somebody_who_moved_is_counted_where_they_lived_on_the_day_and_once_in_the_whole(app: Flask) -> None:
    places = make_district()
    person = make_resident(places.community)
    make_service(person, region_code=places.community)
    make_service(person, region_code=places.far_community, service_on=FIRST_DAY + timedelta(days=1))
    answer = ask()
    assert people(answer) == {"仙城街道": 1, "东山街道": 1}
    assert numbers(answer.whole) == (1, 2, 120)
    assert not answer.adds_up
    assert people(ask(region=places.street)) == {"仙城社区": 1}


def test_a_service_counts_from_its_recording_until_it_is_reversed(
    app: Flask,
) -> None:
    person = make_resident(make_district().community)
    entry = make_service(person)
    recorded = clock.at(FIRST_DAY) + timedelta(hours=12)
    make_reversal(entry, at=recorded + timedelta(days=1))
    tick = timedelta(microseconds=1)
    counted = [numbers(ask(as_of=at).whole) for at in (recorded - tick, recorded, recorded + timedelta(days=1))]
    assert counted == [(0, 0, 0), (1, 1, 60), (0, 0, 0)]


def test_only_the_period_and_the_classes_asked_for_count(app: Flask) -> None:
    person = make_resident(make_district().community)
    make_service(person, minutes=10, service_on=date(2024, 12, 31))
    make_service(person, minutes=20, service_on=date(2025, 1, 1), hours_class=HoursClass.C)
    january = {"since": date(2025, 1, 1), "until": date(2025, 1, 31)}
    assert numbers(ask(**january).whole) == (1, 1, 20)
    assert numbers(ask(classes=(HoursClass.A,)).whole) == (1, 1, 10)
    assert ask(classes=(HoursClass.A,)).whole.class_minutes == {HoursClass.A: 10}
    assert people(ask(By.HOURS_CLASS)) == {"A 系统计时": 1, "C 事后补录": 1}


def test_each_month_of_the_period_has_a_row_even_an_empty_one(app: Flask) -> None:
    person = make_resident(make_district().community)
    make_service(person, service_on=date(2025, 1, 31))
    make_service(person, service_on=date(2025, 3, 1))
    period = {"since": date(2025, 1, 15), "until": date(2025, 3, 31)}
    rows = [(row.key, row.times) for row in ask(By.MONTH, **period).rows]
    assert rows == [("2025-01", 1), ("2025-02", 0), ("2025-03", 1)]
    assert [row.key for row in ask(By.MONTH).rows] == ["2025-01", "2025-03"]
    march = ask(By.MONTH, **period).asked.narrowed("2025-03")
    assert march is not None
    assert (march.question.since, march.question.until) == (date(2025, 3, 1), date(2025, 3, 31))


def test_a_station_counts_with_all_below_it_and_the_way_down_begins_below_the_one_centre(app: Flask) -> None:
    places = make_district()
    centre = make_station(places.county, StationKind.CENTRE, name="中心")
    institute = make_station(places.street, StationKind.INSTITUTE, centre, "仙城所")
    post = make_station(places.community, StationKind.POST, institute, "仙城站")
    idle = make_station(places.other_street, StationKind.INSTITUTE, centre, "东山所")
    one, other = make_resident(places.community), make_resident(places.community)
    make_service(one, station=post)
    make_service(one, station=institute, service_on=FIRST_DAY + timedelta(days=1))
    make_service(other, station=centre)
    make_service(other, service_on=FIRST_DAY + timedelta(days=1))
    answer = ask(By.STATION)
    assert {row.name: numbers(row) for row in answer.rows} == {
        "仙城所": (1, 2, 120),
        "东山所": (0, 0, 0),
        "本级阵地": (1, 1, 60),
        "没有对应的阵地": (1, 1, 60),
    }
    assert numbers(answer.whole) == (2, 4, 240)
    inside = answer.asked.narrowed(str(institute.id))
    assert inside is not None
    below = facts(inside, EVERYTHING)
    assert {row.name: row.times for row in below.rows} == {"仙城站": 1, "本级阵地": 1}
    assert (below.whole.times, below.filters) == (2, {"station": "仙城所"})
    assert ask(By.STATION, station=idle.id).whole.times == 0
    assert people(ask(By.STATION, region=places.street)) == {
        "仙城站": 1,
        "本级阵地": 1,
        "其他阵地": 1,
        "没有对应的阵地": 1,
    }


def test_a_closed_station_is_shown_only_where_something_happened(app: Flask) -> None:
    places = make_district()
    centre = make_station(places.county, StationKind.CENTRE, name="中心")
    closed = make_station(places.street, StationKind.INSTITUTE, centre, "旧所")
    make_station(places.street, StationKind.INSTITUTE, centre, "新所")
    with transaction():
        db.session.get_one(Station, closed.id).closed_at = clock.at(date(2025, 1, 1))
    assert [row.name for row in ask(By.STATION).rows] == ["新所"]
    make_service(make_resident(places.community), station=closed)
    assert [row.name for row in ask(By.STATION).rows] == ["新所", "旧所"]


def test_somebody_in_two_teams_counts_in_both_rows_and_once_above(app: Flask) -> None:
    places = make_district()
    corps = make_team(places.county, TeamKind.CORPS, name="总队")
    teams = [make_team(places.street, TeamKind.BRIGADE, corps, name=name) for name in ("一队", "二队")]
    person = make_resident(places.community)
    for team in teams:
        make_service(person, team=team, minutes=team.id)
    answer = ask(By.TEAM)
    assert people(answer) == {"一队": 1, "二队": 1}
    assert answer.whole.people == 1
    assert people(ask(By.TEAM, team=teams[0].id)) == {"本级队伍": 1}
    assert ask(By.REGION, team=corps.id).whole.times == 2


def test_activities_count_once_in_a_row_and_bring_what_stations_reported_of_them(app: Flask) -> None:
    places = make_district()
    station = make_station(places.community)
    starts = clock.at(FIRST_DAY) + timedelta(hours=9)
    shift = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2), category="aid")
    silent = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2), category="law")
    nobody_came = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2))
    make_result(shift, 40)
    make_result(nobody_came, 999)
    for home in (places.community, places.far_community):
        make_service(make_resident(home), region_code=home, station=station, shift=shift)
    make_service(make_resident(places.community), station=station, shift=silent)
    answer = ask()
    assert [(row.name, row.activities, row.beneficiaries) for row in answer.rows] == [
        ("仙城街道", 2, 40),
        ("东山街道", 1, 40),
    ]
    assert (answer.whole.activities, answer.whole.beneficiaries) == (2, 40)
    by_category = {row.key: (row.activities, row.beneficiaries) for row in ask(By.CATEGORY).rows if row.times}
    assert by_category == {"aid": (1, 40), "law": (1, 0)}
    assert ask(By.SEX).whole.beneficiaries is None
    assert ask(as_of=clock.at(FIRST_DAY) + timedelta(hours=19)).whole.beneficiaries == 0


def test_projects_are_named_and_what_has_none_stands_last(app: Flask) -> None:
    places = make_district()
    station = make_station(places.community)
    project = make_project(station)
    starts = clock.at(FIRST_DAY)
    shift = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2), project_id=project.id)
    person = make_resident(places.community)
    make_service(person, shift=shift)
    make_service(person, service_on=FIRST_DAY + timedelta(days=1))
    assert [(row.name, row.times) for row in ask(By.PROJECT).rows] == [("情暖万家", 1), ("不属于任何项目", 1)]
    assert ask(project=project.id).whole.times == 1
    assert ask(category="environment").whole.times == 1


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2010, 11, 2), AgeBand.UNDER_14),
        (date(2010, 11, 1), AgeBand.UNDER_18),
        (date(2006, 11, 1), AgeBand.UNDER_35),
        (date(1989, 11, 2), AgeBand.UNDER_35),
        (date(1989, 11, 1), AgeBand.UNDER_60),
        (date(1964, 11, 2), AgeBand.UNDER_60),
        (date(1964, 11, 1), AgeBand.OLDER),
    ],
)
def test_age_is_that_of_the_day_of_service(app: Flask, born: date, band: AgeBand) -> None:
    person = change(make_resident(make_district().community), birth_on=born)
    make_service(person, service_on=FIRST_DAY)
    assert [row.key for row in ask(By.AGE).rows if row.times] == [band]
    assert ask(age=band).whole.times == 1


def test_sex_and_party_are_those_of_the_register_and_the_unknown_have_a_row(app: Flask) -> None:
    places = make_district()
    woman = change(make_resident(places.community), sex=Sex.FEMALE, is_party_member=True)
    unsaid = make_resident(places.community)
    for person in (woman, unsaid):
        make_service(person)
    assert people(ask(By.SEX)) == {"女": 1, "没有登记": 1}
    assert people(ask(By.PARTY)) == {"党员": 1, "非党员": 1}
    assert people(ask(By.AGE)) == {"没有登记": 2}
    assert ask(sex=Sex.FEMALE, party=True).whole.people == 1
    assert ask(sex=Sex.FEMALE, party=False).whole.people == 0


def test_streets_directly_below_a_city_and_counties_beside_them_are_kept_apart(app: Flask) -> None:
    places = make_district()
    with transaction():
        db.session.add(
            Region(code="220404100000", name="市直街道", level=4, parent_code=places.city, full_name="市直街道")
        )
    person = make_resident(places.community)
    make_service(person, region_code="220404100000")
    make_service(person, region_code=places.community, service_on=FIRST_DAY + timedelta(days=1))
    make_service(person, region_code=places.city, service_on=FIRST_DAY + timedelta(days=2))
    answer = ask(region=places.city)
    assert [(row.key, row.name, row.times) for row in answer.rows] == [
        ("220403000000", "西安区", 1),
        ("220404100000", "市直街道", 1),
        ("itself", "未细分到下级", 1),
    ]


def test_outside_the_scope_and_unknown_are_the_same_answer(app: Flask) -> None:
    places = make_district()
    asked = FactsQuestion(Question(places.county, LATER))
    assert facts(asked, Scope(regions=("2204",))).whole.name == "西安区"
    for scope in (NOTHING, Scope(regions=("220403002",)), Scope(stations=("/1/",))):
        with pytest.raises(NotFound):
            facts(asked, scope)
    for unknown in (
        replace(asked, station=99),
        replace(asked, team=99),
        replace(asked, question=Question("110000000000", LATER)),
    ):
        with pytest.raises(NotFound):
            facts(unknown, EVERYTHING)
