"""The pages and answers of the room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district, make_population
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.regions import queries
from volunteer_hub.regions.models import PopulationBase

FIGURE = {"base": "census", "year": "2020", "value": "136318", "source": "第七次全国人口普查"}


def codes(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    return [region["code"] for region in answer.get_json()]


def office(client: FlaskClient, *regions: str) -> FlaskClient:
    for region in regions:
        sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))
    return client


def test_the_next_choice_is_what_lies_directly_below(client: FlaskClient) -> None:
    places = make_district()
    assert codes(client, "/regions/children") == [places.province]
    assert codes(client, f"/regions/children?parent={places.county}") == [places.street, places.other_street]
    assert client.get("/regions/children?parent=220403").get_json()[0] == {
        "code": places.street,
        "name": "仙城街道",
        "full_name": "吉林省辽源市西安区仙城街道",
        "level": 4,
        "has_children": True,
    }
    assert client.get("/regions/children?parent=1").status_code == 404


def test_the_way_to_a_division_begins_with_its_province(client: FlaskClient) -> None:
    places = make_district()
    way = [places.province, places.city, places.county, places.street, places.community]
    assert codes(client, f"/regions/path?code={places.community}") == way
    assert client.get("/regions/path").status_code == 404


def test_a_division_is_found_by_words(client: FlaskClient) -> None:
    places = make_district()
    assert codes(client, "/regions/search?q=安康") == [places.neighbour]
    assert codes(client, f"/regions/search?q=社区&within={places.other_street}") == [places.far_community]
    assert codes(client, "/regions/search?q=") == []
    assert places.neighbour in client.get("/regions?q=安康").text
    assert "没有找到" in client.get("/regions?q=朝阳").text


def test_the_office_sets_a_figure_and_sees_bases_and_years_side_by_side(client: FlaskClient) -> None:
    places = make_district()
    make_population(places.street, 20_000, base=PopulationBase.RESIDENT, year=2022)
    office(client, places.county)
    answer = client.post(f"/office/population?region={places.county}", data=FIGURE, follow_redirects=True)
    assert answer.status_code == 200
    for shown in ("136,318", "20,000", "普查人口", "常住人口", "2022", "第七次全国人口普查"):
        assert shown in answer.text
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "regions.set_population"))
    assert entry is not None
    assert (entry.region_code, entry.details["value"]) == (places.county, 136_318)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("value", "0", "人口数应是大于 0 的整数。"),
        ("value", "", "请填写人口数，只写数字。"),
        ("year", "1900", "年份应在 1949 至"),
        ("year", str((clock.today() + timedelta(days=366)).year), "年份应在 1949 至"),
        ("source", "", "请写明数据来源。"),
        ("source", "   ", "请写明数据来源。"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_at_its_field_and_what_was_typed_stays(
    client: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    office(client, make_district().county)
    answer = client.post("/office/population", data={**FIGURE, field: typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="136318"' in answer.text or field == "value"
    assert queries.list_population("220403000000") == []


def test_an_office_reaches_its_own_subtree_and_nothing_beside_or_above_it(client: FlaskClient) -> None:
    places = make_district()
    office(client, places.street)
    assert "仙城街道" in client.get("/office/population").text
    assert client.get(f"/office/population?region={places.community}").status_code == 200
    for page in ("population", "settings"):
        for outside in (places.county, places.other_street, "110000"):
            assert client.get(f"/office/{page}?region={outside}").status_code == 404
            assert client.post(f"/office/{page}?region={outside}", data=FIGURE).status_code == 404
    assert queries.list_population(places.county) == []


def test_an_area_publishes_its_ratios_and_counts_whom_it_has_seen(client: FlaskClient) -> None:
    places = make_district()
    office(client, places.county)
    assert "还没有人选择过" in client.get("/office/settings").text
    answer = client.post("/office/settings", data={"publishes_ratios": "y", "counted_assurance": "2"})
    assert answer.status_code == 302
    choice = queries.find_settings(places.community)
    assert (choice.chosen_by, choice.publishes_ratios, choice.counted_assurance) == (places.county, True, 2)
    assert "西安区" in client.get(f"/office/settings?region={places.street}").text
    client.post("/office/settings", data={"counted_assurance": "0"})
    entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "regions.choose_settings")))
    assert [entry.details["publishes_ratios"] for entry in entries] == [True, False]
    assert entries[1].details["old_publishes_ratios"] is True


def test_a_choice_that_is_not_offered_is_refused(client: FlaskClient) -> None:
    office(client, make_district().county)
    assert client.post("/office/settings", data={"counted_assurance": "7"}).status_code == 422


def test_the_administrator_begins_at_the_top_of_what_is_loaded(client: FlaskClient) -> None:
    sign_in(client, make_staff(Role.ADMINISTRATOR))
    assert client.get("/office/population").status_code == 404
    make_district()
    assert "西安区" in client.get("/office/population").text


def test_a_visitor_is_asked_to_sign_in_and_a_station_manager_is_refused(client: FlaskClient) -> None:
    places = make_district()
    assert client.get("/office/population").status_code == 302
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.REGION, places.county))
    assert client.get("/office/population").status_code == 403
    assert client.get("/office/settings").status_code == 403
