"""The fold counts everything once: killed anywhere, and with several folding while others write."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from flask import Flask

from tests.faults.folder import POINTS
from tests.rooms.statistics.test_folding import COUNTY, World, fold_all, make_ground, rows
from volunteer_hub.core import dialect
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.statistics import queries, verify
from volunteer_hub.statistics.question import Question

PATIENCE = 120


def folder(*words: str) -> subprocess.Popen[str]:
    address = db.engine.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.folder", address, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def live(world: World, people: int, lines: int) -> None:
    for n in range(people):
        world.act("come", 0, n % 5, 1)
    for n in range(lines):
        world.act(("serve", "late", "move")[n % 3], n, n % 4, 600)


def assert_all_is_counted_once(world: World) -> None:
    """Nothing is lost and nothing doubled: now, with what waits, and on every day once it is folded."""
    db.session.rollback()
    asked = Question(COUNTY, world.now, live=True)
    assert rows(queries.ratios(asked, EVERYTHING)) == rows(queries.straightforward(asked, EVERYTHING))
    fold_all(world.now)
    day = world.now.date()
    with dialect.snapshot(db.engine) as connection:
        first = verify.first_day(connection)
        assert first is not None
        for number in range((day - first).days + 2):
            for checked in verify.check_day(connection, type(day).fromordinal(first.toordinal() + number)):
                assert checked.wrong == ()


@pytest.mark.parametrize("point", POINTS)
def test_a_fold_that_is_killed_has_done_all_of_a_batch_or_nothing(app: Flask, point: str) -> None:
    """Red as soon as the counts and the end of the waiting are committed apart from one another."""
    make_ground(app)
    world = World()
    live(world, 5, 6)
    fold_all(world.now)
    live(world, 3, 12)
    with folder(point) as child:
        assert child.wait(PATIENCE) == -signal.SIGKILL
    assert_all_is_counted_once(world)


def test_two_that_fold_while_others_write_count_everything_once(app: Flask) -> None:
    """Red on PostgreSQL when `take_turn` is taken out of `folding.fold`: both then count the same changes."""
    make_ground(app)
    world = World()
    live(world, 12, 0)
    fold_all(world.now)
    with folder() as one, folder() as other:
        live(world, 0, 90)
        for child in (one, other):
            child.communicate(timeout=PATIENCE)
    assert (one.returncode, other.returncode) == (0, 0)
    assert_all_is_counted_once(world)
