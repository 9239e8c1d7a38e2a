"""Opening, changing and closing stations, and who keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.makers.races import overlap
from tests.makers.regions import District, make_district
from tests.makers.stations import OPENED, make_station
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.stations import queries, service
from volunteer_hub.stations.details import Details
from volunteer_hub.stations.models import Station, StationKind

KEEPER = Actor(7, "文明办")
NOW = OPENED + timedelta(days=30)
STREET = Scope(regions=("220403002",))
DETAILS = Details(StationKind.POST, "仙城社区站", District.community)


@pytest.fixture
def places(app: Flask) -> District:
    return make_district()


def do(act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with transaction():
        return act(KEEPER, *args, now=NOW, **kwargs)


def refusal(act: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as caught:
        do(act, *args, **kwargs)
    return caught.value.code, caught.value.field


def trail() -> list[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.action.startswith("stations.")).order_by(AuditEntry.id)
    return [entry for entry in db.session.scalars(statement) if entry.actor_account_id == 7]


def changed(**values: Any) -> Details:
    return Details(**{**DETAILS.__dict__, **values})


def test_a_station_knows_its_way_from_the_top(places: District) -> None:
    centre = make_station(places.county, StationKind.CENTRE, name="西安区中心")
    institute = make_station(places.street, StationKind.INSTITUTE, centre, "仙城街道所")
    post = do(service.open_station, EVERYTHING, DETAILS, parent_id=institute.id)
    assert post.path == f"/{centre.id}/{institute.id}/{post.id}/"
    assert [station.id for station in queries.list_above(post)] == [centre.id, institute.id]
    assert [station.id for station in queries.list_below(institute)] == [post.id]
    (entry,) = trail()
    assert (entry.action, entry.object_id, entry.region_code) == ("stations.open", str(post.id), places.community)
    assert entry.details["parent"] == institute.id


def test_an_office_opens_stations_in_its_own_divisions_only(places: District) -> None:
    assert do(service.open_station, STREET, DETAILS).id
    outside = changed(region_code=places.far_community)
    assert refusal(service.open_station, STREET, outside) == ("region_outside", "region_code")
    assert refusal(service.open_station, STREET, changed(region_code="110000000000")) == (
        "region_missing",
        "region_code",
    )


def test_a_station_may_stand_under_that_of_the_area_around_it_but_not_under_a_neighbours(
    places: District,
) -> None:
    centre = make_station(places.county, StationKind.CENTRE)
    neighbour = make_station(places.other_street, StationKind.INSTITUTE)
    assert do(service.open_station, STREET, DETAILS, parent_id=centre.id).parent_id == centre.id
    for unfit in (neighbour.id, 9999):
        assert refusal(service.open_station, STREET, DETAILS, parent_id=unfit) == ("parent_unfit", "parent_id")
    offered = [station.id for station in queries.list_possible_parents(STREET)]
    assert centre.id in offered
    assert neighbour.id not in offered


def test_whoever_holds_a_station_holds_what_is_opened_below_it_wherever_it_lies(places: District) -> None:
    base = make_station(places.community, StationKind.BASE)
    held = Scope(stations=(base.path,))
    point = do(service.open_station, held, changed(region_code=places.far_community), parent_id=base.id)
    assert do(service.edit_station, held, base.id, changed(name="实践基地")).name == "实践基地"
    assert do(service.edit_station, held, point.id, changed(name="实践点")).name == "实践点"
    assert refusal(service.open_station, held, DETAILS) == ("region_outside", "region_code")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "  "}, "name_missing", "name"),
        ({"phone": "找王站长"}, "phone_unfit", "phone"),
        ({"latitude": 42.9}, "half_a_position", "longitude"),
    ],
)
def test_details_that_cannot_be_are_refused_at_their_field(
    places: District, values: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(service.open_station, EVERYTHING, changed(**values)) == (code, field)


def test_an_edit_tells_the_trail_what_changed_and_nothing_else(places: District) -> None:
    station = do(service.open_station, EVERYTHING, DETAILS)
    do(service.edit_station, EVERYTHING, station.id, changed(name=" 新名 ", latitude=42.9, longitude=125.14))
    entry = trail()[-1]
    assert entry.action == "stations.edit"
    assert entry.details["changed"] == {
        "name": ["仙城社区站", "新名"],
        "latitude": [None, 42.9],
        "longitude": [None, 125.14],
    }
    do(service.edit_station, EVERYTHING, station.id, changed(name="新名", latitude=42.9, longitude=125.14))
    assert trail()[-1].id == entry.id


def test_outside_the_scope_a_station_is_not_found(places: District) -> None:
    station = make_station(places.far_community)
    for act in (
        partial(service.edit_station, KEEPER, STREET, station.id, DETAILS),
        partial(service.close_station, KEEPER, STREET, station.id),
        partial(service.reopen_station, KEEPER, STREET, station.id),
        partial(service.add_keeper, KEEPER, STREET, station.id, "王", "", date(2021, 1, 4)),
        partial(service.end_keeper, KEEPER, STREET, station.id, 1, date(2021, 1, 4)),
    ):
        with pytest.raises(NotFound), transaction():
            act(now=NOW)


def test_a_station_closes_after_those_below_it_and_opens_again_before_them(places: District) -> None:
    upper = make_station(places.street, StationKind.INSTITUTE)
    lower = make_station(places.community, parent=upper)
    assert refusal(service.close_station, EVERYTHING, upper.id) == ("has_open_stations_below", None)
    do(service.close_station, EVERYTHING, lower.id)
    do(service.close_station, EVERYTHING, upper.id)
    do(service.close_station, EVERYTHING, upper.id)
    assert queries.get_station(upper.id).closed_at == NOW
    assert refusal(service.open_station, EVERYTHING, DETAILS, parent_id=upper.id) == ("parent_closed", "parent_id")
    assert refusal(service.reopen_station, EVERYTHING, lower.id) == ("parent_closed", None)
    do(service.reopen_station, EVERYTHING, upper.id)
    do(service.reopen_station, EVERYTHING, lower.id)
    do(service.reopen_station, EVERYTHING, lower.id)
    assert queries.get_station(lower.id).closed_at is None
    assert [entry.action.removeprefix("stations.") for entry in trail()] == ["close", "close", "reopen", "reopen"]


def test_nothing_is_opened_under_what_is_being_closed(app: Flask, places: District) -> None:
    """Red on PostgreSQL when `_take_turn` is removed: both would be done, an open station under a closed one."""
    upper = make_station(places.street, StationKind.INSTITUTE)
    close = partial(service.close_station, KEEPER, EVERYTHING, upper.id, now=NOW)
    open_below = partial(service.open_station, KEEPER, EVERYTHING, DETAILS, parent_id=upper.id, now=NOW)
    assert overlap(app, close, open_below) == ["done", "parent_closed"]


def test_nothing_is_closed_above_what_is_being_opened(app: Flask, places: District) -> None:
    """Red on PostgreSQL when `_take_turn` is removed."""
    upper = make_station(places.street, StationKind.INSTITUTE)
    close = partial(service.close_station, KEEPER, EVERYTHING, upper.id, now=NOW)
    open_below = partial(service.open_station, KEEPER, EVERYTHING, DETAILS, parent_id=upper.id, now=NOW)
    assert overlap(app, open_below, close) == ["done", "has_open_stations_below"]


def test_keepers_come_and_go_with_dates(places: District) -> None:
    station = make_station(places.community)
    first = do(service.add_keeper, EVERYTHING, station.id, " 王立新 ", "13804370001", date(2021, 1, 4))
    do(service.add_keeper, EVERYTHING, station.id, "李敏", "", date(2021, 3, 1))
    do(service.end_keeper, EVERYTHING, station.id, first.id, date(2021, 2, 28))

    def keepers(day: date) -> list[str]:
        return [keeper.name for keeper in queries.list_keepers(queries.get_station(station.id), day)]

    assert keepers(date(2021, 1, 3)) == []
    assert keepers(date(2021, 2, 28)) == ["王立新"]
    assert keepers(date(2021, 3, 1)) == ["李敏"]
    assert refusal(service.end_keeper, EVERYTHING, station.id, first.id, date(2021, 1, 1)) == (
        "until_before_since",
        "until",
    )
    for wrong in ({"name": " ", "phone": ""}, {"name": "王", "phone": "abc"}):
        assert refusal(service.add_keeper, EVERYTHING, station.id, wrong["name"], wrong["phone"], date(2021, 1, 4))
    other = make_station(places.community)
    with pytest.raises(NotFound):
        do(service.end_keeper, EVERYTHING, other.id, first.id, date(2021, 5, 1))


def test_a_keepers_phone_is_sealed_in_the_database_and_absent_from_the_trail(places: District) -> None:
    station = make_station(places.community)
    do(service.add_keeper, EVERYTHING, station.id, "王立新", "13804370001", date(2021, 1, 4))
    stored = db.session.scalar(text("SELECT phone FROM station_keepers"))
    assert stored is not None
    assert stored.startswith("a1:")
    assert "13804370001" not in stored
    assert "王立新" not in str([entry.details for entry in trail()])
    held = db.session.get(Station, station.id)
    assert held is not None
    assert held.keepers[0].phone == "13804370001"
