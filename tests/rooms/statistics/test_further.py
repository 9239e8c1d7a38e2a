"""Who is active, what is recorded in time, stations, teams and stars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.makers.activities import make_shift
from tests.makers.ledger import make_resident, make_reversal
from tests.makers.regions import make_district, make_settings
from tests.makers.services import make_result, make_service
from tests.makers.stations import make_station
from tests.makers.teams import make_membership, make_team
from tests.makers.volunteers import make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics import timeliness
from volunteer_hub.statistics.definitions import Ratio
from volunteer_hub.statistics.further import Further, further
from volunteer_hub.statistics.further_definitions import FURTHER, STARS
from volunteer_hub.statistics.question import Question

COUNTY = "220403000000"
DAY = date(2025, 6, 30)
AT = clock.end_of(DAY)


def ask(as_of: datetime = AT, *, region: str = COUNTY, **more: Any) -> Further:
    return further(Question(region, as_of, **more), EVERYTHING)


def parts(ratio: Ratio) -> tuple[int, int | None]:
    return ratio.numerator, ratio.denominator


@pytest.mark.parametrize(
    ("days_ago", "active"),
    [(0, "30 90 365"), (29, "30 90 365"), (30, "90 365"), (89, "90 365"), (90, "365"), (365, "")],
)
def test_somebody_is_active_for_so_many_days_the_last_one_included(app: Flask, days_ago: int, active: str) -> None:
    places = make_district()
    make_resident(places.community)
    make_service(make_resident(places.community), service_on=DAY - timedelta(days=days_ago))
    answer = ask()
    found = {days for days in (30, 90, 365) if answer.figure(f"active_{days}").numerator}
    assert found == {int(days) for days in active.split()}
    assert answer.figure("active_30").denominator == 2


def test_a_reversed_service_makes_nobody_active(app: Flask) -> None:
    person = make_resident(make_district().community)
    make_reversal(make_service(person, service_on=DAY - timedelta(days=3)), at=AT - timedelta(days=1))
    assert parts(ask().figure("active_30")) == (0, 1)
    assert parts(ask(AT - timedelta(days=2)).figure("active_30")) == (1, 1)


@pytest.mark.parametrize(
    ("recorded_on", "in_time"),
    # The tenth working day after Friday 13 June 2025 is Friday the 27th; no holiday lies between.
    [(date(2025, 6, 13), 1), (date(2025, 6, 27), 1), (date(2025, 6, 28), 1), (date(2025, 6, 30), 0)],
)
def test_a_service_is_in_time_up_to_the_tenth_working_day(app: Flask, recorded_on: date, in_time: int) -> None:
    person = make_resident(make_district().community)
    make_service(person, service_on=date(2025, 6, 13), recorded_at=clock.at(recorded_on) + timedelta(minutes=1))
    assert parts(ask().figure("on_time")) == (in_time, 1)


def test_imported_hours_are_not_asked_to_be_in_time(app: Flask) -> None:
    person = make_resident(make_district().community)
    make_service(person, service_on=date(2020, 1, 1), recorded_at=AT, hours_class=HoursClass.D)
    assert ask().figure("on_time").reason == timeliness.NO_SERVICES


def test_hours_and_services_are_averaged(app: Flask) -> None:
    places = make_district()
    one, other = make_resident(places.community), make_resident(places.community)
    for day, minutes in ((1, 60), (2, 90)):
        make_service(one, service_on=date(2025, 6, day), minutes=minutes)
    make_service(other, service_on=date(2025, 6, 1), minutes=30)
    answer = ask()
    assert parts(answer.figure("hours_per_service")) == (180, 3)
    assert parts(answer.figure("services_per_person")) == (3, 2)


def test_activities_and_beneficiaries_are_spread_over_open_stations_and_months(app: Flask) -> None:
    places = make_district()
    busy, idle = make_station(places.community), make_station(places.far_community, name="东山站")
    closed = make_station(places.far_community, name="旧站")
    with transaction():
        db.session.get_one(Station, closed.id).closed_at = clock.at(date(2025, 5, 1))
    for month in (5, 6):
        starts = clock.at(date(2025, month, 10))
        shift = make_shift(busy, starts_at=starts, ends_at=starts + timedelta(hours=2))
        make_result(shift, 30, served_on=date(2025, month, 10))
        make_service(make_resident(places.community), station=busy, shift=shift, service_on=date(2025, month, 10))
    answer = ask(since=date(2025, 5, 1), until=date(2025, 6, 30))
    assert parts(answer.figure("activities_per_station_month")) == (2, 4)
    assert parts(answer.figure("beneficiaries_per_station_month")) == (60, 4)
    assert parts(answer.figure("idle_stations")) == (1, 2)
    assert [station.id for station in answer.idle] == [idle.id]
    june = ask(since=date(2025, 6, 1), until=date(2025, 6, 30))
    assert parts(june.figure("beneficiaries_per_station_month")) == (30, 2)
    assert parts(ask().figure("activities_per_station_month")) == (2, 4)


def test_members_belong_to_a_team_from_joining_until_the_day_before_leaving(app: Flask) -> None:
    places = make_district()
    team, empty = make_team(places.community, name="一队"), make_team(places.community, name="二队")
    membership = make_membership(team, make_volunteer(places.community))
    make_membership(team, make_volunteer(places.community))
    with transaction():
        db.session.merge(membership).left_on = DAY
    answer = ask()
    assert parts(answer.figure("members_per_team")) == (1, 2)
    assert [(row.name, row.members) for row in answer.teams] == [("一队", 1), ("二队", 0)]
    assert parts(ask(AT - timedelta(days=1)).figure("members_per_team")) == (2, 2)
    assert empty.id == answer.teams[1].id


def test_everybody_stands_at_the_highest_star_their_hours_reach(app: Flask) -> None:
    places = make_district()
    for minutes in (99 * 60, 100 * 60, 299 * 60, 1500 * 60):
        make_service(make_resident(places.community), minutes=minutes, hours_class=HoursClass.D)
    counts = [people for _, people in ask().stars]
    assert counts == [2, 0, 0, 0, 1]
    assert parts(ask().figure("starred")) == (3, 4)
    assert [people for _, people in ask(clock.now(), live=True).stars] == counts
    assert [star.hours for star in STARS] == [100, 300, 600, 1000, 1500]
    assert ask(classes=(HoursClass.A,)).figure("starred").numerator == 0


def test_only_those_count_whose_assurance_the_area_asks_for(app: Flask) -> None:
    places = make_district()
    make_settings(places.county, counted_assurance=2)
    for assurance in (1, 2):
        make_service(make_resident(places.community, assurance=assurance), service_on=DAY)
    assert parts(ask().figure("active_30")) == (1, 1)


def test_an_empty_district_has_reasons_instead_of_figures(app: Flask) -> None:
    make_district()
    answer = ask()
    assert [definition for definition, _ in answer.figures] == list(FURTHER)
    assert all(ratio.reason and ratio.each is None for _, ratio in answer.figures)
    assert answer.figure("starred").reason == d.NOBODY_REGISTERED
    with pytest.raises(NotFound):
        further(Question(COUNTY, AT), Scope(regions=("220403002",)))
    with pytest.raises(NotFound):
        further(Question("110000000000", AT), EVERYTHING)
