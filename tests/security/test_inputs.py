"""What no form offers, sent all the same: the answer is a refusal, never an error of ours."""

from __future__ import annotations

import json

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.checkin import START, make_door
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from volunteer_hub.accounts.models import Role
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station

SCANS = "/api/v1/scans"


@pytest.fixture
def office(client: FlaskClient) -> FlaskClient:
    make_district()
    return sign_in(client, make_staff(Role.ADMINISTRATOR))


@time_machine.travel(START, tick=False)
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"items":' * 50_000,
        "{",
        "",
        "null",
        "[]",
        '{"items": {"0": 1}}',
        '{"items": [[]]}',
        "9" * 5000,
    ],
    ids=lambda body: body[:12],
)
def test_malformed_json_is_unprocessable(client: FlaskClient, body: str) -> None:
    door = make_door()
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    answer = client.post(SCANS, data=body, headers=headers, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@time_machine.travel(START, tick=False)
@pytest.mark.parametrize(
    "code", ["\ud800", "VH1.P.1.1.\udfff", "\x00", "VH1.P.1\x00.1.A", "VH1.P.-1.1.A", "ß" * 2000]
)
def test_a_code_of_any_signs_is_merely_unknown(client: FlaskClient, code: str) -> None:
    door = make_door()
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    item = {"nonce": "n" * 16, "code": code, "direction": "in", "shift_id": door.shift.id}
    sent = json.dumps({"items": [item]})
    answer = client.post(SCANS, data=sent, headers=headers, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json["results"][0]["reason"] == "code_unknown"


@pytest.mark.parametrize(
    "address",
    [
        "/office/statistics?as_of=0001-06-01",
        "/office/statistics?as_of=0001-01-01T00:00:00%2B08:00",
        "/office/statistics?as_of=9999-12-31",
        "/office/statistics?from=0001-01-01&to=9999-12-31",
        "/office/statistics?base=%00&classes=E&year=99999",
        "/office/statistics.csv?as_of=0001-06-01",
        "/office/statistics/people?having=%00",
        "/office/statistics/entries/1?opened=%ff%00",
        "/office/volunteers/1?found=%C3%A9",
        "/office/population?region=%00",
        "/audit?from=0001-01-01&to=9999-12-31",
        "/audit?action=%00",
        "/activities?since=0001-01-01",
        "/activities?since=9999-12-31&station=99999999999999999999&page=99999999999999999999",
        "/activities?words=%00&region=%00&category=%00",
        "/stations?q=%00&region=%00&kind=%00&page=-1",
        "/teams?q=%00&region=%00&specialty=%00",
        "/regions/search?q=%00&within=220403",
        "/manage/activities?page=1e9",
        "/manage/reviews?decided=%00&page=%00",
        "/admin/grants?q=%00&page=0",
        "/c/%F0%9F%98%80",
        "/manage/shifts/99999999999999999999/scan",
        "/manage/stations/1/code/99999999999999999999.svg",
    ],
)
def test_strange_arguments_are_refused_or_ignored(office: FlaskClient, address: str) -> None:
    assert office.get(address).status_code < 500


STATION = {"kind": "post", "region_code": "220403002001", "parent_id": "0"}


@pytest.mark.parametrize(
    "name", ["仙城\x00社区", "仙城\n社区", "仙城\r\nSet-Cookie: a=b", "A\nB", "仙城\u2028社区😀"]
)
def test_a_name_of_one_line_keeps_to_one_line_and_prints(office: FlaskClient, name: str) -> None:
    answer = office.post("/manage/stations/new", data={**STATION, "name": name})
    assert answer.status_code == 302
    station = db.session.query(Station).one()
    assert "".join(station.name.split()) == "".join(name.replace("\x00", "").split())
    assert not set(station.name) & set("\x00\r\n\u2028")
    plate = office.get(f"/manage/stations/{station.id}/plate.pdf")
    assert plate.data.startswith(b"%PDF")


def test_a_name_longer_than_its_column_is_told_at_its_field(office: FlaskClient) -> None:
    answer = office.post("/manage/stations/new", data={**STATION, "name": "长" * 1000})
    assert answer.status_code == 422
    assert "最多 60 个字" in answer.text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "application/xml"])
def test_a_form_of_another_kind_is_an_empty_form(office: FlaskClient, kind: str) -> None:
    make_station("220403002001")
    answer = office.post("/manage/stations/new", data=b'{"name": "x"}', content_type=kind)
    assert answer.status_code in (400, 422)


def test_values_no_list_offers_are_told_at_their_field(office: FlaskClient) -> None:
    wrong = {
        "display_name": "张",
        "sign_in_name": "zh",
        "role": "god",
        "kind": "universe",
        "place": "1",
    }
    assert office.post("/admin/grants/new", data=wrong).status_code == 422
    assert office.post("/manage/stations/new", data={**STATION, "name": "站", "kind": "castle"}).status_code == 422
    assert office.post("/manage/stations/new", data={**STATION, "name": "站", "parent_id": "x"}).status_code == 422
