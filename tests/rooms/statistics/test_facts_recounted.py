"""Whatever is asked of services, the database counts what plain Python counts over the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers.services import DAYS, FIRST_DAY, Done, World, make_world
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.scope import EVERYTHING, region_prefix
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics.facts import Fact, facts
from volunteer_hub.statistics.facts_question import BAND_ENDS, AgeBand, By, FactsQuestion
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Sex

COUNTY, STREET, OTHER = "220403000000", "220403002000", "220403003000"
COMMUNITIES = ("220403002001", "220403002002", "220403003001")
days = st.integers(-5, DAYS + 5).map(lambda n: FIRST_DAY + timedelta(days=n))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Return a question whose stations, teams and projects are given by their place in the world."""
    since, until = draw(st.none() | days), draw(st.none() | days)
    if since and until and until < since:
        since, until = until, since
    known = draw(st.just(FIRST_DAY + timedelta(days=DAYS * 3)) | days)
    mostly_not = {"station": 5, "team": 3, "project": 2}
    return {
        "by": draw(st.sampled_from(By)),
        "region": draw(st.sampled_from([COUNTY, COUNTY, STREET, OTHER, *COMMUNITIES])),
        "as_of": clock.at(known) + timedelta(hours=draw(st.integers(0, 23))),
        "since": since,
        "until": until,
        "classes": draw(st.just(ALL_CLASSES) | st.sets(st.sampled_from(ALL_CLASSES), min_size=1)),
        **{name: draw(st.none() | st.integers(0, many - 1)) for name, many in mostly_not.items()},
        "category": draw(st.none() | st.sampled_from(list(CATEGORIES)[:4])),
        "age": draw(st.none() | st.sampled_from(AgeBand)),
        "sex": draw(st.none() | st.sampled_from(Sex)),
        "party": draw(st.none() | st.booleans()),
    }


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(Random(20241101))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=questions())
def test_the_database_and_a_plain_recount_agree(world: World, drawn: dict[str, Any]) -> None:
    asked = _asked(world, drawn)
    answer = facts(asked, EVERYTHING)
    lines = [done for done in world.done if _counts(world, asked, done)]
    groups: dict[str, list[Done]] = defaultdict(list)
    for done in lines:
        groups[_key(world, asked, done)].append(done)
    assert _numbers(answer.whole) == _recount(world, asked, lines)
    assert {row.key: _numbers(row) for row in answer.rows if row.times} == {
        key: _recount(world, asked, group) for key, group in groups.items()
    }
    assert sum(row.times for row in answer.rows) == answer.whole.times
    assert sum(row.minutes for row in answer.rows) == answer.whole.minutes
    assert max((row.people for row in answer.rows), default=0) <= answer.whole.people


def _asked(world: World, drawn: dict[str, Any]) -> FactsQuestion:
    chosen = dict(drawn)
    question = {name: chosen.pop(name) for name in ("region", "as_of", "since", "until", "classes")}
    question["classes"] = tuple(kind for kind in ALL_CLASSES if kind in question["classes"])
    for name, made in (("station", world.stations), ("team", world.teams), ("project", world.projects)):
        if chosen[name] is not None:
            chosen[name] = made[chosen[name]].id
    return FactsQuestion(Question(**question), **chosen)


def _counts(world: World, asked: FactsQuestion, done: Done) -> bool:
    return all(_reasons(world, asked, done))


def _reasons(world: World, asked: FactsQuestion, done: Done) -> Iterator[bool]:
    question, person = asked.question, done.volunteer
    yield done.recorded_at <= question.as_of
    yield done.reversed_at is None or done.reversed_at > question.as_of
    yield done.region_code.startswith(region_prefix(question.region))
    yield question.since is None or done.service_on >= question.since
    yield question.until is None or done.service_on <= question.until
    yield done.hours_class in question.classes
    yield asked.station is None or _lies_under(world.stations, done.station, asked.station)
    yield asked.team is None or _lies_under(world.teams, done.team, asked.team)
    yield asked.project is None or (done.activity is not None and done.activity.project_id == asked.project)
    yield asked.category is None or (done.activity is not None and done.activity.category == asked.category)
    yield asked.age is None or _band(done) == asked.age
    yield asked.sex is None or person.sex is asked.sex
    yield asked.party is None or person.is_party_member is asked.party


def _lies_under(made: list[Any], place: Station | Team | None, above: int) -> bool:
    top = next(one for one in made if one.id == above)
    return place is not None and place.path.startswith(top.path)


def _band(done: Done) -> str:
    born = done.volunteer.birth_on
    if born is None:
        return "unknown"
    years = full_years(born, done.service_on)
    return next((band for band, end in BAND_ENDS.items() if years < end), AgeBand.OLDER)


def _key(world: World, asked: FactsQuestion, done: Done) -> str:
    keys = {
        By.REGION: lambda: _region_key(asked.question.region, done.region_code),
        By.STATION: lambda: _tree_key(world.stations, done.station, asked.station, asked.question.region),
        By.TEAM: lambda: _tree_key(world.teams, done.team, asked.team, asked.question.region),
        By.PROJECT: lambda: str(done.activity.project_id or "") if done.activity else "",
        By.CATEGORY: lambda: done.activity.category if done.activity else "",
        By.AGE: lambda: _band(done),
        By.SEX: lambda: done.volunteer.sex or "unknown",
        By.PARTY: lambda: "yes" if done.volunteer.is_party_member else "no",
        By.MONTH: lambda: f"{done.service_on:%Y-%m}",
        By.HOURS_CLASS: lambda: HoursClass(done.hours_class).value,
    }
    return str(keys[asked.by]())


def _region_key(asked: str, code: str) -> str:
    below = {COUNTY: 9, STREET: 12, OTHER: 12}.get(asked)
    if below is None or code == asked:
        return "itself"
    return code[:below].ljust(12, "0")


def _tree_key(made: list[Any], place: Station | Team | None, chosen: int | None, region: str) -> str:
    if place is None:
        return ""
    inside = [one for one in made if one.region_code.startswith(region_prefix(region))]
    tops = [one for one in inside if one.parent_id not in {other.id for other in inside}]
    parent = chosen if chosen is not None else tops[0].id if len(tops) == 1 else None
    if parent is not None:
        tops = [one for one in made if one.parent_id == parent]
        if place.id == parent:
            return "itself"
    return next((str(top.id) for top in tops if place.path.startswith(top.path)), "elsewhere")


def _numbers(row: Fact) -> tuple[object, ...]:
    return row.people, row.times, row.minutes, dict(row.class_minutes), row.activities, row.beneficiaries


def _recount(world: World, asked: FactsQuestion, lines: list[Done]) -> tuple[object, ...]:
    by_class = {
        kind: sum(done.minutes for done in lines if done.hours_class is kind) for kind in asked.question.classes
    }
    return (
        len({done.volunteer.id for done in lines}),
        len(lines),
        sum(done.minutes for done in lines),
        by_class,
        len({done.activity.id for done in lines if done.activity}),
        None if asked.is_personal else _beneficiaries(world, asked, lines),
    )


def _beneficiaries(world: World, asked: FactsQuestion, lines: list[Done]) -> int:
    """Sum the reports, each once: in a row of months only those of its month; the whole has them of any row."""
    question, served = asked.question, 0
    for result in world.results:
        at = [done for done in lines if done.shift and done.shift.activity_id == result.activity_id]
        if result.shift_id is not None:
            at = [done for done in at if done.shift and done.shift.id == result.shift_id]
        if asked.by is By.MONTH:
            at = [done for done in at if _month(done.service_on) == _month(result.served_on)]
        known = result.recorded_at <= question.as_of
        holds = result.superseded_at is None or result.superseded_at > question.as_of
        in_period = (question.since is None or result.served_on >= question.since) and (
            question.until is None or result.served_on <= question.until
        )
        served += result.beneficiaries if at and known and holds and in_period else 0
    return served


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
