"""Two at once: one wins, the other is told; and what would happen without the guard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_account, make_staff
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.races import overlap
from tests.makers.requests import AFTER, COOLED, make_asked, make_correction, make_make_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.amendments import corrections, make_up_decisions, make_ups
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.make_up_queries import minutes_used
from volunteer_hub.amendments.models import MakeUp, TookPart
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger.models import HourPolicy, HoursEntry
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.service import THE_BEGINNING
from volunteer_hub.volunteers.models import Volunteer

SHORTER = Times(START, START + timedelta(minutes=90))


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def small_quota(door: Door) -> int:
    """The station's month holds one make-up of two hours and not two."""
    rules = Policy(make_up_quota_floor=200).as_rules()
    with transaction():
        db.session.add(
            HourPolicy(
                region_prefix="220403",
                version=1,
                effective_from=THE_BEGINNING,
                rules=rules,
                created_at=START,
                created_by="tests",
            )
        )
    ledger_queries.forget_policies()
    return 200


def _staff(door: Door, name: str) -> Actor:
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name=name)
    return Actor(account.id, name)


def _ask(door: Door, volunteer: Volunteer) -> Callable[[], MakeUp]:
    asked, actor, shift_id = make_asked(volunteer), door.actor, door.shift.id
    return lambda: make_ups.ask(actor, EVERYTHING, shift_id, asked, now=AFTER)


def _without_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_ups, "take_turn", lambda *_args: None)


def _approve(actor: Actor, make_up: MakeUp) -> Callable[[], object]:
    make_up_id = make_up.id
    return lambda: make_up_decisions.approve(actor, EVERYTHING, make_up_id, now=COOLED)


def test_two_requests_at_once_do_not_exceed_the_quota(app: Flask, door: Door, small_quota: int) -> None:
    """Red on PostgreSQL without the turn of `make_ups._hold_quota`, as the test below shows."""
    asks, station_id = [_ask(door, make_person()) for _ in range(2)], door.station.id
    assert overlap(app, *asks) == ["done", "quota"]
    assert minutes_used(station_id, "2026-03") == 120 <= small_quota


def test_without_the_turn_they_would(
    app: Flask, door: Door, small_quota: int, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control. SQLite has one writer at a time, with or without the turn."""
    _without_turns(monkeypatch)
    asks, station_id = [_ask(door, make_person()) for _ in range(2)], door.station.id
    told = overlap(app, *asks)
    assert told == (["done", "done"] if engine == "postgresql" else ["done", "quota"])
    assert (minutes_used(station_id, "2026-03") > small_quota) == (engine == "postgresql")


def test_many_small_requests_do_not_get_round_the_quota(door: Door, small_quota: int) -> None:
    for _ in range(6):
        make_make_up(door, make_person(), out_at=START + timedelta(minutes=30))
    with pytest.raises(make_ups.DomainError, match="quota"):
        make_make_up(door, make_person(), out_at=START + timedelta(minutes=30))


def test_what_was_rejected_or_withdrawn_is_free_again(door: Door, small_quota: int) -> None:
    make_up = make_make_up(door, make_person())
    with pytest.raises(make_ups.DomainError, match="quota"):
        make_make_up(door, make_person())
    with transaction():
        make_up_decisions.withdraw(door.actor, EVERYTHING, make_up.id, now=AFTER)
    make_make_up(door, make_person())


def test_a_station_that_scans_much_may_make_up_its_share(door: Door) -> None:
    """Ten percent of 7 200 minutes is more than the floor of 600."""
    policy = Policy()
    assert make_ups.making_up.quota(policy, 7200) == 720
    assert make_ups.making_up.quota(policy, 100) == 600
    assert make_ups.making_up.quota(policy, -60) == 600


def test_one_person_is_made_up_once_for_one_time(app: Flask, door: Door) -> None:
    """Red on PostgreSQL without `make_ups.own_turn`, as the test below shows."""
    volunteer = make_person()
    one, other = _ask(door, volunteer), _ask(door, volunteer)
    assert overlap(app, one, other) == ["done", "overlap"]


def test_without_the_turn_it_would_be_twice(
    app: Flask, door: Door, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    _without_turns(monkeypatch)
    volunteer = make_person()
    one, other = _ask(door, volunteer), _ask(door, volunteer)
    told = overlap(app, one, other)
    assert told == (["done", "done"] if engine == "postgresql" else ["done", "overlap"])


def test_of_two_who_approve_one_does(app: Flask, door: Door) -> None:
    make_up = make_make_up(door, make_person())
    one, other = _approve(_staff(door, "赵副站长"), make_up), _approve(_staff(door, "钱副站长"), make_up)
    assert overlap(app, one, other) == ["done", "already_decided"]
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 1


def _reject_and_approve(door: Door) -> tuple[Callable[[], object], Callable[[], object]]:
    make_up = make_make_up(door, make_person())
    make_up_id, one = make_up.id, _staff(door, "赵副站长")

    def reject() -> None:
        make_up_decisions.reject(one, EVERYTHING, make_up_id, reason="照片看不清", now=COOLED)

    return reject, _approve(_staff(door, "钱副站长"), make_up)


def test_of_one_who_rejects_and_one_who_approves_one_wins(app: Flask, door: Door) -> None:
    """Red on PostgreSQL without the compare-and-set of `_settle`, as the test below shows."""
    assert overlap(app, *_reject_and_approve(door)) == ["done", "already_decided"]
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0


def test_without_the_compare_and_set_a_rejected_one_would_count(
    app: Flask, door: Door, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: whatever the UPDATE hit, it is taken for done."""
    real = make_up_decisions._one
    monkeypatch.setattr(make_up_decisions, "_one", lambda statement: real(statement) or True)
    told = overlap(app, *_reject_and_approve(door))
    assert told == (["done", "done"] if engine == "postgresql" else ["done", "already_decided"])
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == (engine == "postgresql")


def test_a_no_said_while_somebody_approves_holds(app: Flask, door: Door) -> None:
    """Red on PostgreSQL if the compare-and-set does not ask for the person's word: the approver read none."""
    volunteer = make_person()
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    make_up = make_make_up(door, volunteer)
    make_up_id, own, approve = (
        make_up.id,
        Actor(account.id, volunteer.name),
        _approve(_staff(door, "赵副站长"), make_up),
    )

    def say_no() -> None:
        make_up_decisions.answer(own, make_up_id, TookPart.NO, now=COOLED)

    told = overlap(app, say_no, approve)
    assert told[0] == "done"
    assert told[1] in ("already_decided", "contested")
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0


def _session(door: Door) -> int:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    return db.session.scalars(select(ServiceSession.id)).one()


def test_of_two_who_approve_a_correction_one_does(app: Flask, door: Door) -> None:
    correction_id = make_correction(door, _session(door), SHORTER).id
    one, other = _staff(door, "赵副站长"), _staff(door, "钱副站长")

    def approve(actor: Actor) -> Callable[[], object]:
        return lambda: corrections.approve(actor, EVERYTHING, correction_id, now=COOLED)

    assert overlap(app, approve(one), approve(other)) == ["done", "already_decided"]
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == 90


def test_hours_that_change_while_a_correction_is_approved_make_it_stale(app: Flask, door: Door) -> None:
    """Red on PostgreSQL without the row's lock in `corrections.approve`: both would reverse the same entry."""
    session_id = _session(door)
    correction_id = make_correction(door, session_id, SHORTER).id
    first, other = door.actor, _staff(door, "赵副站长")

    def take_back() -> None:
        session = db.session.get_one(ServiceSession, session_id)
        crediting.take_back(first, session, reason="另有更正", now=COOLED)

    def approve() -> None:
        corrections.approve(other, EVERYTHING, correction_id, now=COOLED)

    assert overlap(app, take_back, approve) == ["done", "stale"]
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == 0
