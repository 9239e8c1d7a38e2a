"""`flask statistics verify` finds what the folded counts say wrongly, on any day and in any division."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.rooms.statistics.test_folding import COUNTY, PLACES, START, World, fold_all, make_ground
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.statistics import jobs
from volunteer_hub.statistics.models import FigureChange, FigureDay


@pytest.fixture
def world(app: Flask) -> World:
    make_ground(app)
    lived = World()
    for n in range(10):
        lived.act("come", 0, n % 5, 700)
        lived.act("serve", n, n % 4, 1440)
    lived.act("move", 2, 1, 60)
    fold_all(lived.now)
    return lived


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["statistics", *words])
    return result.exit_code, result.output


def test_what_was_folded_is_proven_for_every_day(app: Flask, world: World) -> None:
    code, says = run(app, "verify", "--every-day")
    assert code == 0, says
    assert ", 0 differ" in says


def test_a_wrong_count_of_one_old_day_is_found_and_mended_by_making_all_anew(app: Flask, world: World) -> None:
    with transaction():
        day = db.session.scalar(select(FigureDay.day).where(FigureDay.region_code == COUNTY).order_by(FigureDay.day))
        db.session.execute(
            update(FigureDay)
            .where(FigureDay.region_code == COUNTY, FigureDay.day == day, FigureDay.period == 0)
            .values(registered=FigureDay.registered + 1)
        )
    code, says = run(app, "verify", "--every-day")
    assert (code, f"{day} 0: {COUNTY}" in says) == (1, True)
    assert run(app, "rebuild")[0] == 0
    assert run(app, "verify", "--every-day")[0] == 0


def test_verifying_folds_first_what_still_waits(app: Flask, world: World) -> None:
    world.act("serve", 1, 0, 10)
    assert db.session.scalar(select(FigureChange.id))
    assert run(app, "verify", "--seed", "7")[0] == 0
    db.session.rollback()
    assert db.session.scalar(select(FigureChange.id)) is None


def test_the_timetable_begins_by_making_everything_and_then_folds(app: Flask) -> None:
    make_ground(app)
    lived = World(now=START)
    lived.act("come", 0, 0, 1)
    jobs.fold_figures()
    lived.act("serve", 0, 0, 1)
    jobs.fold_figures()
    db.session.rollback()
    row = db.session.scalars(
        select(FigureDay).where(FigureDay.region_code == PLACES[0], FigureDay.period == 0).order_by(FigureDay.day)
    ).all()[-1]
    assert (row.registered, row.best_a, row.minutes_a) == (1, 1, db.session.scalar(select(HoursEntry.minutes)))
    assert row.day <= (START + timedelta(days=1)).date()
