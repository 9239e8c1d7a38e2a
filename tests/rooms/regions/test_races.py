"""Two offices set the same figure at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from flask import Flask

from tests.makers.races import overlap
from tests.makers.regions import make_district
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.regions import queries, service
from volunteer_hub.regions.models import PopulationBase

NOW = clock.now()
#: What a machine believes whose clock is behind.
BEHIND = NOW - timedelta(minutes=1)


def set_census(code: str, value: int, now: datetime) -> None:
    service.set_population(COMMAND_LINE, code, PopulationBase.CENSUS, 2020, value, "公报", now=now)


def choose(code: str, counted: int, now: datetime) -> None:
    service.choose_settings(COMMAND_LINE, code, publishes_ratios=True, counted_assurance=counted, now=now)


def test_the_second_of_two_figures_set_at_once_holds(app: Flask) -> None:
    """Red on PostgreSQL when `take_turn` in `_take_turn_at` is removed: the second is dated before the first."""
    county = make_district().county
    first, second = partial(set_census, county, 136_317, NOW), partial(set_census, county, 136_318, BEHIND)
    assert overlap(app, first, second) == ["done", "done"]
    assert [figure.value for figure in queries.list_population(county)] == [136_318]
    assert [figure.value for figure in queries.list_population_history(county)] == [136_318, 136_317]


def test_the_second_of_two_choices_made_at_once_holds(app: Flask) -> None:
    """Red on PostgreSQL when `take_turn` in `choose_settings` is removed: the second is dated before the first."""
    county = make_district().county
    first, second = partial(choose, county, 1, NOW), partial(choose, county, 2, BEHIND)
    assert overlap(app, first, second) == ["done", "done"]
    assert queries.find_settings(county).counted_assurance == 2
    assert [chosen.chosen_at for chosen in queries.list_choices(county)] == [NOW, NOW]
