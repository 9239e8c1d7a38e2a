"""Recognition goes with the demonstration: stars, points, what was entered, objections; real people's points stay."""

from __future__ import annotations

from datetime import date

import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.makers.demo import NOW, load_small, rows_left
from tests.makers.ledger import make_entry, make_resident
from tests.makers.objections import make_objection
from tests.makers.recognition import fold
from tests.makers.regions import make_district
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import removal
from volunteer_hub.demo.recognised import HOURS
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.recognition import point_queries, queries
from volunteer_hub.recognition.models import Evaluation, Honour, PointEntry, StarGrant, Training
from volunteer_hub.volunteers.models import Volunteer


def remove() -> removal.Removed:
    with transaction():
        return removal.remove(now=NOW)


@time_machine.travel(NOW, tick=False)
def test_the_demonstration_has_something_to_recognise(app: Flask) -> None:
    loaded = load_small()
    fold()
    tester = db.session.scalars(select(Volunteer).where(Volunteer.number == loaded.logins[0].name)).one()
    assert [star.hours for star in queries.own_star(tester.id, NOW).rule.stars] == list(HOURS)
    assert queries.list_trainings(tester.id)
    assert queries.list_honours(tester.id)
    assert queries.list_evaluations(tester.id)
    assert db.session.scalar(select(func.count()).select_from(StarGrant))


@time_machine.travel(NOW, tick=False)
def test_nothing_of_it_is_left_after_points_stars_and_an_objection(app: Flask) -> None:
    load_small()
    fold()
    own = select(HoursEntry.source, Volunteer).join(Volunteer).where(Volunteer.account_id.is_not(None)).limit(1)
    source, person = db.session.execute(own).one()
    make_objection(person, Subject(session_id=int(source.removeprefix("session:"))), now=NOW)
    removed = remove()
    assert rows_left() == {}
    for model in (PointEntry, StarGrant, Training, Honour, Evaluation):
        assert removed[model.__tablename__] > 0


@time_machine.travel(NOW, tick=False)
def test_a_real_persons_points_stay_and_new_lines_are_folded_although_their_numbers_were_used(app: Flask) -> None:
    """Goes red when the marks of the fold outlive the lines they count."""
    home = make_district().community
    real = make_resident(home)
    make_entry(real.id, 120, region_code=home)
    load_small()
    fold()
    remove()
    assert point_queries.balance(real.id) == 2
    make_entry(real.id, 60, service_on=date(2022, 6, 2), region_code=home)
    fold()
    assert point_queries.balance(real.id) == 3
