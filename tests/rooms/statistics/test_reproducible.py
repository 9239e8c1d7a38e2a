"""A figure asked for again, as of the instant at which it was first given, is the figure that was given."""

from __future__ import annotations

import random
from datetime import date

from flask import Flask

from tests.rooms.statistics.test_folding import COUNTY, PLACES, STREET, World, fold_all, make_ground
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.regions import service as regions
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import folding, queries
from volunteer_hub.statistics.answer import Cell
from volunteer_hub.statistics.question import Question

CHANGES = 1000
ASK_EVERY = 50
ACTS = ("come", "come", "serve", "serve", "serve", "late", "reverse", "move", "vouch", "leave", "fold")
PERIODS = ((None, None), (date(2023, 1, 1), date(2023, 12, 31)), (date(2023, 1, 10), date(2023, 3, 4)))


def test_a_thousand_changes_later_every_answer_still_comes_back(app: Flask) -> None:
    """Registrations, hours, reversals, moves, and the office's own numbers: population and counted assurance.

    Red when any of them is overwritten instead of dated, or when the folded counts lose their days.
    """
    make_ground(app)
    lot = random.Random(7)
    world, given = World(), []
    for number in range(CHANGES):
        world.act(lot.choice(ACTS), lot.randrange(200), lot.randrange(5), lot.choice((1, 20, 300)))
        if number % 17 == 0:
            choose_anew(world, lot)
        if number % ASK_EVERY == 0:
            given += [(question, answer(question)) for question in ask(world)]
    for step in (lambda: fold_all(world.now), lambda: rebuild(world)):
        step()
        for question, cells in given:
            again = Question(question.region, question.as_of, question.since, question.until)
            assert answer(again) == cells, question


def ask(world: World) -> list[Question]:
    return [Question(region, world.now, *period, live=True) for region in (COUNTY, STREET) for period in PERIODS]


def answer(question: Question) -> tuple[Cell, ...]:
    return queries.ratios(question, EVERYTHING).cells


def choose_anew(world: World, lot: random.Random) -> None:
    place = lot.choice((COUNTY, STREET, PLACES[0]))
    with transaction():
        regions.set_population(
            COMMAND_LINE, place, PopulationBase.CENSUS, 2020, lot.randrange(50, 900), "普查", now=world.now
        )
        regions.choose_settings(
            COMMAND_LINE, place, publishes_ratios=True, counted_assurance=lot.randrange(3), now=world.now
        )


def rebuild(world: World) -> None:
    with transaction():
        folding.rebuild(now=world.now)
