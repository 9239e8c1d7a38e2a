"""Another mobile by oneself takes two proofs; a code proves the present one, within five tries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.carriers import Recorded, opened
from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import mobile_codes
from volunteer_hub.accounts.mobile_codes import TooManyCodes
from volunteer_hub.accounts.models import MobileCode
from volunteer_hub.accounts.service import check_password
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.channels import ChannelKind
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.notices import reaching
from volunteer_hub.volunteers import mobile_changes, queries
from volunteer_hub.volunteers.models import Volunteer

PASSWORD = "correct horse battery"
NEW = "13700437000"
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


class Sms(Recorded):
    """A carrier of short messages that keeps them."""

    @property
    def code(self) -> str:
        """Return the digits of the last message."""
        return "".join(sign for sign in self.sent[-1].text.partition("，")[0] if sign.isdigit())


@pytest.fixture
def carrier(app: Flask) -> Iterator[Sms]:
    recorded = Sms(ChannelKind.SMS)
    with opened(recorded):
        yield recorded


@pytest.fixture
def person(client: FlaskClient) -> Volunteer:
    volunteer = make_volunteer(make_district().community, password=PASSWORD)
    sign_in(client, volunteer)
    return volunteer


def _mobile(volunteer: Volunteer) -> str:
    return db.session.get_one(Volunteer, volunteer.id, populate_existing=True).mobile


def _assurance(volunteer: Volunteer) -> int:
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    return standing.assurance


def test_a_code_to_the_new_mobile_changes_it_at_once(client: FlaskClient, person: Volunteer, carrier: Sms) -> None:
    old = person.mobile
    page = client.post("/me/mobile", data={"mobile": NEW, "password": PASSWORD})
    assert page.status_code == 200
    assert carrier.sent[-1].address == NEW
    assert _mobile(person) == old
    assert client.post("/me/mobile/code", data={"mobile": NEW, "code": carrier.code}).status_code == 302
    assert (_mobile(person), _assurance(person)) == (NEW, 1)
    assert check_password(NEW, PASSWORD).id == person.account_id
    with pytest.raises(DomainError):
        check_password(old, PASSWORD)
    assert "已更换" in client.get("/notices").text


def test_neither_a_wrong_password_nor_a_code_for_another_number_changes_anything(
    client: FlaskClient, person: Volunteer, carrier: Sms
) -> None:
    assert client.post("/me/mobile", data={"mobile": NEW, "password": "wrong"}).status_code == 422
    assert carrier.sent == []
    client.post("/me/mobile", data={"mobile": NEW, "password": PASSWORD})
    for wrong in ({"mobile": "13700437001"}, {"code": "000000" if carrier.code != "000000" else "1"}):
        answer = client.post("/me/mobile/code", data={"mobile": NEW, "code": carrier.code, **wrong})
        assert answer.status_code == 422
    assert client.post("/me/mobile/proved", data={"mobile": NEW, "code": carrier.code}).status_code == 422
    assert _mobile(person) == person.mobile


def test_a_code_to_the_present_mobile_makes_assurance_one(
    client: FlaskClient, person: Volunteer, carrier: Sms
) -> None:
    assert client.post("/me/mobile/prove").status_code == 200
    assert client.post("/me/mobile/proved", data={"mobile": person.mobile, "code": carrier.code}).status_code == 302
    assert _assurance(person) == 1
    answer = client.post("/me/mobile/proved", data={"mobile": person.mobile, "code": carrier.code})
    assert answer.status_code == 422


def test_notices_go_to_a_proved_mobile_and_no_longer_when_it_changes(person: Volunteer) -> None:
    account_id = person.account_id or 0
    with transaction():
        mobile_changes.prove(db.session.get_one(Volunteer, person.id), now=clock.now())
    assert reaching.list_points(account_id)["sms"].address == person.mobile
    later = clock.now() + timedelta(hours=25)
    four = person.document_number[-4:]
    with transaction():
        holder = db.session.get_one(Volunteer, person.id)
        mobile_changes.ask(Actor(account_id, person.name), holder, NEW, four, now=clock.now())
    (change,) = mobile_changes.list_due(now=later)
    with transaction():
        assert mobile_changes.carry_out(change, now=later)
    assert "sms" not in reaching.list_points(account_id)


def test_without_sms_nothing_is_offered_and_a_change_waits_a_day(client: FlaskClient, person: Volunteer) -> None:
    assert "发验证码" not in client.get("/me/mobile").text
    assert client.post("/me/mobile/prove").status_code == 422
    typed = {"mobile": NEW, "password": PASSWORD, "four": person.document_number[-4:]}
    assert client.post("/me/mobile", data={**typed, "four": "0000x"}).status_code == 422
    assert client.post("/me/mobile", data=typed).status_code == 302
    assert _mobile(person) == person.mobile
    assert "停止更换" in client.get("/me/mobile").text
    assert "24 小时后更换" in client.get("/notices").text
    now = clock.now()
    assert mobile_changes.list_due(now=now + timedelta(hours=23)) == []
    (change,) = mobile_changes.list_due(now=now + timedelta(hours=25))
    for at, is_new in ((23, False), (25, True), (26, False)):
        with transaction():
            assert mobile_changes.carry_out(change, now=now + timedelta(hours=at)) is is_new
    assert _mobile(person) == NEW
    assert mobile_changes.list_due(now=now + timedelta(hours=26)) == []


def test_who_is_signed_in_stops_a_change(client: FlaskClient, person: Volunteer) -> None:
    client.post("/me/mobile", data={"mobile": NEW, "password": PASSWORD, "four": person.document_number[-4:]})
    assert client.post("/me/mobile/stop").status_code == 302
    assert mobile_changes.list_due(now=clock.now() + timedelta(days=2)) == []
    assert client.post("/me/mobile/stop").status_code == 404


def _make(mobile: str = NEW, address: str = "203.0.113.7", now: datetime = NOW, a_day: int = 2000) -> str:
    with transaction():
        return mobile_codes.make("prove-mobile", "7", mobile, address, now=now, a_day=a_day)


def _guess(code: str, *, purpose: str = "prove-mobile", login: str = "7", now: datetime = NOW) -> bool:
    with transaction():
        return mobile_codes.guess(purpose, login, NEW, code, now=now)


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_five_tries_and_no_more(app: Flask) -> None:
    code = _make()
    assert [_guess(_wrong(code)) for _ in range(5)] == [False] * 5
    assert not _guess(code)


def test_a_code_serves_one_purpose_one_login_once_and_ten_minutes(app: Flask) -> None:
    code = _make()
    assert not _guess(code, purpose="change-mobile")
    assert not _guess(code, login="8")
    assert not _guess(code, now=NOW + timedelta(minutes=10))
    assert _guess(code)
    assert not _guess(code)


def test_of_sixty_four_guesses_at_once_five_are_looked_at(app: Flask) -> None:
    """Red if `guess` counts in a statement of its own: then many read the digest before the first is counted."""
    code = _make()
    db.session.remove()

    def wrong(_: int) -> bool:
        with app.app_context():
            try:
                return _guess(_wrong(code))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(16) as pool:
        assert not any(pool.map(wrong, range(64)))
    kept = db.session.query(MobileCode).one()
    assert kept.tries == 5
    assert not _guess(code)


def test_a_number_gets_one_code_a_minute_five_an_hour_and_ten_a_day(app: Flask) -> None:
    sent = 0
    for second in range(0, 24 * 3600, 30 * 60):
        for again in (0, 59):
            try:
                _make(address=f"198.51.100.{second % 250}", now=NOW + timedelta(seconds=second + again))
            except TooManyCodes:
                continue
            sent += 1
    assert sent == 10


def test_an_address_gets_twenty_an_hour_and_the_deployment_what_it_pays_for(app: Flask) -> None:
    sent = 0
    for number in range(60):
        try:
            _make(f"137004{number:05d}")
        except TooManyCodes:
            continue
        sent += 1
    assert sent == 20
    with pytest.raises(TooManyCodes):
        _make("13800000000", "192.0.2.1", a_day=20)


def test_nothing_of_a_code_can_be_read_from_the_database(app: Flask) -> None:
    code = _make()
    row = db.session.query(MobileCode).one()
    assert code not in (row.code_digest, row.bound_to, row.mobile_index)
    assert NEW not in row.mobile_index
