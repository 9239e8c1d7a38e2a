"""What becomes of a make-up: the person's word, the second person, the level above, and a scan that comes late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, make_staff
from tests.makers.checkin import DISTRICT, START, Door, make_door, make_person, make_signed_up
from tests.makers.ledger import make_entry
from tests.makers.requests import AFTER, COOLED, approve_make_up, make_asked, make_make_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.amendments import make_up_decisions, make_up_jobs, make_ups
from volunteer_hub.amendments.models import EvidencePicture, MakeUp, RequestState, TookPart
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

HALF = START + timedelta(hours=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def second(door: Door) -> Actor:
    """Another manager of the station."""
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    return Actor(account.id, account.display_name)


def _with_account(volunteer: Volunteer) -> Volunteer:
    account = make_account(volunteer.name, password="a long enough password")
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return volunteer


def test_nothing_counts_before_the_cool_down_ends(door: Door, second: Actor) -> None:
    make_up = make_make_up(door, make_person())
    with pytest.raises(DomainError, match="cooling_down"):
        approve_make_up(second, make_up, now=COOLED - timedelta(seconds=1))
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0
    assert approve_make_up(second, make_up, now=COOLED) == 120


def test_the_database_itself_refuses_an_early_approval(door: Door, second: Actor) -> None:
    make_up = make_make_up(door, make_person())
    early = {"state": RequestState.APPROVED, "decided_by": second.account_id, "decided_at": AFTER}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(MakeUp).where(MakeUp.id == make_up.id).values(**early))


def test_the_person_is_told_at_once_and_asked(door: Door) -> None:
    volunteer = _with_account(make_person())
    make_up = make_make_up(door, volunteer)
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.account_id, notice.link) == (volunteer.account_id, f"/my/make-ups/{make_up.id}")
    assert notice.params["activity"] == "街道清洁日"
    assert make_up.asked_at == AFTER


def test_where_nobody_could_be_asked_the_file_says_so(door: Door) -> None:
    assert make_make_up(door, make_person()).asked_at is None


def test_a_no_can_only_be_rejected_and_reaches_the_office(door: Door, second: Actor) -> None:
    office = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    stranger = make_staff(Role.OFFICE, ScopeKind.REGION, "110101000000")
    volunteer = _with_account(make_person())
    make_up = make_make_up(door, volunteer)
    own = Actor(volunteer.account_id, volunteer.name)
    with transaction():
        make_up_decisions.answer(own, make_up.id, TookPart.NO, now=AFTER)
    told = set(db.session.scalars(select(Notice.account_id).where(Notice.key.endswith("contested"))))
    assert told == {office.id, door.operator.id}
    assert stranger.id not in told
    with pytest.raises(DomainError, match="contested"):
        approve_make_up(second, make_up)
    with transaction():
        make_up_decisions.reject(second, EVERYTHING, make_up.id, reason="本人未到场", now=COOLED)
    assert db.session.get_one(MakeUp, make_up.id).state is RequestState.REJECTED


def test_a_no_is_final_and_a_yes_may_still_become_one(door: Door) -> None:
    volunteer = _with_account(make_person())
    make_up = make_make_up(door, volunteer)
    own = Actor(volunteer.account_id, volunteer.name)
    for said in (TookPart.YES, TookPart.NO):
        with transaction():
            make_up_decisions.answer(own, make_up.id, said, now=AFTER)
    with pytest.raises(DomainError, match="already_decided"), transaction():
        make_up_decisions.answer(own, make_up.id, TookPart.YES, now=AFTER)
    assert db.session.get_one(MakeUp, make_up.id).took_part is TookPart.NO


def test_nobody_answers_for_another(door: Door, second: Actor) -> None:
    make_up = make_make_up(door, _with_account(make_person()))
    with pytest.raises(NotFound), transaction():
        make_up_decisions.answer(second, make_up.id, TookPart.YES, now=AFTER)


def test_ten_working_days_later_a_division_must_approve(door: Door, second: Actor) -> None:
    """2026-03-05 was a Thursday; the tenth working day after it is the 19th."""
    office = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    above = Scope(regions=("220403",))
    here = Scope(stations=(door.station.path,))
    in_time = make_make_up(door, make_person(), now=datetime(2026, 3, 19, 9, tzinfo=UTC))
    late = make_make_up(door, make_person(), now=datetime(2026, 3, 20, 9, tzinfo=UTC))
    assert (in_time.is_late, late.is_late) == (False, True)
    cooled = datetime(2026, 3, 22, 9, tzinfo=UTC)
    assert approve_make_up(second, in_time, scope=here, now=cooled) == 120
    with pytest.raises(Denied, match="needs_level"):
        approve_make_up(second, late, scope=here, now=cooled)
    assert approve_make_up(Actor(office.id, "文明办"), late, scope=above, now=cooled) == 120


def test_the_days_cap_holds_and_is_said(door: Door, second: Actor) -> None:
    volunteer = make_person()
    day = START.date()
    make_entry(volunteer.id, 660, service_on=day, region_code=DISTRICT)
    make_up = make_make_up(door, volunteer)
    assert approve_make_up(second, make_up) == 60
    full = make_person()
    make_entry(full.id, 720, service_on=day, region_code=DISTRICT)
    with pytest.raises(DomainError, match="day_cap"):
        make_make_up(door, full)


def test_rejected_with_a_reason_that_reaches_both(door: Door, second: Actor) -> None:
    volunteer = _with_account(make_person())
    make_up = make_make_up(door, volunteer)
    with pytest.raises(DomainError, match="reason_missing"), transaction():
        make_up_decisions.reject(second, EVERYTHING, make_up.id, reason=" ", now=COOLED)
    with transaction():
        make_up_decisions.reject(second, EVERYTHING, make_up.id, reason="照片看不清", now=AFTER)
    notices = db.session.scalars(select(Notice).where(Notice.key.contains("rejected"))).all()
    assert {notice.account_id for notice in notices} == {volunteer.account_id, door.operator.id}
    assert all(notice.params["reason"] == "照片看不清" for notice in notices)
    with pytest.raises(DomainError, match="already_decided"):
        approve_make_up(second, make_up)


def test_only_the_requester_withdraws_and_only_while_it_waits(door: Door, second: Actor) -> None:
    make_up = make_make_up(door, make_person())
    with pytest.raises(NotFound), transaction():
        make_up_decisions.withdraw(second, EVERYTHING, make_up.id, now=AFTER)
    with transaction():
        make_up_decisions.withdraw(door.actor, EVERYTHING, make_up.id, now=AFTER)
    with pytest.raises(DomainError, match="already_decided"):
        approve_make_up(second, make_up)
    with pytest.raises(DomainError, match="already_decided"), transaction():
        make_up_decisions.withdraw(door.actor, EVERYTHING, make_up.id, now=AFTER)


@pytest.mark.parametrize(
    "change", [{"reason": "另一个理由"}, {"in_at": HALF}, {"evidence_id": 99}, {"is_late": True}]
)
def test_nothing_is_edited_after_the_request(door: Door, change: dict[str, object]) -> None:
    make_up = make_make_up(door, make_person())
    with pytest.raises(IntegrityError, match="not edited"), transaction():
        db.session.execute(update(MakeUp).where(MakeUp.id == make_up.id).values(**change))


def test_the_evidence_is_kept_as_it_was(door: Door) -> None:
    make_make_up(door, make_person())
    for statement in (update(EvidencePicture).values(width=1), delete(EvidencePicture)):
        with pytest.raises(IntegrityError, match="append-only"), transaction():
            db.session.execute(statement)


def test_outside_the_scope_there_is_no_shift_and_no_case(door: Door, second: Actor) -> None:
    elsewhere = Scope(stations=("/999/",))
    with pytest.raises(NotFound), transaction():
        make_ups.ask(door.actor, elsewhere, door.shift.id, make_asked(make_person()), now=AFTER)
    make_up = make_make_up(door, make_person())
    with pytest.raises(NotFound):
        approve_make_up(second, make_up, scope=elsewhere)


def test_every_step_is_in_the_trail(door: Door, second: Actor) -> None:
    make_up = make_make_up(door, make_person())
    approve_make_up(second, make_up)
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.object_type == "make_up").order_by(AuditEntry.id))
    assert [(row.action, row.actor_account_id) for row in rows] == [
        ("reviews.ask_make_up", door.operator.id),
        ("reviews.approve_make_up", second.account_id),
    ]


def test_a_scan_that_comes_in_late_overtakes_it_once(door: Door, second: Actor) -> None:
    """The scanned stay stands, the entered one is reversed, and a second run finds nothing to do."""
    volunteer = _with_account(make_signed_up(door))
    make_up = make_make_up(door, volunteer)
    approve_make_up(second, make_up)
    door.come(volunteer, START)
    door.go(volunteer, HALF)
    with time_machine.travel(COOLED, tick=False):
        make_up_jobs.take_back_overtaken()
        make_up_jobs.take_back_overtaken()
    by_class = dict(
        db.session.execute(
            select(HoursEntry.hours_class, func.sum(HoursEntry.minutes)).group_by(HoursEntry.hours_class)
        ).all()
    )
    assert by_class == {HoursClass.A: 60, HoursClass.C: 0}
    assert db.session.get_one(MakeUp, make_up.id).minutes == 0
    told = db.session.scalars(select(Notice.account_id).where(Notice.key.contains("overtaken"))).all()
    assert set(told) == {volunteer.account_id, door.operator.id, second.account_id}
