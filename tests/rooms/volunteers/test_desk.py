"""What staff do for people at a desk: register them, take them back, correct them, replace a password."""

from __future__ import annotations

import re
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import REGISTERED, make_document, make_volunteer
from tests.rooms.volunteers.test_office import listed, make_office
from tests.rooms.volunteers.test_pages import filled_in, people, wrong_fields
from volunteer_hub.accounts.models import RecoveryCode, Role, ScopeKind
from volunteer_hub.accounts.service import check_password, grant
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import Volunteer

PEOPLE = "/office/volunteers"
ELSEWHERE = "220402001001"


def test_who_has_no_phone_registers_at_the_desk(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    sent = filled_in(client, password=None)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    answer = client.post("/manage/volunteers/new", data=sent)
    assert answer.status_code == 302
    assert client.get(answer.location).status_code == 200
    volunteer = db.session.scalars(select(Volunteer)).one()
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert standing.assurance == 2
    assert db.session.scalar(select(AuditEntry.action).where(AuditEntry.object_type == "volunteer"))


def test_the_desk_asks_for_a_guardian_too(client: FlaskClient) -> None:
    place = make_district()
    sent = filled_in(client, password=None, document_number=make_document(date(2010, 1, 1)))
    make_office(client, place.county)
    answer = client.post("/manage/volunteers/new", data=sent)
    assert answer.status_code == 422
    assert "guardian_name" in wrong_fields(answer.text)
    assert people() == 0


def test_who_withdrew_comes_back_at_the_desk(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    browser = client.application.test_client()
    sign_in(browser, volunteer).post("/me/withdraw", data={"sure": "y"})
    mark = filled_in(client)["shown"]
    make_office(client, place.county)
    token = re.search(r"found=([\w-]+)", client.post(PEOPLE, data={"words": volunteer.number}).text)
    assert token is not None
    address = f"{PEOPLE}/{volunteer.id}/restore"
    sent = {"found": token[1], "region_code": place.far_community, "shown": mark}
    assert wrong_fields(client.post(address, data=sent).text) == {"agrees"}
    assert client.post(address, data=sent | {"agrees": "y"}).status_code == 302
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert (standing.region_code, standing.assurance) == (place.far_community, 2)
    assert [consent.withdrawn_at is None for consent in queries.list_consents(volunteer.id)] == [False, True]
    assert client.post(address, data=sent | {"agrees": "y"}).status_code == 422


def corrected(**changed: str) -> dict[str, str]:
    sent = {
        "name": "李秀岚",
        "document_kind": "resident_id",
        "document_number": make_document(date(1986, 4, 6)),
        "reason": "注册时写错了字",
    } | changed
    return {f"correct-{name}": value for name, value in sent.items()}


def test_an_office_puts_a_name_and_a_document_right(client: FlaskClient) -> None:
    place = make_district()
    volunteer, other = make_volunteer(place.community), make_volunteer(place.community)
    make_office(client, place.county)
    address = f"{PEOPLE}/{volunteer.id}/correct"
    for changed, field in (
        ({"document_number": other.document_number}, "correct-document_number"),
        ({"document_number": "220403198503050000"}, "correct-document_number"),
        ({"name": "1"}, "correct-name"),
        (
            {"document_kind": "passport", "document_number": "E12", "birth_on": "1986-04-06"},
            "correct-document_number",
        ),
        ({"reason": ""}, "correct-reason"),
    ):
        answer = client.post(address, data=corrected(**changed))
        assert (answer.status_code, wrong_fields(answer.text)) == (422, {field})
    sent = corrected()
    assert client.post(address, data=sent).status_code == 302
    changed_row = db.session.get(Volunteer, volunteer.id, populate_existing=True)
    assert changed_row is not None
    assert (changed_row.name, changed_row.birth_on) == ("李秀岚", date(1986, 4, 6))
    assert changed_row.document_number == sent["correct-document_number"]
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "volunteers.correct_identity")).one()
    assert row.details == {"changed": ["name", "document_number", "birth_on"]}
    assert client.post(address, data=sent).status_code == 422
    assert listed(client.post(PEOPLE, data={"words": sent["correct-document_number"]}).text) == {volunteer.number}


def test_another_office_and_a_station_put_nothing_right(client: FlaskClient) -> None:
    place = make_district()
    volunteer, station = make_volunteer(place.community), make_station(place.community)
    address = f"{PEOPLE}/{volunteer.id}/correct"
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    assert client.post(address, data=corrected()).status_code == 403
    assert make_office(client, "220402000000").post(address, data=corrected()).status_code == 404


def test_a_forgotten_password_is_replaced_with_a_slip_from_the_desk(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    volunteer = make_volunteer(place.community, password="long enough a word")
    browser = sign_in(client.application.test_client(), volunteer)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    token = re.search(r"found=([\w-]+)", client.post(PEOPLE, data={"words": volunteer.number}).text)
    assert token is not None
    address = f"{PEOPLE}/{volunteer.id}/recovery"
    assert client.post(address).status_code == 404
    page = client.post(address, data={"found": token[1]})
    secret = re.search(r'class="once-secret"[^>]*>([^<]+)<', page.text)
    assert secret is not None
    assert browser.get("/me/profile").status_code == 302
    typed = {"code": secret[1].upper().replace("-", " "), "password": "a new horse battery"}
    assert browser.post("/recover", data={**typed, "password": "12345678"}).status_code == 422
    assert browser.post("/recover", data=typed).status_code == 302
    assert check_password(volunteer.number, "a new horse battery").id == volunteer.account_id
    assert browser.post("/recover", data={**typed, "password": "another horse"}).status_code == 422
    sign_in(browser, volunteer)
    assert "凭条" in browser.get("/notices").text


def test_a_desk_gives_no_slip_that_opens_an_office(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community, password="long enough a word")
    assert volunteer.account_id is not None
    with transaction():
        grant(COMMAND_LINE, volunteer.account_id, Role.OFFICE, ScopeKind.REGION, "2204", now=REGISTERED)
    make_office(client, place.county)
    assert client.post(f"{PEOPLE}/{volunteer.id}/recovery").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert check_password(volunteer.number, "long enough a word").id == volunteer.account_id
