"""What a password replaced by staff puts an end to, and what a lost race is told."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, sign_in
from volunteer_hub.accounts import service, staff
from volunteer_hub.accounts.models import TokenKind
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction


def test_a_replaced_password_ends_logins_and_tokens(app: Flask, client: FlaskClient) -> None:
    """Red if `replace_password` leaves the tokens alive: who took the account over would keep one."""
    account = make_account()
    sign_in(client, account)
    with transaction():
        token = service.issue_token(COMMAND_LINE, account.id, TokenKind.DEVICE, "手机", now=clock.now())[1]
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().post("/api/v1/scans", json={}, headers=headers).status_code == 403
    with transaction():
        staff.replace_password(COMMAND_LINE, account, now=clock.now())
    assert app.test_client().post("/api/v1/scans", json={}, headers=headers).status_code == 401
    assert client.get("/me/logins").status_code == 302


def test_a_race_that_no_service_names_is_a_conflict_not_a_fault(app: Flask) -> None:
    handler = app.error_handler_spec[None][None][IntegrityError]
    with app.test_request_context("/api/v1/scans", method="POST"):
        answer = handler(IntegrityError("INSERT", {}, ValueError()))
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
