"""The ratios as JSON."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_crowd, make_entry, make_resident
from tests.makers.regions import make_district, make_population, make_settings
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.ledger.models import HoursClass

PATH = "/api/v1/statistics/ratios"


def test_an_answer_carries_definitions_and_both_parts_of_a_ratio(client: FlaskClient) -> None:
    places = make_district()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
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
    assert answer["data_version"] == {"ledger": 1, "standings": 3, "changes": 4}


def test_anybody_reads_a_published_area_as_the_office_does_but_for_hours_and_classes(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_population(places.county, 136)
    make_crowd([places.community, places.far_community], 25, 13)
    answer = client.get(f"{PATH}?region=220403&as_of=2022-12-31").get_json()
    whole = answer["region"]
    assert whole["figures"]["registration_ratio"]["percent"] == 18.38
    assert whole["figures"]["hours_ratio"] == {"numerator": 13, "denominator": 25, "percent": 52.0, "reason": None}
    assert [child["figures"]["registered"] for child in answer["children"]] == [13, 12]
    # Nobody served in December: the hours of the month before would be told by subtraction.
    assert whole["figures"]["minutes"] is None
    assert whole["figures"]["hours_per_registered"]["hours"] is None
    assert "时长" in whole["figures"]["hours_per_registered"]["reason"]
    assert whole["classes"]["A"] == {"minutes": None, "share_percent": None}
    june = client.get(f"{PATH}?region=220403&as_of=2022-06-30").get_json()["region"]["figures"]
    assert (june["minutes"], june["hours_per_active"]["hours"]) == (13 * 90, 1.5)


@pytest.mark.parametrize(
    "finer", ["as_of=2022-06-29", "as_of=2022-06-30&classes=AB", "as_of=2022-06-30&from=2022-06-01"]
)
def test_anybody_gets_hours_only_of_everything_as_of_the_end_of_a_month(client: FlaskClient, finer: str) -> None:
    """Two finer questions subtracted from one another would leave one person's hours."""
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.community], 25, 13)
    figures = client.get(f"{PATH}?region=220403&{finer}").get_json()["region"]["figures"]
    told = None if "classes" in finer else 13
    assert (figures["with_hours"], figures["minutes"]) == (told, None)


def test_a_group_hidden_under_some_classes_is_not_bounded_by_all_of_them(client: FlaskClient) -> None:
    """Red if counts of people with hours are told for some classes.

    Four have scanned hours, a fifth has historic ones alone. Under all classes 5 and 10 would be shown, under A
    and B hidden, with their sum of 14: at most ten are next door, so these are exactly four.
    """
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.neighbour], 30, 10)
    for number in range(20):
        person = make_resident(places.community)
        if number < 5:
            make_entry(person.id, hours_class=HoursClass.D if number == 4 else HoursClass.A)

    def ask(classes: str) -> list[int | None]:
        street = client.get(f"{PATH}?region={places.street}&as_of=2022-06-30&classes={classes}").get_json()
        rows = (street["region"], *street["children"])
        assert [row["figures"]["registered"] for row in rows] == [50, 20, 30]
        return [row["figures"]["with_hours"] for row in rows]

    assert ask("ABCD") == [15, 5, 10]
    assert ask("AB") == [None, None, None]


def test_small_groups_are_hidden_from_strangers_on_every_page_and_not_from_the_office(client: FlaskClient) -> None:
    """Three people in one community: neither its street nor its neighbour may give them away."""
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.community], 20, 10)
    for _ in range(3):
        make_resident(places.neighbour)
    make_crowd([places.far_community], 30, 10)
    county = client.get(f"{PATH}?region=220403").get_json()
    street = client.get(f"{PATH}?region=220403002").get_json()
    alone = client.get(f"{PATH}?region={places.neighbour}").get_json()
    assert [child["figures"]["registered"] for child in county["children"]] == [23, 30]
    assert street["region"]["figures"]["registered"] == 23
    assert [child["figures"]["registered"] for child in street["children"]] == [None, None]
    assert alone["region"]["figures"]["registered"] is None
    assert alone["region"]["figures"]["registration_ratio"]["numerator"] is None
    assert "少于 5" in alone["region"]["hidden"]
    neighbour = client.get(f"{PATH}?region={places.community}").get_json()
    assert neighbour["region"]["figures"]["registered"] is None
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    whole = client.get(f"{PATH}?region=220403002").get_json()
    assert [child["figures"]["registered"] for child in whole["children"]] == [20, 3]


def test_a_street_hidden_in_its_districts_table_is_hidden_on_its_own_page(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.community, places.neighbour], 40, 20)
    for _ in range(4):
        make_resident(places.far_community)
    county = client.get(f"{PATH}?region=220403").get_json()
    assert [child["figures"]["registered"] for child in county["children"]] == [None, None]
    assert county["region"]["figures"]["registered"] == 44
    street = client.get(f"{PATH}?region=220403002").get_json()
    assert street["region"]["figures"]["registered"] is None
    assert [child["figures"]["registered"] for child in street["children"]].count(None) == 1


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
