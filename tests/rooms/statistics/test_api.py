"""The ratios as JSON."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import make_district, make_population, make_settings
from volunteer_hub.accounts.models import Role, ScopeKind

PATH = "/api/v1/statistics/ratios"


def test_a_published_area_answers_anybody_with_definitions_and_both_parts_of_a_ratio(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_population(places.county, 8)
    people = [make_resident(places.community) for _ in range(3)]
    make_entry(people[0].id, 90)
    answer = client.get(f"{PATH}?region=220403&as_of=2022-12-31&base=census").get_json()
    assert answer["question"] == {
        "region": places.county,
        "full_name": "吉林省辽源市西安区",
        "as_of": "2022-12-31T15:59:59.999999Z",
        "from": None,
        "to": None,
        "classes": ["A", "B", "C", "D"],
        "base": "census",
        "year": None,
    }
    whole = answer["region"]
    assert whole["population"] == {"value": 8, "base": "census", "year": 2020, "source": "第七次全国人口普查"}
    assert whole["figures"]["registered"] == 3
    assert whole["figures"]["registration_ratio"] == {
        "numerator": 3,
        "denominator": 8,
        "percent": 37.5,
        "reason": None,
    }
    assert whole["figures"]["minutes"] == 90
    assert whole["classes"]["A"] == {"minutes": 90, "share_percent": 100.0}
    assert [child["name"] for child in answer["children"]] == ["仙城街道", "东山街道"]
    assert answer["children"][0]["figures"]["registration_ratio"]["reason"] == "没有人口数"
    assert answer["definitions"]["hours_ratio"]["denominator"] == "注册志愿者"
    assert answer["data_version"] == {"ledger": 1, "standings": 3}


def test_what_a_published_area_holds_is_published_too_unless_it_chose_otherwise(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_settings(places.other_street, publishes_ratios=False)
    assert client.get(f"{PATH}?region={places.community}").status_code == 200
    assert client.get(f"{PATH}?region={places.far_community}").status_code == 404
    assert client.get(f"{PATH}?region={places.city}").status_code == 404


def test_unpublished_and_unknown_are_the_same_answer_to_a_stranger(client: FlaskClient) -> None:
    places = make_district()
    answers = [client.get(f"{PATH}?region={region}") for region in (places.county, "330102")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].mimetype == "application/problem+json"


def test_who_may_see_statistics_there_needs_no_publication(client: FlaskClient) -> None:
    places = make_district()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    assert client.get(f"{PATH}?region={places.community}").status_code == 200
    assert client.get(f"{PATH}?region={places.county}").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "region"),
        ("region=22040", "region"),
        ("region=220403&as_of=2999-01-01", "as_of"),
        ("region=220403&base=all", "base"),
        ("region=220403&classes=Z", "classes"),
        ("region=220403&from=2022-02-01&to=2022-01-01", "from"),
        ("region=220403&year=x", "year"),
    ],
)
def test_a_bad_argument_is_named(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["parameter"] == parameter
