"""Giving roles, first passwords and tokens: by the pages, inside what the giver holds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account, ApiToken, Role, RoleGrant, ScopeKind, TokenKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.models import Station

SECRET = re.compile(r'class="once-secret"[^>]*>([^<]+)<')


@pytest.fixture
def district(app: Flask) -> District:
    return make_district()


@pytest.fixture
def station(district: District) -> Station:
    return make_station(district.community)


@pytest.fixture
def administrator(district: District) -> Account:
    return make_staff(Role.ADMINISTRATOR, name="周敏")


@pytest.fixture
def office(district: District) -> Account:
    """The office of one street."""
    return make_staff(Role.OFFICE, ScopeKind.REGION, district.street, name="李主任")


def gift(role: Role, kind: ScopeKind, place: str = "", **more: str) -> dict[str, str]:
    return {"role": role.value, "kind": kind.value, "place": place, **more}


def new_staff(role: Role, kind: ScopeKind, place: str = "", **more: str) -> dict[str, str]:
    return {"display_name": "小赵", "sign_in_name": "zhao", **gift(role, kind, place, **more)}


def grants_of(account_id: int) -> list[tuple[Role, ScopeKind, str]]:
    db.session.rollback()
    return queries.list_grants(account_id, clock.now())


def test_a_new_member_of_staff_gets_a_role_and_a_password_that_is_shown_once(
    client: FlaskClient, administrator: Account, station: Station
) -> None:
    sign_in(client, administrator)
    answer = client.post("/admin/grants/new", data=new_staff(Role.SCANNER, ScopeKind.STATION, station.name))
    shown = SECRET.search(answer.text)
    assert answer.status_code == 200
    assert shown is not None
    account = service.check_password("zhao", shown.group(1).strip())
    assert grants_of(account.id) == [(Role.SCANNER, ScopeKind.STATION, station.path)]
    assert shown.group(1).strip() not in client.get(f"/admin/grants/{account.id}").text
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["accounts.create", "accounts.grant"]


def test_a_taken_sign_in_name_is_refused_at_its_field_and_nothing_is_made(
    client: FlaskClient, administrator: Account, station: Station
) -> None:
    sign_in(client, administrator)
    typed = new_staff(Role.SCANNER, ScopeKind.STATION, str(station.id))
    client.post("/admin/grants/new", data=typed)
    again = client.post("/admin/grants/new", data=typed | {"display_name": "小钱"})
    assert again.status_code == 422
    assert "这个登录名已被使用。" in again.text
    assert db.session.scalar(select(Account.id).where(Account.display_name == "小钱")) is None


def test_an_office_gives_a_station_of_its_own_street(client: FlaskClient, office: Account, station: Station) -> None:
    sign_in(client, office)
    answer = client.post(
        "/admin/grants/new", data=new_staff(Role.STATION_MANAGER, ScopeKind.STATION, str(station.id))
    )
    assert "账号已创建" in answer.text


def test_an_office_gives_nothing_outside_its_own_street(
    client: FlaskClient, office: Account, district: District
) -> None:
    elsewhere = make_station(district.far_community, name="东山社区新时代文明实践站")
    sign_in(client, office)
    answer = client.post("/admin/grants/new", data=new_staff(Role.SCANNER, ScopeKind.STATION, str(elsewhere.id)))
    assert answer.status_code == 422
    assert "您只能在自己的范围内授予这个角色。" in answer.text
    assert db.session.scalar(select(Account.id).where(Account.display_name == "小赵")) is None


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_an_office_is_not_offered_roles_above_its_own(
    client: FlaskClient, office: Account, district: District, role: Role
) -> None:
    sign_in(client, office)
    answer = client.post("/admin/grants/new", data=new_staff(role, ScopeKind.REGION, district.community))
    assert answer.status_code == 422
    assert f'value="{role.value}"' not in answer.text
    assert db.session.scalar(select(Account.id).where(Account.display_name == "小赵")) is None


def test_a_role_on_a_subtree_it_makes_no_sense_on_is_refused(
    client: FlaskClient, administrator: Account, district: District
) -> None:
    sign_in(client, administrator)
    answer = client.post("/admin/grants/new", data=new_staff(Role.TEAM_LEADER, ScopeKind.REGION, district.street))
    assert "这个角色不能授在这种范围上。" in answer.text


def test_a_name_that_two_places_bear_asks_for_the_number(
    client: FlaskClient, administrator: Account, district: District, station: Station
) -> None:
    make_station(district.far_community, name=station.name)
    sign_in(client, administrator)
    answer = client.post("/admin/grants/new", data=new_staff(Role.SCANNER, ScopeKind.STATION, station.name))
    assert "有 2 个同名的，请改填编号或代码。" in answer.text


@pytest.mark.parametrize("place", ["", "没有这个站", "999999", "9" * 40])
def test_an_unknown_place_is_refused_at_its_field(client: FlaskClient, administrator: Account, place: str) -> None:
    sign_in(client, administrator)
    answer = client.post("/admin/grants/new", data=new_staff(Role.SCANNER, ScopeKind.STATION, place))
    assert answer.status_code == 422
    assert "field-wrong" in answer.text


def test_a_volunteer_found_by_number_is_given_a_role(
    client: FlaskClient, office: Account, district: District, station: Station
) -> None:
    volunteer = make_volunteer(district.community, password="a good password")
    sign_in(client, office)
    data = {"account": volunteer.number, **gift(Role.SCANNER, ScopeKind.STATION, str(station.id))}
    assert client.post("/admin/grants/existing", data=data).status_code == 302
    assert grants_of(volunteer.account_id or 0) == [(Role.SCANNER, ScopeKind.STATION, station.path)]
    again = client.post("/admin/grants/existing", data=data)
    assert "此人已有这个授权。" in again.text


def test_nobody_acts_for_a_volunteers_own_account(
    client: FlaskClient, administrator: Account, district: District, station: Station
) -> None:
    volunteer = make_volunteer(district.community, password="a good password")
    sign_in(client, administrator)
    client.post(
        "/admin/grants/existing",
        data={"account": volunteer.number, **gift(Role.SCANNER, ScopeKind.STATION, str(station.id))},
    )
    base = f"/admin/grants/{volunteer.account_id}"
    assert client.post(f"{base}/password").status_code == 403
    assert client.post(f"{base}/tokens", data={"kind": "device", "name": "平板"}).status_code == 403


def test_a_grant_ends_on_the_evening_of_its_last_day(
    client: FlaskClient, administrator: Account, station: Station
) -> None:
    sign_in(client, administrator)
    tomorrow = clock.today() + timedelta(days=1)
    data = new_staff(Role.SCANNER, ScopeKind.STATION, str(station.id), expires_on=tomorrow.isoformat())
    client.post("/admin/grants/new", data=data)
    grant = db.session.scalars(select(RoleGrant).order_by(RoleGrant.id.desc())).first()
    assert grant is not None
    assert grant.expires_at == clock.end_of(tomorrow)
    late = client.post("/admin/grants/new", data=data | {"expires_on": "2020-01-01", "sign_in_name": "qian"})
    assert "到期日已经过去。" in late.text


def test_an_office_takes_back_what_it_may_give_and_nothing_else(
    client: FlaskClient, office: Account, administrator: Account, station: Station
) -> None:
    keeper = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path)
    ours, theirs = (
        db.session.scalars(select(RoleGrant.id).where(RoleGrant.account_id == account.id)).one()
        for account in (keeper, administrator)
    )
    sign_in(client, office)
    assert client.post(f"/admin/grants/revoke/{theirs}").status_code == 404
    assert client.post(f"/admin/grants/revoke/{ours}").status_code == 302
    assert grants_of(keeper.id) == []
    assert grants_of(administrator.id) != []


def test_the_last_administrator_cannot_be_taken_away(client: FlaskClient, administrator: Account) -> None:
    held = db.session.scalars(select(RoleGrant.id).where(RoleGrant.account_id == administrator.id)).one()
    sign_in(client, administrator)
    answer = client.post(f"/admin/grants/revoke/{held}", follow_redirects=True)
    assert "这是最后一位管理员，不能收回授权。" in answer.text
    assert grants_of(administrator.id) != []


def test_an_office_sees_who_works_in_its_street_and_nobody_else(
    client: FlaskClient, office: Account, administrator: Account, district: District, station: Station
) -> None:
    near = make_staff(Role.SCANNER, ScopeKind.STATION, station.path, name="近处的扫码员")
    elsewhere = make_station(district.far_community, name="东山社区新时代文明实践站")
    far = make_staff(Role.SCANNER, ScopeKind.STATION, elsewhere.path, name="远处的扫码员")
    sign_in(client, office)
    page = client.get("/admin/grants").text
    assert near.display_name in page
    assert far.display_name not in page
    assert administrator.display_name not in page
    assert client.get(f"/admin/grants/{far.id}").status_code == 404
    assert client.get(f"/admin/grants/{near.id}").status_code == 200


def test_an_account_is_found_by_part_of_its_name(client: FlaskClient, administrator: Account) -> None:
    make_account("仙城站值班")
    sign_in(client, administrator)
    page = client.get("/admin/grants?q=值班").text
    assert "仙城站值班" in page
    assert page.count('class="row"') == 1


def test_a_token_is_shown_once_opens_the_api_and_dies_when_revoked(
    client: FlaskClient, office: Account, station: Station
) -> None:
    keeper = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path)
    sign_in(client, office)
    answer = client.post(f"/admin/grants/{keeper.id}/tokens", data={"kind": "device", "name": "门口平板"})
    shown = SECRET.search(answer.text)
    assert shown is not None
    secret = shown.group(1).strip()
    device = client.application.test_client()
    held = {"Authorization": f"Bearer {secret}"}
    assert device.post("/api/v1/scans", json={"items": []}, headers=held).status_code == 422
    token_id = db.session.scalars(select(ApiToken.id)).one()
    assert "门口平板" in client.get(f"/admin/grants/{keeper.id}").text
    assert client.post(f"/admin/grants/{keeper.id}/tokens/{token_id}/revoke").status_code == 302
    assert device.post("/api/v1/scans", json={"items": []}, headers=held).status_code == 401


def test_an_office_gets_no_token_that_holds_more_than_it_may_give(
    client: FlaskClient, office: Account, district: District
) -> None:
    """Without the check in `staff._ours` an office would act as an administrator who also serves in its street."""
    both = make_staff(Role.ADMINISTRATOR, name="兼职的管理员")
    with transaction():
        service.grant(COMMAND_LINE, both.id, Role.SCANNER, ScopeKind.REGION, "220403002", now=clock.now())
    sign_in(client, office)
    page = client.get(f"/admin/grants/{both.id}")
    assert page.status_code == 200
    assert "签发令牌" not in page.text
    assert client.post(f"/admin/grants/{both.id}/tokens", data={"kind": "device", "name": "平板"}).status_code == 403
    assert client.post(f"/admin/grants/{both.id}/password").status_code == 403
    assert db.session.scalars(select(ApiToken)).all() == []


def test_ones_own_account_may_have_a_token(client: FlaskClient, office: Account) -> None:
    sign_in(client, office)
    answer = client.post(f"/admin/grants/{office.id}/tokens", data={"kind": TokenKind.PROGRAM.value, "name": "报表"})
    assert SECRET.search(answer.text)


def test_a_reset_password_ends_the_old_logins(client: FlaskClient, office: Account, station: Station) -> None:
    keeper = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path)
    his = sign_in(client.application.test_client(), keeper)
    assert his.get("/me/logins").status_code == 200
    sign_in(client, office)
    answer = client.post(f"/admin/grants/{keeper.id}/password")
    assert SECRET.search(answer.text)
    assert his.get("/me/logins").status_code == 302


@pytest.mark.parametrize("path", ["/admin/grants", "/admin/grants/new", "/admin/grants/existing"])
def test_whoever_gives_no_roles_gets_no_page(client: FlaskClient, station: Station, path: str) -> None:
    assert client.get(path).status_code == 302
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
    assert client.get(path).status_code == 403
