"""The district's published account must come out of rows."""

from __future__ import annotations

from decimal import Decimal

from flask import Flask

from tests.makers.ledger import RECORDED, make_crowd
from tests.makers.regions import make_district, make_population
from volunteer_hub.core import clock
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.statistics import queries
from volunteer_hub.statistics.question import Question


def test_the_district_reports_its_published_ratios_from_rows(app: Flask) -> None:
    """25,028 registered of 136,318 people are 18.36 %; 13,252 with hours of them are 52.95 %."""
    district = make_district()
    make_population(district.county, 136_318)
    make_crowd([district.community, district.neighbour, district.far_community], 25_028, 13_252)

    for question in (
        Question(district.county, as_of=RECORDED),
        Question(district.county, as_of=clock.now(), live=True),
    ):
        answer = queries.ratios(question, EVERYTHING)
        assert answer.whole.registered == 25_028
        assert answer.whole.registration_ratio.percent == Decimal("18.36")
        assert answer.whole.with_hours == 13_252
        assert answer.whole.hours_ratio.percent == Decimal("52.95")
        assert sum(part.registered for part in answer.parts) == 25_028
        assert sum(part.minutes for part in answer.parts) == answer.whole.minutes == 13_252 * 90
