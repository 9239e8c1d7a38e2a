"""An area's figures for anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import time_machine
from flask.testing import FlaskClient

from tests.makers.ledger import make_crowd, make_entry, make_resident
from tests.makers.regions import make_district, make_settings
from tests.rooms.boards.town import count_statements, make_two_streets, text

JULY = datetime(2022, 7, 10, 4, tzinfo=UTC)


@time_machine.travel(JULY, tick=False)
def test_a_published_area_tells_its_figures_in_words(client: FlaskClient) -> None:
    places = make_two_streets()
    make_settings(places.county, publishes_ratios=True)
    page = text(client, f"/figures/{places.county}")
    for said in (
        "这里有 60 名注册志愿者",
        "20.00%",
        "其中 25 人有服务时长，占 41.67%",
        "一共服务了 37.50 小时",
        "截至 2022-06-30",
    ):
        assert said in page
    assert "仙城街道 40 20.00% 25.00% 15.00" in page
    assert "第七次全国人口普查" in page
    assert "口径说明" in page
    assert text(client, "/figures/220403") == page


@time_machine.travel(JULY, tick=False)
def test_an_area_that_publishes_nothing_has_no_page(client: FlaskClient) -> None:
    places = make_two_streets()
    for region in (places.county, "110101", "nonsense", "2204030"):
        assert client.get(f"/figures/{region}").status_code == 404
    make_settings(places.street, publishes_ratios=True)
    assert client.get(f"/figures/{places.street}").status_code == 200
    assert client.get(f"/figures/{places.county}").status_code == 404


@time_machine.travel(JULY, tick=False)
def test_small_groups_stand_on_no_page_of_the_area(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.community], 31, 14)
    for _ in range(3):
        make_resident(places.neighbour)
    make_crowd([places.far_community], 57, 26)
    county, street = text(client, f"/figures/{places.county}"), text(client, f"/figures/{places.street}")
    assert "仙城街道 34 " in county
    assert "仙城社区 不公布 不公布 不公布 不公布" in street
    assert "安康社区 不公布 不公布 不公布 不公布" in street
    for region in (places.community, places.neighbour):
        alone = text(client, f"/figures/{region}")
        assert "人数少于 5 人" in alone
        assert "名注册志愿者" not in alone
        assert "31" not in alone.replace("-31", "")


@time_machine.travel(JULY, tick=False)
def test_hours_of_a_month_in_which_few_served_are_not_published(client: FlaskClient) -> None:
    """Ten people have hours of earlier months; in June two served, and the difference would be theirs."""
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    may = datetime(2022, 5, 3, 4, tzinfo=UTC)
    for number in range(12):
        person = make_resident(places.community)
        at, on = (datetime(2022, 6, 3, 4, tzinfo=UTC), date(2022, 6, 3)) if number < 2 else (may, date(2022, 5, 3))
        make_entry(person.id, 60, service_on=on, recorded_at=at)
    page = text(client, f"/figures/{places.county}")
    assert "其中 12 人有服务时长" in page
    assert "一共服务了" not in page


@time_machine.travel(JULY, tick=False)
def test_an_empty_area_says_so(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    assert "到那时还没有注册志愿者。" in text(client, f"/figures/{places.county}")


@time_machine.travel(JULY, tick=False)
def test_a_page_takes_as_many_statements_however_many_people_there_are(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, publishes_ratios=True)
    make_crowd([places.community], 8, 6)
    address = f"/figures/{places.street}"
    client.get(address)
    few = count_statements(lambda: client.get(address))
    make_crowd([places.community, places.neighbour, places.far_community], 60, 30)
    assert count_statements(lambda: client.get(address)) <= few
    assert few < 120
