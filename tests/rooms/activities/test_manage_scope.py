"""Who finds whose activities on the managers' desk."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.activities.test_manage_pages import coming, every_page, standing, typed
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import Activity, SignUpState
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station

HOUR = timedelta(hours=1)
ALL_SIX = list(KEYS)


def test_the_manager_of_another_station_finds_nothing(manager: FlaskClient, elsewhere: Station) -> None:
    shift = coming(elsewhere)
    row = make_sign_up(shift, make_volunteer(District.community), SignUpState.PENDING)
    filled = {**typed(elsewhere), "reason": "x", "number": "V1", "declarations": ALL_SIX}
    for method, path in every_page(shift, row):
        answer = manager.open(path, method=method, data=filled if method == "POST" else None)
        assert answer.status_code == 404, (method, path)
    assert "街道清洁日" not in manager.get("/manage/activities").text
    assert standing(shift) == [SignUpState.PENDING]


def test_a_draft_cannot_be_laid_on_another_stations_desk(manager: FlaskClient, elsewhere: Station) -> None:
    answer = manager.post("/manage/activities/new", data=typed(elsewhere))
    assert answer.status_code == 422
    assert manager.post("/manage/projects/new", data={"name": "x", "station_id": elsewhere.id}).status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(Activity)).all() == []


def test_the_office_of_the_region_manages_its_stations(
    client: FlaskClient, station: Station, elsewhere: Station
) -> None:
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, District.street))
    here, there = coming(station), coming(elsewhere)
    assert client.get(f"/manage/shifts/{here.id}").status_code == 200
    assert client.get(f"/manage/shifts/{there.id}").status_code == 404


def test_a_scanner_sees_the_shifts_and_no_names(client: FlaskClient, station: Station, elsewhere: Station) -> None:
    shift = coming(station, title="清扫街道", days=0)
    coming(elsewhere, title="义务理发")
    row = make_sign_up(shift, make_volunteer(District.community, "李秀兰"))
    sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, station.path))
    page = client.get("/manage/activities").text
    assert "清扫街道" in page
    assert "义务理发" not in page
    assert "李秀兰" not in page
    assert f'href="/manage/shifts/{shift.id}/scan"' in page
    assert f'href="/manage/shifts/{shift.id}"' not in page
    for method, path in every_page(shift, row):
        assert client.open(path, method=method).status_code == 403, (method, path)


def test_a_volunteer_has_no_business_at_the_desk(client: FlaskClient, station: Station) -> None:
    shift = coming(station)
    assert client.get("/manage/activities").status_code == 302
    sign_in(client, make_account())
    for path in ("/manage/activities", "/manage/activities/new", f"/manage/shifts/{shift.id}", "/manage/projects"):
        assert client.get(path).status_code == 403
