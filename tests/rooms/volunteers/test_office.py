"""People as an office and a desk see them: who finds whom, masked, and opened against a reason."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from tests.rooms.volunteers.test_pages import wrong_fields
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers import queries, searching
from volunteer_hub.volunteers.models import DocumentKind

PEOPLE = "/office/volunteers"
ELSEWHERE = "220402001001"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("李秀", "name"),
        (" 欧阳 ", "name"),
        ("Anna Li", "name"),
        ("V2204032603000147C", "number"),
        ("v2204 0326 0300 0147 c", "number"),
        ("138 0043 7000", "mobile"),
        ("+86 138 0043 7000", "mobile"),
        ("+852 9123 4567", "mobile"),
        ("220403198503050041", "documents"),
        ("220403850305048", "documents"),
        ("e1234567", "documents"),
    ],
)
def test_what_is_sought_is_understood(typed: str, field: str) -> None:
    sought = searching.read(typed)
    assert getattr(sought, field)
    assert sought.exact == (field != "name")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "search_too_short"),
        ("李", "search_too_short"),
        ("1380", "search_incomplete"),
        ("李1", "search_incomplete"),
    ],
)
def test_too_little_to_go_by_is_refused(typed: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        searching.read(typed)


def test_an_old_number_finds_its_present_form() -> None:
    documents = dict(searching.read("220403850305048").documents)
    assert documents[DocumentKind.RESIDENT_ID] == "22040319850305048X"
    assert documents[DocumentKind.PASSPORT] == "220403850305048"


def make_office(client: FlaskClient, code: str) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, code))


def make_elsewhere() -> str:
    with transaction():
        for code, name, level, parent in (
            ("220402000000", "龙山区", 3, "220400000000"),
            (ELSEWHERE, "福镇社区", 5, "220402000000"),
        ):
            db.session.add(Region(code=code, name=name, level=level, parent_code=parent, full_name=name))
            db.session.flush()
    return ELSEWHERE


def listed(page: str) -> set[str]:
    """Return the volunteer numbers on a page."""
    return set(re.findall(r"V[0-9]{16}[A-Z]", page))


def test_an_office_finds_by_name_whoever_lives_in_its_district(client: FlaskClient) -> None:
    place = make_district()
    here = make_volunteer(place.community, "李秀兰")
    make_volunteer(make_elsewhere(), "李秀英")
    make_volunteer(place.community, "王芳")
    make_office(client, place.county)
    page = client.post(PEOPLE, data={"words": "李秀"}).text
    assert listed(page) == {here.number}
    assert "李秀兰" not in page
    assert here.mobile not in page
    assert "李**" in page


def test_the_region_filter_narrows_the_list(client: FlaskClient) -> None:
    place = make_district()
    near, far = (make_volunteer(code, "李秀兰") for code in (place.community, place.far_community))
    make_office(client, place.county)
    assert listed(client.post(PEOPLE, data={"words": "李秀兰"}).text) == {near.number, far.number}
    narrowed = client.post(PEOPLE, data={"words": "李秀兰", "region_code": place.other_street})
    assert listed(narrowed.text) == {far.number}


def test_twenty_stand_on_a_page(client: FlaskClient) -> None:
    place = make_district()
    numbers = {make_volunteer(place.community).number for _ in range(21)}
    make_office(client, place.county)
    pages = [listed(client.post(PEOPLE, data={"words": "李秀", "page": n}).text) for n in (1, 2)]
    assert [len(page) for page in pages] == [20, 1]
    assert pages[0] | pages[1] == numbers


def test_a_full_number_finds_one_inside_the_district_only(client: FlaskClient) -> None:
    place = make_district()
    here, there = make_volunteer(place.community), make_volunteer(make_elsewhere())
    make_office(client, place.county)
    for volunteer, expected in ((here, {here.number}), (there, set())):
        for typed in (volunteer.number, volunteer.mobile, volunteer.document_number):
            page = client.post(PEOPLE, data={"words": typed}).text.replace(f'value="{typed}"', "")
            assert listed(page) == expected
            assert volunteer.document_number not in page


def test_the_office_of_another_district_gets_nothing(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    make_elsewhere()
    make_office(client, "220402000000")
    address = f"{PEOPLE}/{volunteer.id}"
    assert client.get(address).status_code == 404
    assert client.get(address, query_string={"found": "forged"}).status_code == 404
    assert client.post(f"{address}/open", data={"reason": "好奇"}).status_code == 404
    assert client.post(f"{address}/assurance", data={"level": "2", "evidence": "好奇"}).status_code == 404
    assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action.startswith("volunteers."))) is None


def test_a_station_finds_by_full_number_only(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    volunteer = make_volunteer(place.far_community)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    by_name = client.post(PEOPLE, data={"words": "李秀兰"})
    assert by_name.status_code == 422
    assert wrong_fields(by_name.text) == {"words"}
    page = client.post(PEOPLE, data={"words": volunteer.number}).text
    assert "李**" in page
    assert client.get(f"{PEOPLE}/{volunteer.id}").status_code == 404
    address = re.search(rf'href="({PEOPLE}/{volunteer.id}\?found=[^"]+)"', page)
    assert address is not None
    shown = client.get(address[1])
    assert shown.status_code == 200
    assert volunteer.document_number not in shown.text
    assert volunteer.mobile not in shown.text


def test_a_pass_is_good_for_one_person_and_one_account(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    found, other = make_volunteer(place.community), make_volunteer(place.community)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    page = client.post(PEOPLE, data={"words": found.number}).text
    token = re.search(r"found=([\w-]+)", page)
    assert token is not None
    assert client.get(f"{PEOPLE}/{other.id}?found={token[1]}").status_code == 404
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    assert client.get(f"{PEOPLE}/{found.id}?found={token[1]}").status_code == 404


def test_a_station_raises_assurance_with_the_card_in_hand(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    volunteer = make_volunteer(place.community)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    page = client.post(PEOPLE, data={"words": volunteer.number}).text
    token = re.search(r"found=([\w-]+)", page)
    assert token is not None
    address = f"{PEOPLE}/{volunteer.id}/assurance"
    sent = {"level": "2", "evidence": "当面核对身份证原件", "found": token[1]}
    assert client.post(address, data=sent).status_code == 302
    again = client.post(address, data=sent)
    assert (again.status_code, wrong_fields(again.text)) == (422, {"level"})
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert standing.assurance == 2
    assert client.post(f"{PEOPLE}/{volunteer.id}/open", data={"reason": "好奇", "found": token[1]}).status_code == 403


def test_a_scanner_and_a_visitor_have_no_list_of_people(client: FlaskClient) -> None:
    station = make_station(make_district().community)
    assert client.get(PEOPLE).status_code == 302
    sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, station.path))
    assert client.get(PEOPLE).status_code == 403
    assert client.get("/manage/volunteers/new").status_code == 403


def test_an_identity_is_opened_once_against_a_reason(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    make_office(client, place.county)
    address = f"{PEOPLE}/{volunteer.id}"
    assert volunteer.document_number not in client.get(address).text
    refused = client.post(f"{address}/open", data={"reason": ""})
    assert refused.status_code == 422
    assert volunteer.document_number not in refused.text
    opened = client.post(f"{address}/open", data={"reason": "补办服务证"})
    assert volunteer.document_number in opened.text
    assert volunteer.mobile in opened.text
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "volunteers.open_identity")).one()
    assert (row.reason, row.region_code, row.object_id) == ("补办服务证", place.community, str(volunteer.id))
    assert volunteer.document_number not in client.get(address).text


def test_who_withdrew_is_found_by_full_number(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    browser = client.application.test_client()
    sign_in(browser, volunteer).post("/me/withdraw", data={"sure": "y"})
    make_office(client, place.county)
    assert listed(client.post(PEOPLE, data={"words": "李秀兰"}).text) == set()
    assert listed(client.post(PEOPLE, data={"words": volunteer.mobile}).text) == {volunteer.number}
