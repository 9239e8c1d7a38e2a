"""Points are what the rules say of the ledger, however often and in whatever order it is folded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tests.makers.ledger import RECORDED, make_entry, make_resident, make_reversal
from tests.makers.recognition import fold, make_point_rule
from tests.makers.regions import make_district
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.recognition import point_queries as queries
from volunteer_hub.recognition import points
from volunteer_hub.recognition.models import PointEntry, PointKind
from volunteer_hub.recognition.point_rules import DEFAULT, DatedRates, Rates, rates_for

PLACE = "220403002001"
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "kind", "worth"), [(59, "A", 0), (60, "A", 1), (119, "B", 1), (180, "C", 3), (600, "D", 0)]
)
def test_a_full_hour_is_a_point_but_not_of_imported_hours(minutes: int, kind: str, worth: int) -> None:
    assert DEFAULT.worth(minutes, HoursClass(kind)) == worth


def test_the_rates_of_the_nearest_area_at_the_time_of_entry_hold() -> None:
    def set_by(code: str, day: int, rate: int) -> DatedRates:
        return DatedRates(code, LONG_AGO + timedelta(days=day), Rates(dict.fromkeys(HoursClass, rate), rate))

    known = [set_by("220403000000", 0, 2), set_by("220403000000", 10, 3), set_by("220403002000", 20, 7)]
    found = [rates_for(known, PLACE, LONG_AGO + timedelta(days=day)).id for day in (-1, 5, 15, 25)]
    assert found == [None, 2, 3, 7]


def expected(volunteer_id: int) -> int:
    """Return what the rules say of somebody's ledger, line by line."""
    known, total, worth = queries.list_rates(), 0, {}
    lines = select(HoursEntry).where(HoursEntry.volunteer_id == volunteer_id).order_by(HoursEntry.id)
    for entry in db.session.scalars(lines):
        if entry.reverses_id is None:
            rates = rates_for(known, entry.region_code, entry.recorded_at)
            worth[entry.id] = rates.worth(entry.minutes, entry.hours_class)
            total += worth[entry.id]
        else:
            total -= worth[entry.reverses_id]
    return total


@pytest.mark.parametrize("seed", range(3))
def test_points_are_what_the_rules_say_of_the_ledger(app: Flask, seed: int) -> None:
    """Random credits and reversals, rules changed between them, folded at random moments and again."""
    random, district = Random(seed), make_district()
    people = [make_resident(PLACE) for _ in range(3)]
    credited: list[int] = []
    for number in range(40):
        at = RECORDED + timedelta(hours=number)
        act = random.random()
        if act < 0.1:
            area = random.choice([district.county, PLACE])
            make_point_rule(area, *(random.randrange(4) for _ in HoursClass), at=at)
        elif act < 0.3 and credited:
            make_reversal(credited.pop(random.randrange(len(credited))), at=at)
        else:
            who, kind = random.choice(people), random.choice(list(HoursClass))
            day = date(2022, 1, 1) + timedelta(days=number)
            minutes = random.randrange(1, 700)
            credited.append(
                make_entry(who.id, minutes, hours_class=kind, service_on=day, recorded_at=at, region_code=PLACE)
            )
        if random.random() < 0.2:
            fold()
    fold()
    for person in people:
        assert queries.balance(person.id) == expected(person.id)


def test_looking_at_the_same_lines_again_adds_nothing(app: Flask) -> None:
    """Goes red when `fold` no longer leaves out what has points."""
    make_district()
    volunteer = make_resident(PLACE)
    make_reversal(make_entry(volunteer.id, 180))
    make_entry(volunteer.id, 120, service_on=date(2022, 6, 2))
    for _ in range(2):
        with transaction():
            points.fold(0)
    assert queries.balance(volunteer.id) == 2
    assert db.session.query(PointEntry).count() == 3


@time_machine.travel(RECORDED + timedelta(days=9), tick=False)
def test_a_line_that_was_committed_late_is_found_by_the_second_look(app: Flask) -> None:
    """As where another transaction took its number earlier and committed after the fold had gone on.

    Goes red when `_claim_second_look` looks at nothing.
    """
    make_district()
    volunteer = make_resident(PLACE)
    with transaction():
        points.mark(clock.today() - timedelta(days=3), 0)
        points.mark(clock.today(), 10_000)
    make_entry(volunteer.id, 120)
    fold()
    assert queries.balance(volunteer.id) == 2


def test_points_are_append_only(app: Flask) -> None:
    make_district()
    volunteer = make_resident(PLACE)
    make_entry(volunteer.id, 120)
    fold()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(delete(PointEntry))


def test_the_list_says_for_what_each_point_came(app: Flask) -> None:
    make_district()
    volunteer = make_resident(PLACE)
    make_reversal(make_entry(volunteer.id, 180))
    fold()
    rows = queries.page_points(volunteer.id, 1).items
    assert [(row[0].kind, row[0].points) for row in rows] == [(PointKind.REVERSED, -3), (PointKind.EARNED, 3)]
    assert rows[0].service_on == date(2022, 6, 1)
