"""Counting the register and summing the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert

from tests.makers.ledger import RECORDED, REGISTERED, SERVED, make_entry, make_resident, make_reversal
from tests.makers.regions import make_district, make_population, make_settings
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase, Region
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics import queries
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.models import STILL, Standing

COUNTY = "220403000000"


def ask(region: str = COUNTY, **more: Any) -> Answer:
    return queries.ratios(Question(region, **({"as_of": RECORDED + timedelta(days=30)} | more)), EVERYTHING)


def registered(answer: Answer) -> dict[str, int]:
    return {cell.name: cell.registered for cell in answer.parts}


def test_people_are_counted_where_they_live_and_everywhere_above(app: Flask) -> None:
    places = make_district()
    for home in (places.community, places.community, places.neighbour, places.far_community):
        make_resident(home)
    county = ask()
    assert county.whole.registered == 4
    assert registered(county) == {"仙城街道": 3, "东山街道": 1}
    assert registered(ask(places.street)) == {"仙城社区": 2, "安康社区": 1}
    community = ask(places.community)
    assert community.whole.registered == 2
    assert community.parts == ()


def test_nobody_vanishes_who_is_registered_on_the_division_itself(app: Flask) -> None:
    places = make_district()
    make_resident(places.community)
    direct = make_resident(places.county)
    make_entry(direct.id, 60)
    answer = ask()
    rest = answer.parts[-1]
    assert rest.rest
    assert (rest.name, rest.registered, rest.with_hours) == (queries.REST, 1, 1)
    assert sum(cell.registered for cell in answer.parts) == answer.whole.registered == 2
    assert sum(cell.minutes for cell in answer.parts) == answer.whole.minutes == 60


def test_somebody_is_registered_from_one_instant_until_just_before_another(app: Flask) -> None:
    places = make_district()
    make_resident(places.community, since=REGISTERED, until=RECORDED)
    tick = timedelta(microseconds=1)
    counts = [ask(as_of=at).whole.registered for at in (REGISTERED - tick, REGISTERED, RECORDED - tick, RECORDED)]
    assert counts == [0, 1, 1, 0]


def test_a_person_who_moved_is_counted_at_the_old_home_before_and_the_new_one_after(app: Flask) -> None:
    places = make_district()
    person = make_resident(places.community, until=RECORDED)
    with transaction():
        db.session.add(
            Standing(
                volunteer_id=person.id, region_code=places.far_community, assurance=2, since=RECORDED, until=STILL
            )
        )
    assert registered(ask(as_of=RECORDED - timedelta(days=1))) == {"仙城街道": 1, "东山街道": 0}
    assert registered(ask(as_of=RECORDED)) == {"仙城街道": 0, "东山街道": 1}


def test_each_area_counts_from_the_assurance_the_nearest_area_chose(app: Flask) -> None:
    places = make_district()
    make_settings(places.county, counted_assurance=1)
    make_settings(places.street, counted_assurance=2)
    for assurance in (0, 1, 2):
        make_resident(places.community, assurance=assurance)
        make_resident(places.far_community, assurance=assurance)
    answer = ask()
    assert answer.whole.registered == 4
    assert registered(answer) == {"仙城街道": 1, "东山街道": 2}
    assert ask(places.community).whole.registered == 1
    assert ask(places.street).whole == next(cell for cell in answer.parts if cell.code == places.street)


def test_hours_are_those_of_the_period_and_classes_recorded_by_the_instant(app: Flask) -> None:
    places = make_district()
    one, other = make_resident(places.community).id, make_resident(places.community).id
    make_entry(one, 60, service_on=date(2022, 5, 31))
    make_entry(one, 30, service_on=date(2022, 6, 1), hours_class=HoursClass.B)
    make_entry(other, 120, service_on=date(2022, 6, 2), hours_class=HoursClass.C, recorded_at=RECORDED + timedelta(3))
    june = {"since": date(2022, 6, 1), "until": date(2022, 6, 30)}

    assert (ask().whole.with_hours, ask().whole.minutes) == (2, 210)
    assert ask().whole.class_minutes == {
        HoursClass.A: 60,
        HoursClass.B: 30,
        HoursClass.C: 120,
        HoursClass.D: 0,
    }
    assert (ask(**june).whole.with_hours, ask(**june).whole.minutes) == (2, 150)
    assert ask(**june, as_of=RECORDED).whole.with_hours == 1
    scanned = ask(**june, classes=(HoursClass.A,)).whole
    assert (scanned.with_hours, scanned.minutes, scanned.participants) == (0, 0, 2)
    assert scanned.class_minutes == {HoursClass.A: 0}


def test_three_activities_of_one_person_are_one_person_and_their_sum(app: Flask) -> None:
    places = make_district()
    person = make_resident(places.community).id
    for day in range(3):
        make_entry(person, 60, service_on=SERVED + timedelta(days=day))
    whole = ask().whole
    assert (whole.with_hours, whole.participants, whole.minutes) == (1, 1, 180)
    assert whole.hours_per_registered.hours == Decimal("3.00")


def test_a_reversed_entry_counts_until_it_is_reversed(app: Flask) -> None:
    places = make_district()
    entry = make_entry(make_resident(places.community).id, 60)
    make_reversal(entry, at=RECORDED + timedelta(days=1))
    before, after = ask(as_of=RECORDED).whole, ask(as_of=RECORDED + timedelta(days=1)).whole
    assert (before.with_hours, before.participants, before.minutes) == (1, 1, 60)
    assert (after.with_hours, after.participants, after.minutes) == (0, 0, 0)


def test_hours_of_somebody_no_longer_registered_are_in_no_ratio(app: Flask) -> None:
    places = make_district()
    make_entry(make_resident(places.community, until=RECORDED + timedelta(days=1)).id, 60)
    assert ask(as_of=RECORDED).whole.minutes == 60
    assert ask().whole.minutes == 0


@pytest.mark.parametrize(("day", "registered_at"), [("2022-02-28", 0), ("2022-03-01", 1)])
def test_the_answer_as_of_a_date_knows_nothing_later(app: Flask, day: str, registered_at: int) -> None:
    places = make_district()
    make_resident(places.community, since=REGISTERED)
    assert ask(as_of=clock.end_of(date.fromisoformat(day))).whole.registered == registered_at


def test_the_population_is_the_latest_up_to_the_instants_year_or_the_year_asked_for(app: Flask) -> None:
    places = make_district()
    make_population(places.county, 150_000, year=2010, source="六普")
    make_population(places.county, 136_318, year=2020, source="七普")
    make_population(places.county, 130_000, year=2025, source="估算")
    make_population(places.county, 90_000, year=2021, base=PopulationBase.BUILT_UP)

    def value(**more: Any) -> int | None:
        population = ask(**more).whole.population
        return population.value if population else None

    assert value() == 136_318
    assert value(year=2010) == 150_000
    assert value(year=2011) is None
    assert value(as_of=clock.at(date(2019, 5, 1))) == 150_000
    assert value(base=PopulationBase.BUILT_UP) == 90_000
    assert value(base=PopulationBase.RESIDENT) is None


def test_missing_and_exceeded_populations_are_explained(app: Flask) -> None:
    places = make_district()
    make_population(places.street, 1)
    for _ in range(2):
        make_resident(places.community)
    answer = ask()
    assert dict(answer.remarks()) == {
        "西安区": d.NO_POPULATION,
        "仙城街道": d.ABOVE_WHOLE,
        "东山街道": d.NO_POPULATION,
    }
    assert answer.parts[0].registration_ratio.percent == Decimal("200.00")


def test_an_empty_district_answers_with_reasons(app: Flask) -> None:
    make_district()
    whole = ask().whole
    assert whole.registered == 0
    assert whole.hours_ratio.reason == d.NOBODY_REGISTERED
    assert whole.hours_per_active.reason == d.NOBODY_WITH_HOURS
    assert whole.class_share(HoursClass.A).reason == d.NO_HOURS


def test_outside_the_scope_and_unknown_are_the_same_answer(app: Flask) -> None:
    places = make_district()
    question = Question(places.county, as_of=RECORDED)
    assert queries.ratios(question, Scope(regions=("2204",))).whole.code == places.county
    for scope in (NOTHING, Scope(regions=("220403002",)), Scope(stations=("/1/",))):
        with pytest.raises(NotFound):
            queries.ratios(question, scope)
    with pytest.raises(NotFound):
        queries.ratios(question.at("330102000000"), EVERYTHING)


def test_the_kept_balances_and_the_ledger_give_the_same_answer(app: Flask) -> None:
    places = make_district()
    for number in range(6):
        entry = make_entry(make_resident(places.community).id, 30 + number, hours_class=list(HoursClass)[number % 4])
        if number == 2:
            make_reversal(entry)
    now = clock.now()
    for classes in ((HoursClass.A,), (HoursClass.B, HoursClass.C), tuple(HoursClass)):
        kept = ask(as_of=now, live=True, classes=classes)
        summed = ask(as_of=now, classes=classes)
        assert kept.cells == summed.cells


def test_an_answer_takes_as_many_statements_however_many_parts_there_are(app: Flask) -> None:
    places = make_district()
    make_resident(places.community)
    with _counted() as few:
        ask()
    with transaction():
        db.session.execute(
            insert(Region),
            [
                {
                    "code": f"2204031{n:02d}000",
                    "name": f"街道{n}",
                    "level": 4,
                    "parent_code": COUNTY,
                    "full_name": f"街道{n}",
                }
                for n in range(60)
            ],
        )
    with _counted() as many:
        assert len(ask().parts) == 62
    assert len(few) == len(many) == 6


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
