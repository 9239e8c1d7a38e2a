"""The pages and the answer for programs of services counted."""

from __future__ import annotations

import json
import re
from datetime import date

import jsonschema
import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift
from tests.makers.ledger import make_resident
from tests.makers.regions import District, make_district
from tests.makers.services import FIRST_DAY, make_result, make_service
from tests.makers.stations import make_station
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.home.api import DOCUMENT
from volunteer_hub.stations.models import StationKind
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import By, parse_facts
from volunteer_hub.statistics.further_definitions import FACTS, FURTHER

ADDRESS = "/office/figures"
JSON = "/api/v1/statistics/facts"


@pytest.fixture
def places(client: FlaskClient) -> District:
    """A district with a service at a post, and its office signed in."""
    made = make_district()
    centre = make_station(made.county, StationKind.CENTRE, name="实践中心")
    post = make_station(made.community, StationKind.POST, centre, "仙城站")
    starts = clock.at(FIRST_DAY)
    shift = make_shift(post, starts_at=starts, ends_at=clock.end_of(FIRST_DAY), category="aid")
    make_result(shift, 36)
    person = make_resident(made.community)
    make_service(person, station=post, shift=shift, minutes=90)
    make_service(person, region_code=made.far_community, service_on=date(2025, 1, 5))
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, made.county))
    return made


def links(page: str, beginning: str) -> list[str]:
    return [
        found.replace("&amp;", "&") for found in re.findall(r'href="([^"]+)"', page) if found.startswith(beginning)
    ]


def test_the_page_shows_the_sums_the_rows_and_what_they_mean(client: FlaskClient, places: District) -> None:
    page = client.get(ADDRESS).text
    for shown in (
        "西安区服务明细",
        "仙城街道",
        "东山街道",
        "2.5",
        "36",
        "有人在不止一行里有服务",
        "口径校验值",
        "数据版本 L2",
    ):
        assert shown in page
    for definition in FACTS:
        assert definition.rule in page


@pytest.mark.parametrize("by", list(By))
def test_every_dimension_has_a_page(client: FlaskClient, places: District, by: By) -> None:
    answer = client.get(f"{ADDRESS}?by={by.value}")
    assert answer.status_code == 200
    assert "合计" in answer.text


def test_a_row_leads_to_itself_alone_and_every_link_keeps_the_question(client: FlaskClient, places: District) -> None:
    kept = "classes=AB&category=aid&as_of=2025-06-30"
    page = client.get(f"{ADDRESS}?by=station&{kept}").text
    narrowed = next(link for link in links(page, ADDRESS) if "station=" in link)
    inside = client.get(narrowed).text
    assert "阵地：仙城站" in inside
    asked_on = [link for link in links(inside, f"{ADDRESS}?") if "by=" in link]
    # All but the one that takes it away.
    assert len([link for link in asked_on if "category=aid" not in link]) == 1
    for link in asked_on:
        assert "classes=AB" in link
        assert "as_of=2025-06-30T15:59:59" in link


def test_a_months_tap_asks_for_that_month(client: FlaskClient, places: District) -> None:
    page = client.get(f"{ADDRESS}?as_of=2025-03-31").text
    for name, first, last in (
        ("2025 年 1 月", "2025-01-01", "2025-01-31"),
        ("2024 年第 4 季度", "2024-10-01", "2024-12-31"),
        ("2024 年", "2024-01-01", "2024-12-31"),
    ):
        tap = re.search(rf'href="([^"]+)"[^>]*>{name}<', page)
        assert tap
        assert f"from={first}" in tap.group(1)
        assert f"to={last}" in tap.group(1)
    assert 'aria-current="true">全部时间' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("by=shoe-size", "请选择列表中的一项。"),
        ("station=abc", "请选择列表中的一项。"),
        ("category=golf", "请选择列表中的一项。"),
        ("party=maybe", "请选择列表中的一项。"),
        ("from=2025-02-01&to=2025-01-01", "周期的开始不能晚于结束。"),
        ("classes=E", "时长类别只有 A、B、C、D，至少选一类。"),
    ],
)
def test_a_question_that_cannot_be_is_refused_with_what_was_typed(
    client: FlaskClient, places: District, query: str, sentence: str
) -> None:
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text
    refused = client.get(f"{JSON}?{query}")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.get_json()["parameter"] == query.split("=", maxsplit=1)[0]


def test_programs_get_the_numbers_of_the_page(client: FlaskClient, places: District) -> None:
    document = client.get(f"{JSON}?by=region&region=220403").get_json()
    assert [(row["name"], row["people"], row["times"], row["minutes"]) for row in document["rows"]] == [
        ("仙城街道", 1, 1, 90),
        ("东山街道", 1, 1, 60),
    ]
    assert document["whole"]["people"] == 1
    assert document["whole"]["beneficiaries"] == 36
    assert document["definitions"]["people"]["version"] == 1
    assert len(document["definitions_digest"]) == 64
    asked = parse_facts({"region": ["220403"]}, default_region="", now=clock.now())
    assert facts(asked, EVERYTHING).whole.minutes == document["whole"]["minutes"]


def test_the_answer_is_as_the_interface_describes_it(client: FlaskClient, places: District) -> None:
    described = json.loads(DOCUMENT)
    schema = {"$ref": "#/components/schemas/Facts", "components": described["components"]}
    for by in By:
        jsonschema.validate(client.get(f"{JSON}?by={by.value}").get_json(), schema)


def test_nobody_reads_outside_their_subtree(client: FlaskClient, places: District) -> None:
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    for address in (ADDRESS, f"{ADDRESS}/overview", JSON):
        assert client.get(f"{address}?region={places.street}").status_code == 200
        assert client.get(f"{address}?region={places.county}").status_code == 404
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.REGION, places.county))
    for address in (ADDRESS, f"{ADDRESS}/overview", JSON):
        assert client.get(address).status_code == 403


def test_the_overview_shows_every_further_figure_with_its_meaning(client: FlaskClient, places: District) -> None:
    page = client.get(f"{ADDRESS}/overview?from=2024-11-01&to=2024-11-30&as_of=2025-01-31").text
    for definition in FURTHER:
        assert definition.name in page
        assert definition.rule in page
    for shown in ("西安区运行情况", "实践中心", "一星级（100 小时）", "50.00%"):
        assert shown in page
