"""Check digits are public: made-up numbers that pass are kept few, and count for nothing official."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.races import overlap
from tests.makers.volunteers import make_document, make_mobile
from tests.rooms.volunteers.test_pages import filled_in, people
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.regions import service as regions
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers import throttling
from volunteer_hub.volunteers.models import RegistrationAttempt, Standing
from volunteer_hub.volunteers.throttling import Quotas

#: A twenty-fifth of the ten thousand that are asked for, and of the hour's quota of sixty.
FAKES, QUOTA = 400, 2


@pytest.fixture
def quotas(app: Flask) -> Iterator[dict[str, Any]]:
    kept = {key: app.config[key] for key in app.config if key.startswith("REGISTRATIONS_PER_")}
    yield app.config
    app.config.update(kept)


def _register(client: FlaskClient, sent: dict[str, Any], address: str = "203.0.113.7") -> int:
    typed = {**sent, "document_number": make_document(), "mobile": make_mobile()}
    return client.post("/register", data=typed, environ_base={"REMOTE_ADDR": address}).status_code


def test_of_made_up_registrations_one_in_a_hundred_passes_and_none_counts(
    app: Flask, client: FlaskClient, quotas: dict[str, Any]
) -> None:
    quotas["REGISTRATIONS_PER_ADDRESS"] = QUOTA
    sent = filled_in(client)
    passed = 0
    for _ in range(FAKES):
        passed += _register(app.test_client(), sent) == 302
    assert passed == people() == QUOTA
    assert passed <= FAKES * 0.01
    assert set(db.session.scalars(select(Standing.assurance))) == {0}
    now = clock.now()
    with transaction():
        regions.choose_settings(COMMAND_LINE, "220403000000", publishes_ratios=False, counted_assurance=2, now=now)
    cell = statistics.ratios(Question(region="220403000000", as_of=now, live=True), EVERYTHING).whole
    assert (cell.counted_assurance, cell.registered) == (2, 0)


def test_another_address_is_not_kept_out(app: Flask, client: FlaskClient, quotas: dict[str, Any]) -> None:
    quotas["REGISTRATIONS_PER_ADDRESS"] = 1
    sent = filled_in(client)
    assert [_register(app.test_client(), sent) for _ in range(2)] == [302, 422]
    assert _register(app.test_client(), sent, "198.51.100.1") == 302
    assert _register(app.test_client(), sent, "2001:db8::1") == 302
    assert _register(app.test_client(), sent, "2001:db8::ffff") == 422


def test_one_mobile_registers_a_family_and_no_crowd(app: Flask, client: FlaskClient) -> None:
    sent, mobile = filled_in(client), make_mobile()
    answers = []
    for number in range(Quotas().per_mobile + 1):
        typed = {**sent, "document_number": make_document(), "mobile": mobile}
        answers.append(
            app.test_client().post("/register", data=typed, environ_base={"REMOTE_ADDR": f"203.0.113.{number}"})
        )
    assert [answer.status_code for answer in answers] == [302] * Quotas().per_mobile + [422]
    assert "注册太频繁" in answers[-1].text


def test_a_browser_that_registers_one_after_another_is_stopped(app: Flask, quotas: dict[str, Any]) -> None:
    quotas["REGISTRATIONS_PER_DEVICE"] = 2
    browser = app.test_client()
    answers = []
    for number in range(3):
        sent = filled_in(browser)
        answers.append(_register(browser, sent, f"203.0.113.{number}"))
        browser.post("/sign-out")
    assert answers == [302, 302, 422]


def test_asking_after_registered_documents_is_counted(app: Flask, client: FlaskClient) -> None:
    sent = filled_in(client)
    for _ in range(3):
        app.test_client().post("/register", data={**sent, "mobile": make_mobile()})
    refused = select(func.count()).where(RegistrationAttempt.succeeded.is_(False))
    assert (people(), db.session.scalar(refused)) == (1, 2)


def test_a_burst_does_not_pass_together(app: Flask) -> None:
    """Red on PostgreSQL without the turns in `admit`: both would count none before them."""
    who, now = throttling.caller("203.0.113.7", None, "13900000000"), clock.now()

    def admit() -> None:
        throttling.admit(who, Quotas(per_address=1), now=now)

    assert overlap(app, admit, admit) == ["done", "too_many_registrations"]
