"""The slip from the desk: good once, for a day, for one account; and closing accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import GRANTED, make_account, make_staff, sign_in
from tests.makers.races import overlap
from volunteer_hub.accounts import disabling, queries, recovery, service
from volunteer_hub.accounts.models import Account, RecoveryCode, Role, ScopeKind, TokenKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError

NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def _give(by: Account, to: Account, now: datetime = NOW) -> str:
    actor = Actor(by.id, by.display_name)
    with transaction():
        held = queries.list_grants(by.id, now)
        account = db.session.get_one(Account, to.id)
        return recovery.give_code(actor, held, account, now=now)[0]


def _use(code: str, now: datetime = NOW, password: str = PASSWORD) -> int:
    with transaction():
        return recovery.use_code(code, password, now=now).id


def test_a_code_is_good_once_and_for_a_day(app: Flask) -> None:
    manager, account = make_staff(Role.STATION_MANAGER, ScopeKind.REGION, "220403"), make_account("志愿者")
    code = _give(manager, account)
    for wrong, at in ((code[:-1], NOW), (code, NOW + timedelta(hours=24)), ("", NOW)):
        with pytest.raises(DomainError) as refusal:
            _use(wrong, at)
        assert refusal.value.code == "code_wrong"
    assert _use(code) == account.id
    with pytest.raises(DomainError):
        _use(code)


def test_a_second_slip_kills_the_first(app: Flask) -> None:
    manager, account = make_staff(Role.OFFICE, ScopeKind.REGION, "220403"), make_account("志愿者")
    first, second = _give(manager, account), _give(manager, account)
    with pytest.raises(DomainError):
        _use(first)
    assert _use(second) == account.id


def test_nobody_opens_an_office_from_a_desk_nor_helps_oneself(app: Flask) -> None:
    manager = make_staff(Role.STATION_MANAGER, ScopeKind.REGION, "220403")
    office = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name="赵科长")
    for to in (office, manager):
        with pytest.raises(Denied):
            _give(manager, to)
    scanner = make_staff(Role.SCANNER, ScopeKind.REGION, "220403", name="扫码员")
    assert _use(_give(office, scanner)) == scanner.id


def test_a_slip_opens_nothing_once_its_account_holds_a_role(app: Flask) -> None:
    manager, account = make_staff(Role.STATION_MANAGER, ScopeKind.REGION, "220403"), make_account("志愿者")
    code = _give(manager, account)
    with transaction():
        service.grant(COMMAND_LINE, account.id, Role.OFFICE, ScopeKind.REGION, "220403", now=NOW)
    with pytest.raises(DomainError):
        _use(code)


def test_one_slip_used_twice_at_once_sets_one_password(app: Flask) -> None:
    """Red without the condition on `ended_at` in the UPDATE of `use_code`."""
    manager, account = make_staff(Role.OFFICE, ScopeKind.REGION, "220403"), make_account("志愿者")
    code = _give(manager, account)

    def use(password: str) -> object:
        return recovery.use_code(code, password, now=NOW)

    became = overlap(app, lambda: use("first horse battery"), lambda: use("second horse battery"))
    assert became == ["done", "code_wrong"]
    assert db.session.scalar(select(func.count(RecoveryCode.used_at))) == 1


def test_guessing_slips_waits_after_five_tries(client: FlaskClient) -> None:
    pages = [
        client.post("/recover", data={"code": f"aaaa-bbbb-{number:04d}", "password": PASSWORD}) for number in range(6)
    ]
    assert [page.status_code for page in pages] == [422] * 6
    assert "请 15 分钟后再试" in pages[-1].text
    assert "请 15 分钟后再试" not in pages[-2].text


def test_a_closed_account_is_nobodys_at_its_next_request(client: FlaskClient, app: Flask) -> None:
    administrator = make_staff(Role.ADMINISTRATOR)
    office = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name="赵科长")
    browser = sign_in(app.test_client(), office)
    with transaction():
        token = service.issue_token(COMMAND_LINE, office.id, TokenKind.DEVICE, "手机", now=clock.now())[1]
    headers = {"Authorization": f"Bearer {token}"}
    sign_in(client, administrator)
    assert client.post(f"/admin/grants/{office.id}/disable", data={"reason": " "}).status_code == 422
    assert client.post(f"/admin/grants/{office.id}/disable", data={"reason": "已调离"}).status_code == 302
    assert browser.get("/me/logins").status_code == 302
    assert app.test_client().post("/api/v1/scans", json={}, headers=headers).status_code == 401
    assert "已调离" in client.get(f"/admin/grants/{office.id}").text
    assert "赵科长" not in client.get("/admin/grants").text
    assert "赵科长" in client.get("/admin/grants?disabled=1").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "accounts.disable")).one()
    assert entry.reason == "已调离"
    assert client.post(f"/admin/grants/{office.id}/enable").status_code == 302
    assert queries.get_account(office.id).disabled_at is None
    sign_in(browser, office)
    assert browser.get("/me/logins").status_code == 200


def test_nobody_closes_oneself_the_last_administrator_or_somebody_above(client: FlaskClient) -> None:
    administrator = make_staff(Role.ADMINISTRATOR)
    office = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name="赵科长")
    sign_in(client, administrator)
    assert client.post(f"/admin/grants/{administrator.id}/disable", data={"reason": "试试"}).status_code == 403
    with pytest.raises(DomainError) as refusal, transaction():
        disabling.disable(
            Actor(office.id, "赵科长"), db.session.get_one(Account, administrator.id), "试试", now=GRANTED
        )
    assert refusal.value.code == "last_administrator"
    sign_in(client, office)
    other = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name="钱科长")
    assert client.post(f"/admin/grants/{other.id}/disable", data={"reason": "试试"}).status_code == 403


def test_two_administrators_do_not_close_one_another(app: Flask) -> None:
    """Red on PostgreSQL without the turn in `disable`: both would be gone."""
    one, other = make_staff(Role.ADMINISTRATOR, name="甲"), make_staff(Role.ADMINISTRATOR, name="乙")
    ids = one.id, other.id

    def close(by: int, whom: int) -> None:
        disabling.disable(Actor(by, "管理员"), db.session.get_one(Account, whom), "互相停用", now=NOW)

    became = overlap(app, lambda: close(ids[0], ids[1]), lambda: close(ids[1], ids[0]))
    assert became == ["done", "last_administrator"]
    assert queries.has_administrator(NOW)
