"""Finding stations, and the tree they make."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.makers.regions import District, make_district
from tests.makers.stations import OPENED, make_station
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.stations import queries, service
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.stations.queries import Wanted
from volunteer_hub.stations.tree import Branch, grow


@pytest.fixture
def district(app: Flask) -> dict[str, Station]:
    places = make_district()
    centre = make_station(places.county, StationKind.CENTRE, name="西安区中心")
    institute = make_station(places.street, StationKind.INSTITUTE, centre, "仙城街道所")
    return {
        "centre": centre,
        "institute": institute,
        "post": make_station(places.community, StationKind.POST, institute, "仙城社区站"),
        "neighbour": make_station(places.neighbour, StationKind.POST, institute, "安康社区站"),
        "far": make_station(places.far_community, StationKind.POST, centre, "东山社区站"),
        "base": make_station(places.far_community, StationKind.BASE, centre, "红色教育基地"),
    }


def names(stations: list[Station]) -> list[str]:
    return sorted(station.name for station in stations)


def found(wanted: Wanted) -> list[str]:
    return names(list(queries.page_tree(wanted).items))


def shape(branches: list[Branch]) -> list[object]:
    return [
        [branch.station.name, shape(branch.below)] if branch.below else branch.station.name for branch in branches
    ]


def test_the_tree_grows_from_rows_in_any_order_kinds_from_the_top_down(district: dict[str, Station]) -> None:
    rows = sorted(queries.page_tree(Wanted()).items, key=lambda station: -station.id)
    assert shape(grow(rows)) == [
        ["西安区中心", [["仙城街道所", ["仙城社区站", "安康社区站"]], "东山社区站", "红色教育基地"]]
    ]
    assert grow(rows)[0].size == 5


def test_where_the_parent_is_filtered_out_a_station_stands_at_the_top(district: dict[str, Station]) -> None:
    rows = queries.page_tree(Wanted(kind=StationKind.POST)).items
    assert shape(grow(rows)) == ["仙城社区站", "安康社区站", "东山社区站"]


def test_a_list_is_narrowed_by_division_kind_and_words(district: dict[str, Station]) -> None:
    assert found(Wanted(region=District.street)) == ["仙城社区站", "仙城街道所", "安康社区站"]
    assert found(Wanted(region="220403003", kind=StationKind.BASE)) == ["红色教育基地"]
    assert found(Wanted(text="社区 安康")) == ["安康社区站"]
    assert found(Wanted(text="仙城大街 基地")) == ["红色教育基地"]
    assert found(Wanted(text="%")) == []


def test_kinds_are_counted_within_the_division_whatever_kind_is_shown(district: dict[str, Station]) -> None:
    counts = queries.count_by_kind(Wanted(region="220403", kind=StationKind.BASE))
    assert {kind.value: count for kind, count in counts.items()} == {
        "centre": 1,
        "institute": 1,
        "post": 3,
        "base": 1,
        "point": 0,
    }


def test_closed_stations_leave_the_lists_and_keep_their_page(district: dict[str, Station]) -> None:
    base = district["base"]
    with transaction():
        service.close_station(COMMAND_LINE, EVERYTHING, base.id, now=OPENED)
    assert "红色教育基地" not in found(Wanted())
    assert queries.get_station(base.id).closed_at == OPENED
    assert base.id not in [station.id for station in queries.list_for_scanning(EVERYTHING)]
    assert len(queries.page_managed(EVERYTHING, Wanted(closed=True)).items) == 6
    assert len(queries.page_managed(EVERYTHING, Wanted()).items) == 5


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (EVERYTHING, 6),
        (NOTHING, 0),
        (Scope(regions=("220403003",)), 2),
        (Scope(regions=("220403002",), stations=("/999/",)), 3),
        (Scope(teams=("/1/",), volunteer_id=1), 0),
    ],
)
def test_a_manager_sees_what_lies_in_the_scope(district: dict[str, Station], scope: Scope, inside: int) -> None:
    assert queries.page_managed(scope, Wanted()).total == inside
    assert len(queries.list_for_scanning(scope)) == inside


def test_a_grant_on_a_station_reaches_everything_below_it_and_nothing_above(district: dict[str, Station]) -> None:
    scope = Scope(stations=(district["institute"].path,))
    assert names(queries.list_for_scanning(scope)) == ["仙城社区站", "仙城街道所", "安康社区站"]
    assert queries.get_managed(scope, district["post"].id)
    for outside in ("centre", "far"):
        with pytest.raises(NotFound):
            queries.get_managed(scope, district[outside].id)


def test_one_stations_number_at_the_start_of_anothers_is_not_its_parent(app: Flask) -> None:
    places = make_district()
    stations = [make_station(places.community, name=f"站{number}") for number in range(11)]
    first, eleventh = stations[0], stations[10]
    assert str(eleventh.id).startswith(str(first.id))
    assert queries.list_for_scanning(Scope(stations=(first.path,))) == [first]


def test_a_station_that_is_not_there_is_not_found(app: Flask) -> None:
    assert queries.find_station(1) is None
    with pytest.raises(NotFound):
        queries.get_station(1)
