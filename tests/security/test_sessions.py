"""A browser's session: what signing in keeps and throws away, and when a login ends."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.makers.accounts import make_account, sign_in
from tests.makers.checkin import START, make_door, make_signed_up
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, SignInKind
from volunteer_hub.checkin import codes
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction

PASSWORD = "correct horse battery"


@time_machine.travel(START, tick=False)
def test_who_scanned_the_stations_code_signed_out_signs_in_and_confirms(client: FlaskClient) -> None:
    """Signing in throws the browser's session away, but not the proof of having stood at the station."""
    door = make_door()
    volunteer = make_signed_up(door)
    with transaction():
        names = {SignInKind.VOLUNTEER_NUMBER: volunteer.number}
        volunteer.account_id = accounts.create_account("李明", PASSWORD, names, now=START - timedelta(days=9)).id
        db.session.add(volunteer)
    asked = client.get(f"/c/{codes.station_code(door.station.id, START)}")
    answer = client.post(asked.headers["Location"], data={"name": volunteer.number, "password": PASSWORD})
    assert answer.headers["Location"] == "/c"
    assert 'name="ticket"' in client.get("/c").text


def test_signing_in_and_setting_up_keep_nothing_that_was_planted(app: Flask) -> None:
    account = make_account(password=PASSWORD)
    with transaction():
        accounts.change_sign_in_name(account.id, SignInKind.STAFF_NAME, "zhang")
        secret = accounts.offer_setup(now=clock.now())
    setup = {"display_name": "张主任", "sign_in_name": "zhang2", "password": PASSWORD}
    for address, form in (("/sign-in", {"name": "zhang", "password": PASSWORD}), (f"/setup/{secret}", setup)):
        client = app.test_client()
        with client.session_transaction() as session:
            session["csrf_token"] = session["planted"] = "by somebody else"
            session["language"] = "en"
        assert client.post(address, data=form).status_code == 302, address
        with client.session_transaction() as session:
            assert session.get("csrf_token") != "by somebody else", address
            assert "planted" not in session, address
            assert session["language"] == "en"
        assert client.get("/me/logins").status_code == 200


def test_signing_out_everywhere_and_disabling_end_every_browser_at_its_next_request(app: Flask) -> None:
    account = make_account(password=PASSWORD)
    phone, desk = sign_in(app.test_client(), account), sign_in(app.test_client(), account)
    stolen = desk.get_cookie("hub")
    assert phone.post("/me/logins/end-all").status_code == 302
    assert desk.get("/me/logins").status_code == 302
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("hub", stolen.value)
    assert thief.get("/me/logins").status_code == 302
    sign_in(phone, account)
    assert phone.get("/me/logins").status_code == 200
    with transaction():
        db.session.execute(update(Account).where(Account.id == account.id).values(disabled_at=clock.now()))
    assert phone.get("/me/logins").status_code == 302


def test_the_throttle_stops_the_guesser_and_never_the_owner(app: Flask) -> None:
    account = make_account(password=PASSWORD)
    with transaction():
        accounts.change_sign_in_name(account.id, SignInKind.STAFF_NAME, "zhang")
    guesser, owner = app.test_client(), app.test_client()
    for _ in range(5):
        said = guesser.post("/sign-in", data={"name": "zhang", "password": "wrong wrong"})
        assert "登录名或密码不对" in said.text
    said = guesser.post("/sign-in", data={"name": "zhang", "password": PASSWORD})
    assert "尝试次数太多" in said.text
    home = {"REMOTE_ADDR": "198.51.100.7"}
    found = owner.post("/sign-in", data={"name": "zhang", "password": PASSWORD}, environ_base=home)
    assert found.status_code == 302


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(app: Flask) -> None:
    account = make_account(password=PASSWORD)
    with transaction():
        accounts.change_sign_in_name(account.id, SignInKind.STAFF_NAME, "zhang")
    told = []
    for name in ("zhang", "nobody"):
        answer = app.test_client().post("/sign-in", data={"name": name, "password": "wrong wrong"})
        told.append((answer.status_code, re.sub(rf'{name}|name="csrf_token" value="[^"]+"', "", answer.text)))
    assert told[0] == told[1]
