"""The pages of the room: everybody's, and the managers'."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import District, make_district
from tests.makers.stations import OPENED, make_station
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.stations import queries, service
from volunteer_hub.stations.models import Station, StationKind

FORM = {
    "kind": "post",
    "name": "安康社区新时代文明实践站",
    "parent_id": "0",
    "region_code": District.neighbour,
    "address": "安康路 3 号",
    "opening_hours": "周一至周五 8:30–17:00",
    "phone": "0437-5550101",
    "introduction": "",
    "latitude": "",
    "longitude": "",
}


@pytest.fixture
def post(app: object) -> Station:
    make_district()
    centre = make_station(District.county, StationKind.CENTRE, name="西安区中心")
    return make_station(District.community, parent=centre, name="仙城社区站")


def office(client: FlaskClient, region: str) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))


def add_keeper(station: Station) -> None:
    with transaction():
        service.add_keeper(
            COMMAND_LINE, EVERYTHING, station.id, "王立新", "13804370001", date(2021, 1, 4), now=OPENED
        )


def test_everybody_sees_the_tree_and_its_counts(client: FlaskClient, post: Station) -> None:
    page = client.get("/stations").text
    for shown in ("西安区中心", "仙城社区站", "下辖 1", "仙城大街 18 号"):
        assert shown in page
    assert "管理阵地" not in page
    assert "西安区中心" not in client.get("/stations?q=仙城社区").text
    assert "仙城社区站" not in client.get("/stations?kind=centre").text
    assert "仙城社区站" in client.get("/stations?kind=nonsense&page=0").text
    assert "没有符合条件的阵地" in client.get(f"/stations?region={District.other_street}").text


def test_an_empty_deployment_says_so(client: FlaskClient) -> None:
    assert "还没有阵地" in client.get("/stations").text


def test_a_stations_page_names_its_keepers_and_masks_their_phones(client: FlaskClient, post: Station) -> None:
    add_keeper(post)
    page = client.get(f"/stations/{post.id}").text
    for shown in ("王立新", "138****0001", "吉林省辽源市西安区仙城街道仙城社区", "周一至周五", "西安区中心"):
        assert shown in page
    assert f"/activities?station={post.id}" in page
    assert "13804370001" not in page
    assert "打印门牌" not in page
    assert "仙城社区站" in client.get(f"/stations/{post.parent_id}").text
    assert client.get("/stations/999").status_code == 404


def test_an_office_opens_edits_closes_and_reopens_a_station(client: FlaskClient, post: Station) -> None:
    office(client, District.street)
    answer = client.post("/manage/stations/new", data={**FORM, "parent_id": str(post.parent_id)})
    assert answer.status_code == 302
    station_id = int(answer.location.split("/")[-2])
    assert queries.get_station(station_id).parent_id == post.parent_id
    edited = {**FORM, "name": "安康站", "latitude": "42.902700", "longitude": "125.136400"}
    assert client.post(f"/manage/stations/{station_id}/edit", data=edited).status_code == 302
    station = queries.get_station(station_id)
    assert (station.name, station.latitude) == ("安康站", 42.9027)
    assert client.post(f"/manage/stations/{station_id}/close").status_code == 302
    assert "安康站" not in client.get("/stations").text
    assert "已停用" in client.get("/manage/stations?closed=1").text
    assert "停用" in client.get(f"/stations/{station_id}").text
    assert client.post(f"/manage/stations/{station_id}/reopen").status_code == 302
    assert "安康站" in client.get("/stations").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请填写名称。"),
        ({"region_code": ""}, "请选择所在区划。"),
        ({"region_code": District.far_community}, "所选区划不在您的管理范围内。"),
        ({"latitude": "91", "longitude": "0"}, "纬度应在 -90 到 90 之间。"),
        ({"latitude": "42"}, "经度和纬度要么都填，要么都不填。"),
        ({"phone": "abc"}, "电话只写数字、空格和短横线。"),
    ],
)
def test_a_form_that_cannot_be_saved_keeps_what_was_typed(
    client: FlaskClient, post: Station, typed: dict[str, str], sentence: str
) -> None:
    office(client, District.street)
    for address in ("/manage/stations/new", f"/manage/stations/{post.id}/edit"):
        answer = client.post(address, data={**FORM, **typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "安康路 3 号" in answer.text
    assert queries.get_station(post.id).name == "仙城社区站"


def test_a_keeper_is_named_and_ended(client: FlaskClient, post: Station) -> None:
    office(client, District.street)
    address = f"/manage/stations/{post.id}/keepers"
    wrong = {"keeper-name": "", "keeper-phone": "13804370001", "keeper-since": "2021-01-04"}
    refused = client.post(address, data=wrong)
    assert refused.status_code == 422
    assert "请填写姓名" in refused.text
    assert 'value="仙城社区站"' in refused.text
    unfit = client.post(address, data={**wrong, "keeper-name": "王立新", "keeper-phone": "abc"})
    assert "电话只写数字" in unfit.text
    assert client.post(address, data={**wrong, "keeper-name": "王立新"}).status_code == 302
    page = client.get(f"/manage/stations/{post.id}/edit").text
    assert "王立新" in page
    assert "13804370001" not in page
    keeper = queries.get_station(post.id).keepers[0]
    assert client.post(f"{address}/{keeper.id}/end").status_code == 302
    assert "卸任" not in client.get(f"/manage/stations/{post.id}/edit").text


def test_a_station_with_others_below_it_is_not_closed(client: FlaskClient, post: Station) -> None:
    office(client, District.county)
    answer = client.post(f"/manage/stations/{post.parent_id}/close")
    assert answer.status_code == 409
    assert "它下面还有在用的阵地" in answer.text


def test_outside_ones_scope_nothing_is_found(client: FlaskClient, post: Station) -> None:
    office(client, District.other_street)
    assert "仙城社区站" not in client.get("/manage/stations").text
    for act in ("edit", "plate.pdf"):
        assert client.get(f"/manage/stations/{post.id}/{act}").status_code == 404
    for act in ("edit", "close", "reopen", "keepers", "keepers/1/end"):
        assert client.post(f"/manage/stations/{post.id}/{act}", data=FORM).status_code == 404
    assert "打印门牌" not in client.get(f"/stations/{post.id}").text


def test_a_visitor_signs_in_first_and_a_scanner_manages_nothing(client: FlaskClient, post: Station) -> None:
    addresses = ("/manage/stations", "/manage/stations/new", f"/manage/stations/{post.id}/plate.pdf")
    assert {client.get(address).status_code for address in addresses} == {302}
    sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, post.path))
    assert {client.get(address).status_code for address in addresses} == {403}


def test_a_station_manager_prints_the_plate_but_does_not_edit_the_station(client: FlaskClient, post: Station) -> None:
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, post.path))
    page = client.get(f"/stations/{post.id}").text
    assert "打印门牌" in page
    assert "/edit" not in page
    plate = client.get(f"/manage/stations/{post.id}/plate.pdf")
    assert plate.mimetype == "application/pdf"
    assert plate.data.startswith(b"%PDF-")
    assert client.get(f"/manage/stations/{post.id}/edit").status_code == 403
    assert client.get(f"/manage/stations/{post.parent_id}/plate.pdf").status_code == 404
