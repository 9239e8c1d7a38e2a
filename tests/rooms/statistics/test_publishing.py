"""What strangers collect from the API of a whole area, and what they can work out of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import District, make_district, make_settings
from tests.rooms.statistics.test_protection import solve
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, region_prefix
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import publishing, queries
from volunteer_hub.statistics.protection import is_small
from volunteer_hub.statistics.question import Question

PATH = "/api/v1/statistics/ratios"
COUNTS = ("registered", "with_hours", "participants", "minutes")
ENDS = (date(2022, 3, 31), date(2022, 4, 30), date(2022, 5, 31))
Known = dict[tuple[str, str], int]


def populate(chance: random.Random) -> tuple[District, list[str]]:
    """Lay down people who come and serve over three months, few in some communities, many in others."""
    places = make_district()
    codes = [places.community, places.neighbour, places.far_community]
    with transaction():
        for street, count in ((places.street, 2), (places.other_street, 2)):
            for number in range(count):
                code = f"{street[:9]}{number + 7:03}"
                db.session.add(Region(code=code, name=f"{code} 社区", level=5, parent_code=street, full_name=code))
                codes.append(code)
    for code in codes:
        for _ in range(chance.choice([0, 2, 4, 7, 12])):
            end = clock.end_of(chance.choice(ENDS)) - timedelta(days=9)
            person = make_resident(code, since=end - timedelta(days=5))
            if chance.random() < 0.6:
                make_entry(
                    person.id,
                    chance.randint(1, 200),
                    service_on=clock.civil_date(end),
                    recorded_at=end,
                    region_code=code,
                )
    return places, codes


def collect(client: FlaskClient, regions: list[str], as_of: date) -> tuple[Known, set[str]]:
    """Return every count that stands anywhere in the answers of an area, ratios taken apart, and all codes."""
    known: Known = {}
    rows: set[str] = set()
    for region in regions:
        answer = client.get(f"{PATH}?region={region}&as_of={as_of}").get_json()
        for cell in (answer["region"], *answer["children"]):
            assert not cell["rest"]
            rows.add(cell["code"])
            for figure, value in read_out(cell["figures"]):
                assert known.setdefault((cell["code"], figure), value) == value
            assert not any(share["minutes"] is not None for share in cell["classes"].values())
    return known, rows


def in_subtree(code: str, above: str) -> bool:
    return code.startswith(region_prefix(above))


def read_out(figures: dict[str, Any]) -> Iterator[tuple[str, int]]:
    yield from ((name, figures[name]) for name in COUNTS if figures[name] is not None)
    for ratio, over, under in (
        ("registration_ratio", "registered", None),
        ("hours_ratio", "with_hours", "registered"),
        ("participation_ratio", "participants", "registered"),
        ("hours_per_registered", "minutes", "registered"),
        ("hours_per_active", "minutes", "with_hours"),
    ):
        if figures[ratio]["numerator"] is not None:
            yield over, figures[ratio]["numerator"]
        if under and figures[ratio]["denominator"] is not None:
            yield under, figures[ratio]["denominator"]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_hidden_is_worked_out_from_all_the_answers_of_an_area(client: FlaskClient, seed: int) -> None:
    places, communities = populate(random.Random(seed))
    make_settings(places.county, publishes_ratios=True)
    streets = [places.street, places.other_street]
    for as_of in ENDS:
        known, rows = collect(client, [places.county, *streets, *communities], as_of)
        below = {street: [code for code in communities if code[:9] == street[:9]] for street in streets}
        # Nobody registered has no hours, nobody with hours no minutes, and what adds up to nothing is nothing.
        for code in (places.county, *streets, *communities):
            under = [other for other in rows if in_subtree(other, code)]
            if known.get((code, "registered")) == 0:
                known |= {(other, figure): 0 for other in under for figure in COUNTS}
            if known.get((code, "with_hours")) == 0:
                known |= {(other, figure): 0 for other in under for figure in COUNTS[1:]}
        equations = []
        for total, parts in {places.county: streets, **below}.items():
            for figure in COUNTS:
                terms = {(part, figure): 1 for part in parts} | {(total, figure): -1}
                equations.append({name: sign for name, sign in terms.items() if name not in known})
        found = solve([equation for equation in equations if equation])
        assert not found, (seed, as_of, found)
        for code in rows:
            told = [known[code, figure] for figure in COUNTS[:3] if (code, figure) in known]
            assert not is_small(told), (code, told)


def test_a_trend_publishes_no_more_than_the_answers_of_its_days(app: Flask) -> None:
    places, communities = populate(random.Random(1))
    make_settings(places.county, publishes_ratios=True)
    hidden = 0
    for code in (places.county, places.street, *communities):
        question = Question(code, as_of=clock.end_of(ENDS[-1]))
        for day, shown in publishing.trend(question, ENDS):
            answer = publishing.published(Question(code, as_of=clock.end_of(day)))
            assert shown.figures == answer.whole.figures - {"minutes"}
            hidden += not shown.people
    assert hidden


def test_a_settled_area_is_its_own_top_and_an_unpublished_one_has_none(app: Flask) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_settings(places.street, publishes_ratios=False)
    make_settings(places.community, publishes_ratios=True)
    found = [
        publishing.find_top(code) for code in (places.county, places.other_street, places.street, places.community)
    ]
    assert found == [places.county, places.county, None, places.community]


def test_a_months_end_is_the_only_instant_of_which_hours_are_told() -> None:
    asked = Question("220403000000", as_of=clock.end_of(date(2024, 2, 29)))
    assert publishing.gives_minutes(asked)
    assert not publishing.gives_minutes(Question("220403000000", as_of=clock.end_of(date(2024, 2, 28))))
    assert not publishing.gives_minutes(Question("220403000000", as_of=datetime(2024, 2, 29, 15, tzinfo=UTC)))
    assert publishing.month_ends(date(2024, 3, 31), 2) == [date(2024, 1, 31), date(2024, 2, 29)]


def test_a_screen_hides_small_groups_of_an_area_that_publishes_nothing(app: Flask) -> None:
    places = make_district()
    for _ in range(3):
        make_resident(places.community)
    question = Question(places.county, as_of=clock.end_of(date(2022, 6, 30)))
    assert queries.ratios(question, EVERYTHING).whole.registered == 3
    shown = publishing.shielded(question)
    assert not shown.whole.people
    assert shown.anything_hidden
