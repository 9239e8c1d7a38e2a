"""The figures of stars go by the levels an area had chosen by the instant they are asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask

from tests.makers.ledger import make_entry, make_resident
from tests.makers.recognition import make_levels
from tests.makers.regions import make_district
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.recognition.stars import DEFAULT
from volunteer_hub.statistics.further import Further, further
from volunteer_hub.statistics.question import Question

SERVED = datetime(2022, 6, 1, tzinfo=UTC)


def ask(region: str, at: datetime) -> Further:
    return further(Question(region=region, as_of=at), EVERYTHING)


def test_the_figures_of_stars_go_by_the_levels_of_the_area_and_the_instant(app: Flask) -> None:
    places = make_district()
    for days in (1, 2):
        volunteer = make_resident(places.community)
        for number in range(days):
            day = date(2022, 6, 1) + timedelta(days=number)
            make_entry(volunteer.id, 600, service_on=day, region_code=places.community)
    chosen_at = SERVED + timedelta(days=100)
    make_levels(places.county, 10, 20, at=chosen_at)
    before, after = ask(places.county, chosen_at - timedelta(days=1)), ask(places.county, chosen_at)
    assert [people for _, people in before.stars] == [0] * len(DEFAULT.stars)
    assert before.stars_source == DEFAULT.source
    assert [(star.hours, people) for star, people in after.stars] == [(10, 1), (20, 1)]
    assert after.stars_source == "区文件"
    assert after.figure("starred").numerator == 2
