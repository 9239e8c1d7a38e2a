"""Answers while the fold is behind, and what others commit between its statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update

from tests.rooms.statistics.test_folding import COUNTY, World, fold_all, fold_some, make_ground, rows
from volunteer_hub.core import dialect
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.statistics import folding, queries, rollups
from volunteer_hub.statistics.models import FigureChange, FigureState
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.models import Standing


def test_an_answer_as_of_the_fold_holds_nothing_that_came_after_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backlog is folded batch by batch: what the first batches brought must not be dated back to before them."""
    make_ground(app)
    world = World()
    world.act("come", 0, 0, 1)
    fold_all(world.now)
    through = world.now
    for _ in range(4):
        world.act("come", 0, 0, 1)
    monkeypatch.setattr(folding, "BATCH", 1)
    fold_some(world.now)
    monkeypatch.setattr(rollups, "NOW_AT_ONCE", 1)
    answer = queries.ratios(Question(COUNTY, world.now, live=True), EVERYTHING)
    assert (answer.question.as_of, answer.whole.registered) == (through, 1)
    assert rows(answer) == rows(queries.straightforward(Question(COUNTY, through), EVERYTHING))


def test_an_answer_for_now_asks_the_ledger_where_the_fold_cannot_be_undone_in_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ground(app)
    world = World()
    for _ in range(3):
        world.act("come", 0, 0, 1)
    fold_all(world.now)
    for _ in range(3):
        world.act("come", 0, 0, 1)
    monkeypatch.setattr(rollups, "NOW_AT_ONCE", 1)
    monkeypatch.setattr(rollups, "PAST_AT_ONCE", 2)
    answer = queries.ratios(Question(COUNTY, world.now, live=True), EVERYTHING)
    assert (answer.question.as_of, answer.whole.registered) == (world.now, 6)


def test_who_was_folded_and_then_taken_out_is_not_counted_earlier_on_that_day(app: Flask) -> None:
    make_ground(app)
    world = World()
    world.act("come", 0, 0, 60)
    fold_all(world.now)
    with transaction():
        db.session.execute(delete(Standing))
    earlier = Question(COUNTY, world.now - timedelta(minutes=30))
    assert rows(queries.ratios(earlier, EVERYTHING)) == rows(queries.straightforward(earlier, EVERYTHING))


def test_a_change_between_the_first_statements_of_making_anew_waits_for_the_fold(app: Flask) -> None:
    """Goes red where every change is forgotten that is there, whatever was read as the last one."""
    if dialect.name(db.session) != "postgresql":
        pytest.skip("one writer at a time")
    make_ground(app)
    world = World()
    world.act("come", 0, 0, 60)
    came: list[int] = []

    def come_between(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM figure_changes") and not came:
            came.append(1)
            with db.engine.begin() as other:
                other.execute(update(Standing).values(until=world.now + timedelta(hours=1)))

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", come_between)
    try:
        with transaction():
            folding.rebuild(now=world.now)
    finally:
        event.remove(db.engine, "before_cursor_execute", come_between)
    assert came
    waiting = db.session.scalar(select(FigureChange.id))
    assert waiting is not None
    db.session.rollback()
    fold_all(world.now)
    assert db.session.get_one(FigureState, 1).last_change == waiting
    later = Question(COUNTY, world.now + timedelta(hours=2))
    assert queries.ratios(later, EVERYTHING).whole.registered == 0
