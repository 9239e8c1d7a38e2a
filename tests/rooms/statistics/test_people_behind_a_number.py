"""The list behind a number has as many people as the number says, page after page, as of any instant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from tests.makers.ledger import RECORDED, make_entry, make_resident, make_reversal
from tests.makers.regions import make_district
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics import evidence, queries
from volunteer_hub.statistics.evidence import Crowd, Having
from volunteer_hub.statistics.question import ALL_CLASSES, Question

DAY = date(2022, 5, 1)
OF_CELL = {
    Having.REGISTERED: "registered",
    Having.WITH_HOURS: "with_hours",
    Having.PARTICIPANTS: "participants",
}


def make_people() -> str:
    """Return a county: 120 people, most of whom have hours of some class, some of them taken back later."""
    places = make_district()
    for number in range(120):
        home = (places.community, places.neighbour, places.county)[number % 3]
        person = make_resident(home).id
        if number % 4:
            kind = ALL_CLASSES[number % 3 + (number % 2)]
            entry = make_entry(person, 30, hours_class=kind, service_on=DAY, recorded_at=RECORDED)
            if number % 5 == 0:
                make_reversal(entry, at=RECORDED + timedelta(days=1))
    return places.county


@pytest.mark.parametrize("live", [True, False])
def test_the_list_has_everybody_the_number_counts_and_nobody_twice(app: Flask, live: bool) -> None:
    county = make_people()
    for as_of in (RECORDED, RECORDED + timedelta(days=2)):
        if live and as_of == RECORDED:
            continue
        for classes in (ALL_CLASSES, (HoursClass.A,), (HoursClass.B, HoursClass.D)):
            for since, until in ((None, None), (DAY, DAY), (None, DAY - timedelta(days=1))):
                question = Question(county, as_of, since, until, classes, live=live)
                answer = queries.straightforward(question, EVERYTHING)
                for having, key in OF_CELL.items():
                    assert _listed(Crowd(question, having)) == getattr(answer.whole, key)
                    rest = sum(getattr(cell, key) for cell in answer.parts if cell.rest)
                    assert _listed(Crowd(question, having, direct=True)) == rest


def _listed(crowd: Crowd) -> int:
    """Return how many different people the pages show, which is what they say there are."""
    first = evidence.page_people(crowd, EVERYTHING)
    pages = [evidence.page_people(crowd, EVERYTHING, number) for number in range(1, first.last + 1)]
    ids = [row.volunteer_id for page in pages for row in page.items]
    assert ids == sorted(set(ids))
    assert len(ids) == first.total
    return first.total
