"""Acting for somebody: own pages become the other's, who acted is written down, and it ends when it must."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.makers.accounts import sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import START, make_door
from tests.makers.families import actor_of, make_child, make_link, years_ago
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Login, Role, ScopeKind, TokenKind
from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Shift, SignUp
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.families import queries, service
from volunteer_hub.families.childhood import grown_up_born_until
from volunteer_hub.families.models import CareKind, CareLink
from volunteer_hub.volunteers.models import Volunteer


def link_of(volunteer: Volunteer) -> CareLink:
    return db.session.scalars(select(CareLink).where(CareLink.volunteer_id == volunteer.id)).one()


def act(client: FlaskClient, volunteer: Volunteer) -> FlaskClient:
    answer = client.post(f"/me/family/{link_of(volunteer).id}/act")
    assert answer.status_code == 302
    assert answer.location == "/me"
    return client


def rows(action: str = "families.acted") -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def test_own_pages_are_the_childs_under_a_banner_until_one_goes_back(phone: FlaskClient, child: Volunteer) -> None:
    act(phone, child)
    page = phone.get("/me").text
    assert child.number in page
    assert "正在代小明操作" in page
    assert "正在代小明操作" in phone.get("/activities").text
    assert phone.get("/me/code").status_code == 200
    assert phone.post("/me/family/back").status_code == 302
    page = phone.get("/me").text
    assert child.number not in page
    assert "正在代小明操作" not in page


def test_a_sign_up_on_behalf_is_the_childs_and_names_the_guardian(
    phone: FlaskClient, mother: Volunteer, child: Volunteer, shift: Shift
) -> None:
    act(phone, child)
    assert phone.post(f"/shifts/{shift.id}/sign-up").status_code == 302
    db.session.rollback()
    row = db.session.scalars(select(SignUp)).one()
    assert (row.volunteer_id, row.changed_by, row.asked_by) == (child.id, mother.account_id, mother.account_id)
    (entry,) = rows()
    assert (entry.actor_account_id, entry.actor_label) == (mother.account_id, "王芳")
    assert (entry.object_type, entry.object_id) == ("volunteer", str(child.id))
    assert entry.details["on_behalf_of"] == child.account_id
    assert entry.details["page"] == "activities.sign_up"
    assert entry.details["of"] == {"shift_id": shift.id}


def test_a_sign_up_for_oneself_names_nobody_else(phone: FlaskClient, shift: Shift, child: Volunteer) -> None:
    assert phone.post(f"/shifts/{shift.id}/sign-up").status_code == 302
    db.session.rollback()
    assert db.session.scalars(select(SignUp.asked_by)).one() is None
    assert rows() == []


def test_a_refused_act_leaves_neither_change_nor_row(phone: FlaskClient, child: Volunteer, shift: Shift) -> None:
    act(phone, child)
    assert phone.post(f"/shifts/{shift.id}/sign-up").status_code == 302
    assert phone.post(f"/shifts/{shift.id}/sign-up").status_code == 409
    assert len(rows()) == 1


def test_passwords_logins_and_links_stay_shut_while_acting(phone: FlaskClient, child: Volunteer) -> None:
    act(phone, child)
    for address in ("/me/logins", "/me/family", "/me/family/children/new"):
        answer = phone.get(address)
        assert answer.status_code == 403, address
        assert "先回到自己的账号" in answer.text
    for address in ("/me/password", "/me/logins/end-all", "/me/family/code", f"/me/family/{link_of(child).id}/end"):
        assert phone.post(address).status_code == 403, address


def test_roles_of_neither_apply_while_acting(app: Flask, district: District, child: Volunteer) -> None:
    mother = db.session.scalars(select(Volunteer).where(Volunteer.name == "王芳")).one()
    with transaction():
        for volunteer in (mother, child):
            accounts.grant(
                COMMAND_LINE, volunteer.account_id or 0, Role.OFFICE, ScopeKind.EVERYTHING, "", now=clock.now()
            )
    client = sign_in(app.test_client(), mother)
    assert client.get("/office/volunteers").status_code == 200
    act(client, child)
    assert client.get("/office/volunteers").status_code == 403
    assert "志愿者管理" not in client.get("/").text


def test_an_outsider_acts_for_nobody(app: Flask, district: District, child: Volunteer) -> None:
    stranger = sign_in(app.test_client(), make_volunteer(district.community, "路人"))
    assert stranger.post(f"/me/family/{link_of(child).id}/act").status_code == 404
    assert stranger.post(f"/me/family/{link_of(child).id}/end").status_code == 404
    assert stranger.post("/me/family/999999/act").status_code == 404


def test_a_login_row_with_anothers_link_acts_for_nobody(app: Flask, district: District, child: Volunteer) -> None:
    """The link is asked with the login's own account, so that even a wrong row lets nobody in."""
    stranger = make_volunteer(district.community, "路人")
    client = sign_in(app.test_client(), stranger)
    with transaction():
        db.session.execute(update(Login).values(acting_link_id=link_of(child).id))
    page = client.get("/me").text
    assert stranger.number in page
    assert child.number not in page


def test_a_link_that_is_ended_makes_the_next_request_ones_own(
    phone: FlaskClient, mother: Volunteer, child: Volunteer
) -> None:
    act(phone, child)
    assert child.number in phone.get("/me").text
    with transaction():
        service.end(actor_of(mother), link_of(child).id, now=clock.now())
    page = phone.get("/me").text
    assert mother.number in page
    assert child.number not in page
    assert phone.post(f"/me/family/{link_of(child).id}/act").status_code == 404


def test_the_eighteenth_birthday_ends_a_guardians_acting(
    phone: FlaskClient, mother: Volunteer, child: Volunteer
) -> None:
    """The day before, the guardian acts; on the day itself the next request is the guardian's own."""
    act(phone, child)
    eighteen_today = grown_up_born_until(clock.today(), 18)
    for birth_on, whose in ((eighteen_today + timedelta(days=1), child), (eighteen_today, mother)):
        with transaction():
            db.session.execute(update(Volunteer).where(Volunteer.id == child.id).values(birth_on=birth_on))
        assert whose.number in phone.get("/me").text


def test_a_withdrawn_child_and_a_disabled_account_end_acting(
    phone: FlaskClient, mother: Volunteer, child: Volunteer
) -> None:
    act(phone, child)
    with transaction():
        db.session.execute(update(Account).where(Account.id == child.account_id).values(disabled_at=clock.now()))
    assert mother.number in phone.get("/me").text


def test_acting_ends_with_the_login(app: Flask, phone: FlaskClient, mother: Volunteer, child: Volunteer) -> None:
    act(phone, child)
    assert phone.post("/sign-out").status_code == 302
    assert phone.get("/me").status_code == 302
    again = sign_in(app.test_client(), mother)
    assert mother.number in again.get("/me").text


def test_another_browser_of_the_guardian_stays_the_guardians(
    app: Flask, phone: FlaskClient, mother: Volunteer, child: Volunteer
) -> None:
    act(phone, child)
    assert mother.number in sign_in(app.test_client(), mother).get("/me").text


def test_tokens_never_act(app: Flask, phone: FlaskClient, mother: Volunteer, child: Volunteer) -> None:
    act(phone, child)
    with transaction():
        _, secret = accounts.issue_token(
            actor_of(mother), mother.account_id or 0, TokenKind.PROGRAM, "程序", now=clock.now()
        )
    page = phone.get("/me", headers={"Authorization": f"Bearer {secret}"}).text
    assert mother.number in page
    assert child.number not in page
    answer = app.test_client().post(
        f"/me/family/{link_of(child).id}/act", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", [CareKind.RELATIVE, CareKind.HELPER])
def test_a_relative_signs_up_and_looks_but_proves_no_presence_and_sees_no_identity(
    phone: FlaskClient, mother: Volunteer, elder: Volunteer, shift: Shift, kind: CareKind
) -> None:
    make_link(mother, elder, kind)
    act(phone, elder)
    assert phone.post(f"/shifts/{shift.id}/sign-up").status_code == 302
    assert elder.number in phone.get("/me").text
    for address in ("/me/code", "/me/code.json", "/me/profile", "/notices"):
        assert phone.get(address).status_code == 403, address
    for address in ("/me/profile/document", "/me/withdraw", "/c/confirm"):
        assert phone.post(address).status_code == 403, address
    for address in ("/", "/me", "/activities", f"/activities/{shift.activity_id}"):
        page = phone.get(address).text
        for shut in ("/me/code", "/me/profile", "/me/logins", "/notices", '/me/family"'):
            assert f'href="{shut}' not in page, (address, shut)


def test_somebody_may_act_for_several(
    phone: FlaskClient, mother: Volunteer, child: Volunteer, district: District
) -> None:
    sister = make_child(mother, district.community, "小红", birth_on=years_ago(8))
    act(phone, child)
    phone.post("/me/family/back")
    act(phone, sister)
    assert sister.number in phone.get("/me").text


@time_machine.travel(START, tick=False)
def test_a_guardian_scans_the_stations_code_for_the_child_and_is_the_operator(app: Flask) -> None:
    door = make_door()
    mother = make_volunteer(door.station.region_code, "王芳")
    child = make_child(mother, door.station.region_code)
    make_sign_up(door.shift, child)
    phone = act(sign_in(app.test_client(), mother), child)
    page = phone.get(f"/c/{codes.station_code(door.station.id, START)}").text
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("ticket", "nonce", "shift_id")}
    assert "签到成功" in phone.post("/c/confirm", data={**form, "direction": "in"}).text
    scan = db.session.scalars(select(Scan)).one()
    assert (scan.volunteer_id, scan.operator_account_id) == (child.id, mother.account_id)
    (entry,) = rows()
    assert entry.details["page"] == "checkin.confirm"


def test_an_act_during_which_the_link_is_ended_is_undone(
    phone: FlaskClient, mother: Volunteer, child: Volunteer, shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link was good when the request began. Red without `has_ended` in `accounts/login.py`."""
    act(phone, child)
    sign_up, link_id = sign_ups.sign_up, link_of(child).id

    def end_meanwhile(*args: Any, **kwargs: Any) -> SignUp:
        db.session.execute(update(CareLink).values(until=clock.now(), ended_by=mother.account_id))
        return sign_up(*args, **kwargs)

    monkeypatch.setattr(sign_ups, "sign_up", end_meanwhile)
    answer = phone.post(f"/shifts/{shift.id}/sign-up")
    assert answer.status_code in (403, 409)
    assert "代办关系已结束，没有保存" in answer.text
    db.session.rollback()
    assert db.session.scalars(select(SignUp)).all() == []
    assert queries.get_open_link(link_id).id == link_id
