"""Two offices set the same figure at once."""

from __future__ import annotations

from functools import partial

from flask import Flask

from tests.makers.races import overlap
from tests.makers.regions import make_district
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.regions import queries, service
from volunteer_hub.regions.models import PopulationBase


def set_census(code: str, value: int) -> None:
    service.set_population(COMMAND_LINE, code, PopulationBase.CENSUS, 2020, value, "公报", now=clock.now())


def choose(code: str, counted: int) -> None:
    service.choose_settings(COMMAND_LINE, code, publishes_ratios=True, counted_assurance=counted, now=clock.now())


def test_the_second_of_two_figures_set_at_once_replaces_the_first(app: Flask) -> None:
    """Red on PostgreSQL when `take_turn` in `set_population` is removed: the unique key breaks the second."""
    county = make_district().county
    assert overlap(app, partial(set_census, county, 136_317), partial(set_census, county, 136_318)) == [
        "done",
        "done",
    ]
    assert [figure.value for figure in queries.list_population(county)] == [136_318]


def test_the_second_of_two_choices_made_at_once_replaces_the_first(app: Flask) -> None:
    """Red on PostgreSQL when `take_turn` in `choose_settings` is removed: the primary key breaks the second."""
    county = make_district().county
    assert overlap(app, partial(choose, county, 1), partial(choose, county, 2)) == ["done", "done"]
    assert queries.find_settings(county).counted_assurance == 2
