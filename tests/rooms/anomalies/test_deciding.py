"""What people do with a flag: take it up, answer, decide; and what nobody can do, by whatever way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account
from tests.makers.anomalies import give_account, make_flag, make_officer
from tests.makers.checkin import DISTRICT, START, Door, make_door, make_person
from tests.makers.races import overlap
from tests.makers.teams import make_membership, make_team
from volunteer_hub.accounts.models import Account
from volunteer_hub.anomalies import queries, service
from volunteer_hub.anomalies.models import AnomalyFlag, AnomalyParty, FlagState
from volunteer_hub.anomalies.rows import SubjectKind, subject
from volunteer_hub.anomalies.thresholds import ANSWER_HOURS
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.notices.models import Notice

HOUR = timedelta(hours=1)
HERE = Scope(regions=(DISTRICT[:6],))


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def officer(door: Door) -> Actor:
    return acting(make_officer())


@pytest.fixture
def flag(door: Door) -> AnomalyFlag:
    return make_flag(door.station, concerned=[subject(SubjectKind.ACCOUNT, door.operator.id)])


def acting(account: Account) -> Actor:
    return Actor(account.id, account.display_name)


def fresh(flag: AnomalyFlag) -> AnomalyFlag:
    return queries.get_flag(EVERYTHING, flag.id).flag


def take_up(actor: Actor, flag: AnomalyFlag, scope: Scope = HERE) -> None:
    with transaction():
        service.take_up(actor, fresh(flag), scope, now=START + HOUR)


def decide(
    actor: Actor, flag: AnomalyFlag, state: FlagState = FlagState.EXPLAINED, *, scope: Scope = HERE,
    reason: str = "问过站长，看了登记表", hours: int = 2,
) -> None:  # fmt: skip
    with transaction():
        service.decide(actor, fresh(flag), scope, state, reason=reason, now=START + hours * HOUR)


def answer(actor: Actor, flag: AnomalyFlag, said: str = "那天是集体活动，我拿着大家的卡一起扫的。") -> None:
    with transaction():
        service.answer(actor, flag.id, said, now=START + HOUR)


def notices_of(account_id: int | None) -> list[str]:
    keys = db.session.scalars(select(Notice.key).where(Notice.account_id == account_id).order_by(Notice.id))
    return [key for key in keys if key.startswith("anomaly:")]


def test_a_flag_is_taken_up_answered_and_explained_and_everybody_is_told(
    door: Door, officer: Actor, flag: AnomalyFlag
) -> None:
    take_up(officer, flag)
    answer(door.actor, flag)
    decide(officer, flag)
    file = queries.get_flag(HERE, flag.id)
    assert (file.flag.state, file.flag.decision_reason) == (FlagState.EXPLAINED, "问过站长，看了登记表")
    assert [party.said for party, _ in file.parties] == ["那天是集体活动，我拿着大家的卡一起扫的。"]
    assert notices_of(door.operator.id) == [f"anomaly:{flag.id}", f"anomaly:{flag.id}:decided"]
    assert notices_of(officer.account_id) == [f"anomaly:{flag.id}:answered:{door.operator.id}"]
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("anomalies.")))
    assert sorted(acts) == ["anomalies.answer", "anomalies.explained", "anomalies.take_up"]


def test_whom_it_concerns_neither_takes_it_up_nor_decides(door: Door, officer: Actor) -> None:
    flag = make_flag(door.station, concerned=[subject(SubjectKind.ACCOUNT, officer.account_id or 0)])
    with pytest.raises(Denied, match="concerned"):
        take_up(officer, flag)
    take_up(acting(make_officer("吴科员")), flag)
    with pytest.raises(Denied, match="concerned"):
        decide(officer, flag)


def test_the_database_too_refuses_a_decision_by_whom_it_concerns(
    door: Door, officer: Actor, flag: AnomalyFlag
) -> None:
    take_up(officer, flag)
    words = text(
        "UPDATE anomaly_flags SET state = 'explained', decided_at = taken_at, decided_by = :who,"
        " decision_reason = 'x'"
    )
    with pytest.raises(IntegrityError, match="does not decide"), transaction():
        db.session.execute(words, {"who": door.operator.id})


def test_who_only_looks_does_not_decide(officer: Actor, flag: AnomalyFlag) -> None:
    """The auditor holds no scope of decisions, another district's office another's."""
    for scope in (NOTHING, Scope(regions=("110101",)), Scope(stations=("/1/",))):
        with pytest.raises(Denied, match="only_looks"):
            take_up(officer, flag, scope)


def test_nothing_is_decided_before_somebody_has_taken_it_up(officer: Actor, flag: AnomalyFlag) -> None:
    with pytest.raises(DomainError, match="not_looked_at"):
        decide(officer, flag)


def test_a_decision_needs_a_reason_and_is_made_once(officer: Actor, flag: AnomalyFlag) -> None:
    take_up(officer, flag)
    with pytest.raises(DomainError, match="reason_missing"):
        decide(officer, flag, reason="  ")
    with pytest.raises(DomainError, match="not_a_decision"):
        decide(officer, flag, FlagState.OPEN)
    decide(officer, flag)
    with pytest.raises(DomainError, match="not_looked_at"):
        decide(officer, flag)
    with pytest.raises(DomainError, match="already_taken"):
        take_up(officer, flag)


def test_it_is_confirmed_only_after_an_answer_or_the_time_for_one(
    door: Door, officer: Actor, flag: AnomalyFlag
) -> None:
    take_up(officer, flag)
    with pytest.raises(DomainError, match="answer_awaited"):
        decide(officer, flag, FlagState.CONFIRMED, hours=ANSWER_HOURS - 1)
    answer(door.actor, flag)
    decide(officer, flag, FlagState.CONFIRMED, hours=2)
    assert fresh(flag).state is FlagState.CONFIRMED


def test_whoever_stays_silent_is_waited_for_three_days_and_no_longer(officer: Actor, flag: AnomalyFlag) -> None:
    take_up(officer, flag)
    decide(officer, flag, FlagState.CONFIRMED, hours=ANSWER_HOURS)
    assert fresh(flag).state is FlagState.CONFIRMED


def test_one_answers_once_before_the_decision_and_only_what_concerns_oneself(
    door: Door, officer: Actor, flag: AnomalyFlag
) -> None:
    with pytest.raises(NotFound):
        answer(officer, flag)
    with pytest.raises(DomainError, match="said_missing"):
        answer(door.actor, flag, "   ")
    answer(door.actor, flag)
    with pytest.raises(DomainError, match="answered_before"):
        answer(door.actor, flag, "再说一次")
    late = make_flag(door.station, concerned=[subject(SubjectKind.ACCOUNT, door.operator.id)])
    take_up(officer, late)
    decide(officer, late)
    with pytest.raises(DomainError, match="decided_before"):
        answer(door.actor, late)


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE anomaly_flags SET rule = 'travel'",
        "UPDATE anomaly_flags SET from_on = '2020-01-01'",
        "DELETE FROM anomaly_flags",
        "DELETE FROM anomaly_parties",
        "UPDATE anomaly_parties SET said = 'x', said_at = told_at",
    ],
)
def test_what_was_seen_and_said_is_kept_as_it_was(door: Door, officer: Actor, flag: AnomalyFlag, words: str) -> None:
    answer(door.actor, flag)
    with pytest.raises(IntegrityError, match=r"kept as they were|given once"), transaction():
        db.session.execute(text(words))


def test_a_decision_and_an_answer_in_the_same_moment_wait_for_each_other(
    app: Flask, door: Door, officer: Actor, flag: AnomalyFlag
) -> None:
    """Red without the turn in `answer`: the answer would be stored after the decision, or fail in the trigger."""
    take_up(officer, flag)
    operator, flag_id = door.actor, flag.id

    def decide_it() -> None:
        found = queries.get_flag(EVERYTHING, flag_id).flag
        service.decide(officer, found, HERE, FlagState.EXPLAINED, reason="看过了", now=START + 2 * HOUR)

    def say_it() -> None:
        service.answer(operator, flag_id, "我来说明", now=START + 2 * HOUR)

    assert overlap(app, decide_it, say_it) == ["done", "decided_before"]


def test_the_accounts_behind_person_team_and_station_are_told(door: Door) -> None:
    team = make_team(DISTRICT)
    leader, member = make_person(), make_person()
    accounts = [give_account(leader), give_account(member)]
    make_membership(team, leader, leader=True)
    make_membership(team, member)
    nobody = make_account("无关的人")
    flag = make_flag(
        door.station,
        concerned=[
            subject(SubjectKind.TEAM, team.id),
            subject(SubjectKind.STATION, door.station.id),
            subject(SubjectKind.VOLUNTEER, make_person().id),
        ],
    )
    told = set(db.session.scalars(select(AnomalyParty.account_id).where(AnomalyParty.flag_id == flag.id)))
    assert told == {accounts[0].id, door.operator.id}
    assert nobody.id not in told


def test_an_account_that_cannot_sign_in_is_not_waited_for(door: Door, officer: Actor) -> None:
    with transaction():
        db.session.get_one(Account, door.operator.id).disabled_at = START
    flag = make_flag(door.station, concerned=[subject(SubjectKind.ACCOUNT, door.operator.id)])
    take_up(officer, flag)
    decide(officer, flag, FlagState.CONFIRMED, hours=2)
    assert db.session.scalar(select(func.count()).select_from(AnomalyParty)) == 0
