"""A notice leaves once, after its commit, at a time that disturbs nobody; an address is proved first."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, sign_in
from tests.makers.carriers import Recorded, opened
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.channels import ChannelKind, Refused, Unreachable
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.notices import jobs, quiet, reaching, service
from volunteer_hub.notices.models import Delivery, Notice

#: Ten in the morning of a civil day.
TEN = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
SUBJECT = "通知"


@pytest.fixture
def account(app: Flask) -> Account:
    made = make_account()
    with transaction():
        reaching.keep_proved(made.id, ChannelKind.EMAIL, "wang@example.org", now=TEN)
    return made


def tell(account: Account, key: str = "shift:1:moved", now: datetime = TEN) -> None:
    with transaction():
        service.tell(account.id, SUBJECT, {}, key=key, link="/activities/1", now=now)


def refused_after_telling(account: Account) -> None:
    with transaction():
        service.tell(account.id, SUBJECT, {}, key="shift:1:moved", now=TEN)
        raise DomainError("no", SUBJECT)


def deliver(now: datetime = TEN) -> None:
    with time_machine.travel(now, tick=False):
        jobs.deliver()


def states() -> list[tuple[str, int, str | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(Delivery).order_by(Delivery.id))
    return [(row.state, row.tries, row.reason) for row in rows]


def test_what_is_told_goes_out_once(account: Account) -> None:
    with opened(carrier := Recorded()):
        tell(account)
        deliver()
        deliver()
    assert [(message.address, message.text) for message in carrier.sent] == [("wang@example.org", SUBJECT)]
    assert states() == [("sent", 1, None)]


def test_what_was_rolled_back_never_leaves(account: Account) -> None:
    """Red when `tell` hands a message to the carrier itself instead of writing it down."""
    with opened(carrier := Recorded()):
        with pytest.raises(DomainError):
            refused_after_telling(account)
        deliver()
    assert (carrier.sent, states()) == ([], [])


def test_a_carrier_that_cannot_be_reached_is_asked_again_after_a_minute(account: Account) -> None:
    with opened(carrier := Recorded(trouble=[Unreachable("down")])):
        tell(account)
        deliver()
        deliver(TEN + timedelta(seconds=59))
        assert carrier.sent == []
        deliver(TEN + timedelta(seconds=61))
    assert [message.key for message in carrier.sent] == [
        f"notice-{db.session.scalars(select(Notice.id)).one()}-email"
    ]
    assert states() == [("sent", 2, None)]


def test_a_crash_between_asking_and_noting_repeats_under_the_same_key(account: Account) -> None:
    """Red when a try is counted only after the carrier was asked: a message that always crashes is sent for ever."""

    class Crash(BaseException):
        """The process dies here."""

    carrier = Recorded()
    with opened(carrier):
        tell(account)
        carrier.trouble = [Crash()]  # type: ignore[list-item]  # no error of ours: the process is gone
        with pytest.raises(Crash):
            deliver()
        assert states() == [("waiting", 1, None)]
        deliver(TEN + timedelta(minutes=2))
    assert len(carrier.sent) == 1
    assert states() == [("sent", 2, None)]


def test_one_message_that_breaks_does_not_hold_up_the_others(account: Account) -> None:
    with opened(carrier := Recorded(trouble=[ValueError("no such address")])):
        tell(account)
        tell(account, "shift:2:moved")
        deliver()
    assert len(carrier.sent) == 1
    assert [(state, tries) for state, tries, _ in states()] == [("waiting", 1), ("sent", 1)]


def test_what_the_carrier_refuses_is_not_tried_again(account: Account) -> None:
    with opened(carrier := Recorded(trouble=[Refused("550")])):
        tell(account)
        deliver()
        deliver(TEN + timedelta(hours=1))
    assert (carrier.sent, states()) == ([], [("failed", 1, "refused")])


def test_after_five_waits_it_is_given_up(account: Account) -> None:
    with opened(carrier := Recorded(trouble=[Unreachable("down") for _ in range(9)])):
        with transaction():
            reaching.wish(account.id, [], 0, 0, "zh")
        tell(account)
        now = TEN
        for wait in (timedelta(), *quiet.WAITS):
            now += wait
            deliver(now)
    assert states() == [("failed", 6, "unreachable")]
    assert len(carrier.trouble) == 4


def test_nobody_is_woken_and_the_morning_brings_it(account: Account) -> None:
    with opened(carrier := Recorded()):
        tell(account, now=NIGHT)
        deliver(NIGHT)
        assert carrier.sent == []
        deliver(NIGHT + timedelta(hours=8, minutes=29))
        assert carrier.sent == []
        deliver(NIGHT + timedelta(hours=8, minutes=30))
    assert len(carrier.sent) == 1


@pytest.mark.parametrize(
    ("wall", "quiet_from", "quiet_until", "chance"),
    [
        (time(21, 29), 1290, 450, time(21, 29)),
        (time(21, 30), 1290, 450, time(7, 30)),
        (time(0, 0), 1290, 450, time(7, 30)),
        (time(7, 30), 1290, 450, time(7, 30)),
        (time(13, 0), 780, 840, time(14, 0)),
        (time(3, 0), 600, 600, time(3, 0)),
    ],
)
def test_quiet_hours_end_where_they_say(
    app: Flask, wall: time, quiet_from: int, quiet_until: int, chance: time
) -> None:
    day = clock.civil_date(TEN)
    found = quiet.next_chance(clock.at(day, wall), quiet_from, quiet_until)
    assert clock.local(found).time() == chance
    assert found >= clock.at(day, wall)
    assert found - clock.at(day, wall) < timedelta(days=1)


def test_what_was_read_meanwhile_or_is_old_is_not_sent(account: Account) -> None:
    with opened(carrier := Recorded()):
        tell(account, "shift:1:moved")
        tell(account, "shift:2:moved", TEN - timedelta(hours=25))
        with transaction():
            first = db.session.scalars(select(Notice).where(Notice.key == "shift:1:moved")).one()
            service.mark_read(account.id, notice_id=first.id, now=TEN)
        deliver()
    assert carrier.sent == []
    assert sorted(states()) == [("dropped", 0, "read"), ("dropped", 0, "stale")]


def test_a_muted_topic_stays_inside_and_ones_identity_is_never_muted(account: Account) -> None:
    with transaction():
        reaching.wish(account.id, ["changes", "reminders"], 0, 0, "zh")
    with opened(carrier := Recorded()):
        tell(account, "shift:1:moved")
        tell(account, "remind:day:1")
        tell(account, "rights:1:answered")
        deliver()
    assert len(carrier.sent) == 1
    assert len(db.session.scalars(select(Notice)).all()) == 3


def test_nothing_goes_to_an_address_that_was_not_proved(app: Flask) -> None:
    account = make_account()
    with transaction():
        reaching.ask_proof(account.id, ChannelKind.EMAIL, "wang@example.org", now=TEN)
    with opened(carrier := Recorded()):
        tell(account)
        deliver()
    assert (carrier.sent, states()) == ([], [])


def test_a_code_is_good_once_for_ten_minutes_and_five_tries(app: Flask) -> None:
    account, email = make_account(), ChannelKind.EMAIL

    def ask(now: datetime) -> str:
        with transaction():
            return reaching.ask_proof(account.id, email, "wang@example.org", now=now)

    def prove(code: str, now: datetime) -> bool:
        with transaction():
            return reaching.prove(account.id, email, code, now=now)

    code = ask(TEN)
    with pytest.raises(DomainError):
        ask(TEN + timedelta(seconds=30))
    assert not prove(code, TEN + timedelta(minutes=10))
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert [prove(wrong, TEN) for _ in range(5)] == [False] * 5
    assert not prove(code, TEN)
    code = ask(TEN + timedelta(minutes=2))
    assert prove(code, TEN + timedelta(minutes=3))
    assert not prove(code, TEN + timedelta(minutes=3))


def test_an_address_is_typed_proved_and_forgotten_on_the_page(client: FlaskClient) -> None:
    account = make_account()
    browser = sign_in(client, account)
    with opened(carrier := Recorded()):
        assert browser.post("/me/notice-wishes/email", data={"address": "no address"}).status_code == 422
        assert browser.post("/me/notice-wishes/email", data={"address": "wang@example.org"}).status_code == 303
        code = "".join(sign for sign in carrier.sent[0].text.split("，")[0] if sign.isdigit())
        assert browser.post("/me/notice-wishes/email/code", data={"code": "abc"}).status_code == 422
        assert browser.post("/me/notice-wishes/email/code", data={"code": code}).status_code == 303
        assert "已开通" in browser.get("/me/notice-wishes").text
        wishes = {"topics": ["reminders"], "quiet_from": "22:00", "quiet_until": "08:00"}
        assert browser.post("/me/notice-wishes", data=wishes).status_code == 303
        kept = reaching.wishes_of(account.id)
        assert (kept.muted, kept.quiet_from, kept.quiet_until) == (["changes", "searches", "record"], 1320, 480)
        assert browser.post("/me/notice-wishes/email/forget").status_code == 303
    db.session.rollback()
    assert reaching.list_points(account.id) == {}
