"""A correction changes nothing until a second person decides; then it reverses, enters anew, and tells the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, make_staff
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from tests.makers.requests import AFTER, COOLED, approve_make_up, make_correction, make_make_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.amendments import correction_queries, corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import EntryKind, HoursBalance, HoursClass, HoursEntry
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

HALF = START + timedelta(hours=1)
SHORTER = Times(START, START + timedelta(minutes=90))


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def second(door: Door) -> Actor:
    """Another manager of the station."""
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    return Actor(account.id, account.display_name)


def _served(door: Door, *, until: int = 120) -> ServiceSession:
    """Return the credited session of somebody with an account, who left so many minutes after the start."""
    volunteer = make_signed_up(door)
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    door.come(volunteer, START)
    door.go(volunteer, START + timedelta(minutes=until))
    return db.session.scalars(select(ServiceSession).where(ServiceSession.volunteer_id == volunteer.id)).one()


def _approve(actor: Actor, correction: Correction, scope: Scope = EVERYTHING) -> int:
    with transaction():
        return corrections.approve(actor, scope, correction.id, now=COOLED)


def _ledger() -> list[tuple[EntryKind, int, HoursClass, str]]:
    rows = db.session.execute(
        select(HoursEntry.kind, HoursEntry.minutes, HoursEntry.hours_class, HoursEntry.source).order_by(HoursEntry.id)
    )
    return [tuple(row) for row in rows]


def test_proposed_it_changes_nothing(door: Door) -> None:
    session = _served(door)
    before = _ledger()
    correction = make_correction(door, session.id, SHORTER)
    assert (correction.old_minutes, correction.new_minutes, correction.state) == (120, None, RequestState.PENDING)
    assert _ledger() == before
    assert session.out_at == END


def test_approved_it_reverses_and_enters_anew_as_half_timed(door: Door, second: Actor) -> None:
    session = _served(door)
    correction = make_correction(door, session.id, SHORTER)
    assert _approve(second, correction) == 90
    first = db.session.scalars(select(HoursEntry.id).order_by(HoursEntry.id)).first()
    assert _ledger() == [
        (EntryKind.CREDIT, 120, HoursClass.A, f"session:{session.id}"),
        (EntryKind.REVERSAL, -120, HoursClass.A, f"reversal:{first}"),
        (EntryKind.CREDIT, 90, HoursClass.B, f"session:{session.id}:2"),
    ]
    entry = db.session.scalars(select(HoursEntry).order_by(HoursEntry.id.desc())).first()
    assert entry is not None
    assert (entry.recorded_by, entry.approved_by) == (door.operator.id, second.account_id)
    assert (session.out_at, session.closed_by, session.credited_minutes) == (SHORTER.out_at, CloseKind.LEADER, 90)
    assert (correction.new_minutes, correction.decided_by) == (90, second.account_id)
    assert db.session.get_one(HoursBalance, session.volunteer_id).minutes == 90


def test_who_left_unscanned_is_given_the_rest_of_the_plan(door: Door, second: Actor) -> None:
    session = _served(door, until=60)
    correction = make_correction(door, session.id, Times(START, END))
    assert _approve(second, correction) == 120


def test_not_served_is_a_reversal_and_nothing_more(door: Door, second: Actor) -> None:
    session = _served(door)
    assert _approve(second, make_correction(door, session.id, None)) == 0
    assert [row[:2] for row in _ledger()] == [(EntryKind.CREDIT, 120), (EntryKind.REVERSAL, -120)]
    assert (session.is_credited, session.credited_minutes, session.closed_by) == (False, 0, CloseKind.LEADER)
    assert db.session.get_one(HoursBalance, session.volunteer_id).minutes == 0


def test_a_make_up_stays_class_c_with_two_names_and_only_shrinks(door: Door, second: Actor) -> None:
    volunteer = make_signed_up(door)
    make_up = make_make_up(door, volunteer, out_at=START + timedelta(minutes=100))
    approve_make_up(second, make_up)

    def propose(new: Times | None) -> Correction:
        with transaction():
            subject = correction_queries.get_make_up_subject(EVERYTHING, make_up.id)
            return corrections.propose(door.actor, subject, new, reason="提前离开", now=COOLED)

    with pytest.raises(DomainError, match="beyond_evidence"):
        propose(Times(START, END))
    assert _approve(second, propose(Times(START, HALF))) == 60
    assert [row[1:] for row in _ledger()][-1] == (60, HoursClass.C, f"make-up:{make_up.id}:2")
    entry = db.session.scalars(select(HoursEntry).order_by(HoursEntry.id.desc())).first()
    assert entry is not None
    assert {entry.recorded_by, entry.approved_by} == {door.operator.id, second.account_id}
    assert db.session.get_one(MakeUp, make_up.id).minutes == 60
    assert _approve(second, propose(None)) == 0
    assert db.session.get_one(HoursBalance, volunteer.id).minutes == 0
    with pytest.raises(DomainError, match="nothing_credited"):
        propose(None)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (Times(START - timedelta(minutes=1), END), "beyond_evidence"),
        (Times(START, END + timedelta(minutes=31)), "beyond_evidence"),
        (Times(END, START), "backwards"),
        (Times(START, HALF), "nothing_changes"),
        (Times(START, START + timedelta(minutes=3)), "too_short"),
    ],
)
def test_times_without_ground_are_refused(door: Door, new: Times, code: str) -> None:
    session = _served(door, until=60)
    with pytest.raises(DomainError, match=code):
        make_correction(door, session.id, new)


def test_beyond_the_scans_only_the_plan_and_its_tolerance_carry_more(door: Door, second: Actor) -> None:
    session = _served(door, until=60)
    assert _approve(second, make_correction(door, session.id, Times(START, END + timedelta(minutes=30)))) == 150


def test_a_longer_stay_does_not_run_into_another(door: Door, second: Actor) -> None:
    volunteer = make_signed_up(door)
    for begin, end in ((0, 30), (60, 120)):
        door.come(volunteer, START + timedelta(minutes=begin))
        door.go(volunteer, START + timedelta(minutes=end))
    first = db.session.scalars(select(ServiceSession).order_by(ServiceSession.in_at)).first()
    assert first is not None
    with pytest.raises(DomainError, match="overlap"):
        make_correction(door, first.id, Times(START, START + timedelta(minutes=61)))
    assert _approve(second, make_correction(door, first.id, Times(START, HALF))) == 60


def test_a_longer_stay_does_not_run_into_a_make_up(door: Door, second: Actor) -> None:
    session = _served(door, until=30)
    volunteer = db.session.get_one(Volunteer, session.volunteer_id)
    approve_make_up(second, make_make_up(door, volunteer, in_at=HALF))
    with pytest.raises(DomainError, match="overlap"):
        make_correction(door, session.id, Times(START, END))


def test_a_proposal_is_stale_once_the_hours_have_changed(door: Door, second: Actor) -> None:
    session = _served(door)
    correction = make_correction(door, session.id, SHORTER)
    with transaction():
        crediting.take_back(second, session, reason="另有更正", now=AFTER)
    with pytest.raises(DomainError, match="stale"):
        _approve(second, correction)
    assert db.session.get_one(Correction, correction.id).state is RequestState.PENDING
    with transaction():
        corrections.reject(second, EVERYTHING, correction.id, reason="已变化", now=COOLED)


def test_one_proposal_at_a_time(door: Door, second: Actor) -> None:
    session = _served(door)
    correction = make_correction(door, session.id, SHORTER)
    with pytest.raises(DomainError, match="already_proposed"):
        make_correction(door, session.id, None, actor=second)
    with transaction():
        corrections.withdraw(door.actor, EVERYTHING, correction.id, now=AFTER)
    make_correction(door, session.id, None, actor=second)


def test_the_database_keeps_one_pending_proposal(door: Door) -> None:
    session = _served(door)
    correction = make_correction(door, session.id, SHORTER)
    copy = {
        column.name: getattr(correction, column.name)
        for column in Correction.__table__.columns
        if column.name != "id"
    }
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Correction(**copy))


def test_the_person_and_the_proposer_hear_of_it(door: Door, second: Actor) -> None:
    session = _served(door)
    _approve(second, make_correction(door, session.id, SHORTER))
    notices = db.session.scalars(select(Notice).where(Notice.key.startswith("correction:"))).all()
    own = db.session.get_one(Volunteer, session.volunteer_id).account_id
    assert {notice.account_id for notice in notices} == {own, door.operator.id}
    assert (notices[0].params["old"], notices[0].params["new"]) == ("2.00", "1.50")


def test_a_failed_approval_leaves_no_half_and_can_be_repeated(
    door: Door, second: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away after the reversal, before the new entry."""
    session = _served(door)
    correction = make_correction(door, session.id, SHORTER)
    before = _ledger()
    real = ledger.credit

    def fail(*_args: object, **_kwargs: object) -> int:
        raise ConnectionError("gone")

    monkeypatch.setattr(ledger, "credit", fail)
    with pytest.raises(ConnectionError):
        _approve(second, correction)
    assert _ledger() == before
    assert db.session.get_one(Correction, correction.id).state is RequestState.PENDING
    assert db.session.get_one(ServiceSession, session.id).is_credited
    monkeypatch.setattr(ledger, "credit", real)
    assert _approve(second, correction) == 90


def test_outside_the_scope_there_is_nothing_to_correct(door: Door, second: Actor) -> None:
    session = _served(door)
    elsewhere = Scope(stations=("/999/",))
    with pytest.raises(NotFound):
        correction_queries.get_session_subject(elsewhere, session.id)
    with pytest.raises(NotFound):
        _approve(second, make_correction(door, session.id, SHORTER), elsewhere)


def test_old_and_new_are_in_the_trail(door: Door, second: Actor) -> None:
    session = _served(door)
    _approve(second, make_correction(door, session.id, SHORTER))
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reviews.approve_correction")).one()
    assert (row.details["old"][2], row.details["new"][2]) == (120, 90)
    assert (row.actor_account_id, row.reason) == (second.account_id, "值守人员记错了时间")
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "ledger.reverse")) == 1
