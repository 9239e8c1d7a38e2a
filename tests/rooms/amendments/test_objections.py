"""A volunteer objects to the own record: the right people hear of it, the clock runs, the answer is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_signed_up
from tests.makers.ledger import make_entry, make_reversal
from tests.makers.objections import ASKED, fresh_objection, make_objection
from tests.makers.requests import make_correction
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.amendments import corrections, objections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.objection_jobs import escalate_overdue
from volunteer_hub.amendments.objection_models import Objection, ObjectionState
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.amendments.working_days import last_in_time
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

LONGER = Times(START, END + timedelta(minutes=25))


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def second(door: Door) -> Actor:
    """Another manager of the station, who had no part in the hours."""
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    return Actor(account.id, account.display_name)


@pytest.fixture
def office(door: Door) -> Actor:
    account = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT, name="文明办")
    return Actor(account.id, account.display_name)


def signed_up(door: Door) -> Volunteer:
    """Return somebody with an account who had a place at the shift."""
    volunteer = make_signed_up(door)
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return db.session.get_one(Volunteer, volunteer.id, populate_existing=True)


def served(door: Door) -> tuple[Volunteer, ServiceSession]:
    """Return somebody with an account, and the credited stay of two hours."""
    volunteer = signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    session = db.session.scalars(select(ServiceSession).where(ServiceSession.volunteer_id == volunteer.id)).one()
    return volunteer, session


def told(account_id: int | None) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Notice.key).where(Notice.account_id == account_id).order_by(Notice.id)))


def test_an_objection_reaches_the_station_with_ten_working_days_to_answer(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    assert made.due_on == date(2026, 3, 19)
    assert (made.station_id, made.served_on) == (door.station.id, date(2026, 3, 5))
    assert told(second.account_id) == [f"objection:{made.id}:asked"]


def test_where_the_only_manager_recorded_the_hours_the_office_hears_of_it_at_once(door: Door, office: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    assert told(office.account_id) == [f"objection:{made.id}:asked"]
    assert told(door.operator.id) == [f"objection:{made.id}:asked"]


def test_holidays_do_not_count_towards_the_ten_days() -> None:
    """The National Day of 2025: 1 to 8 October off, 28 September and 11 October worked."""
    assert last_in_time(date(2025, 9, 26)) == date(2025, 10, 16)
    assert last_in_time(date(2026, 3, 5)) == date(2026, 3, 19)


def test_nobody_objects_to_anothers_record(door: Door) -> None:
    _, session = served(door)
    stranger = signed_up(door)
    with pytest.raises(NotFound):
        make_objection(stranger, Subject(session_id=session.id))


def test_the_same_record_is_objected_to_once_at_a_time(door: Door) -> None:
    volunteer, session = served(door)
    make_objection(volunteer, Subject(session_id=session.id))
    with pytest.raises(DomainError) as refused:
        make_objection(volunteer, Subject(session_id=session.id))
    assert refused.value.code == "already_asked"


def test_an_objection_without_a_reason_is_refused(door: Door) -> None:
    volunteer, session = served(door)
    with pytest.raises(DomainError) as refused:
        make_objection(volunteer, Subject(session_id=session.id), reason="  ")
    assert refused.value.field == "reason"


def test_who_recorded_the_hours_does_not_say_alone_that_they_are_right(door: Door) -> None:
    """Goes red when the look at `list_involved` is taken out of `objections.keep`."""
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with pytest.raises(Denied) as refused, transaction():
        objections.keep(door.actor, EVERYTHING, made.id, answer="没有错", now=ASKED)
    assert refused.value.code == "recorded_it"
    assert fresh_objection(made).state is ObjectionState.ASKED


def test_another_keeps_the_record_for_a_reason_that_reaches_the_person(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with transaction():
        objections.keep(second, EVERYTHING, made.id, answer="监控显示 11 点离开", now=ASKED + timedelta(hours=1))
    kept = fresh_objection(made)
    assert (kept.state, kept.answer, kept.decided_by) == (
        ObjectionState.KEPT,
        "监控显示 11 点离开",
        second.account_id,
    )
    assert f"objection:{made.id}:kept" in told(volunteer.account_id)


def test_of_two_answers_the_first_holds(door: Door, second: Actor, office: Actor) -> None:
    """Goes red when `settle` no longer asks for one that still waits."""
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with transaction():
        objections.keep(second, EVERYTHING, made.id, answer="没有错", now=ASKED)
    with pytest.raises(DomainError) as refused, transaction():
        objections.keep(office, EVERYTHING, made.id, answer="我看也是", now=ASKED)
    assert refused.value.code == "already_decided"
    assert fresh_objection(made).answer == "没有错"


def test_hours_from_elsewhere_are_the_offices_to_answer_and_amended_by_a_reversal(
    door: Door, second: Actor, office: Actor
) -> None:
    volunteer = signed_up(door)
    entry = make_entry(volunteer.id, 300, hours_class=HoursClass.D, service_on=date(2026, 1, 5), region_code=DISTRICT)
    made = make_objection(volunteer, Subject(entry_id=entry), reason="这天我没有去")
    assert (made.station_id, told(second.account_id)) == (None, [])
    assert told(office.account_id) == [f"objection:{made.id}:asked"]
    make_entry(volunteer.id, 60, service_on=date(2026, 3, 4), recorded_at=ASKED, region_code=DISTRICT)
    with pytest.raises(DomainError) as refused, transaction():
        objections.amend(office, EVERYTHING, made.id, answer="已冲正", now=ASKED)
    assert refused.value.code == "nothing_changed"
    make_reversal(entry, at=ASKED)
    with transaction():
        objections.amend(office, EVERYTHING, made.id, answer="已冲正", now=ASKED)
    assert fresh_objection(made).state is ObjectionState.AMENDED


def test_nobody_answers_the_own_objection(door: Door) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with pytest.raises(Denied), transaction():
        objections.keep(Actor(volunteer.account_id, "本人"), EVERYTHING, made.id, answer="对", now=ASKED)


def test_an_approved_correction_ends_the_objection_as_amended(door: Door, second: Actor) -> None:
    """Goes red when `amended_by` is taken out of `corrections.approve`."""
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    correction = make_correction(door, session.id, LONGER, now=ASKED + timedelta(hours=1))
    with transaction():
        corrections.approve(second, EVERYTHING, correction.id, now=ASKED + timedelta(hours=2))
    amended = fresh_objection(made)
    assert (amended.state, amended.correction_id) == (ObjectionState.AMENDED, correction.id)
    assert f"objection:{made.id}:amended" in told(volunteer.account_id)


def test_nothing_is_called_amended_while_the_ledger_says_what_it_said(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with pytest.raises(DomainError) as refused, transaction():
        objections.amend(second, EVERYTHING, made.id, answer="改好了", now=ASKED)
    assert refused.value.code == "nothing_changed"


def test_a_missing_service_at_a_shift_goes_to_its_station(door: Door) -> None:
    volunteer = signed_up(door)
    made = make_objection(volunteer, Subject(shift_id=door.shift.id), reason="我去了，没人扫码")
    assert (made.station_id, made.session_id) == (door.station.id, None)


def test_one_withdraws_while_it_waits_and_the_station_hears_of_it(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with transaction():
        objections.withdraw(Actor(volunteer.account_id, "本人"), volunteer, made.id, now=ASKED)
    assert fresh_objection(made).state is ObjectionState.WITHDRAWN
    assert f"objection:{made.id}:withdrawn" in told(second.account_id)


def test_outside_the_scope_there_is_no_objection(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with pytest.raises(NotFound), transaction():
        objections.keep(second, Scope(stations=("/999999/",)), made.id, answer="没有错", now=ASKED)


def test_what_nobody_answers_in_time_goes_to_the_office_once(door: Door, second: Actor, office: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with time_machine.travel(clock.end_of(date(2026, 3, 19)), tick=False):
        escalate_overdue()
    assert fresh_objection(made).escalated_at is None
    with time_machine.travel(clock.at(date(2026, 3, 20)), tick=False):
        escalate_overdue()
        escalate_overdue()
    assert fresh_objection(made).escalated_at is not None
    assert told(office.account_id) == [f"objection:{made.id}:overdue"]
    assert f"objection:{made.id}:overdue" in told(volunteer.account_id)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Objection).where(Objection.id == made.id).values(reason="别的"))


def test_what_was_said_and_answered_is_kept_as_it_was(door: Door, second: Actor) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with transaction():
        objections.keep(second, EVERYTHING, made.id, answer="没有错", now=ASKED)
    for statement in (delete(Objection), update(Objection).values(answer="别的")):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(statement)


def test_the_pages_lead_from_the_objection_to_the_answer(
    app: Flask, client: FlaskClient, door: Door, second: Actor
) -> None:
    volunteer, session = served(door)
    with time_machine.travel(ASKED, tick=False):
        sign_in(client, volunteer)
        assert "这条记录哪里不对" in client.get(f"/my/objections/new?session={session.id}").text
        empty = client.post(f"/my/objections/new?session={session.id}", data={"reason": ""})
        assert empty.status_code == 422
        sent = client.post(f"/my/objections/new?session={session.id}", data={"reason": "我 11 点半才走"})
        assert sent.headers["Location"] == "/my/objections"
        assert "最晚 2026-03-19 答复" in client.get("/my/objections").text
        objection = db.session.scalars(select(Objection)).one()
        manager = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT))
        assert "我 11 点半才走" in manager.get("/manage/objections").text
        page = manager.get(f"/manage/objections/{objection.id}").text
        assert f'href="/manage/sessions/{session.id}/correction"' in page
        answer = manager.post(f"/manage/objections/{objection.id}/keep", data={"answer": "监控显示 11 点离开"})
        assert answer.status_code == 302
        assert "监控显示 11 点离开" in client.get("/my/objections").text


def test_who_recorded_it_is_told_on_the_page(app: Flask, door: Door) -> None:
    volunteer, session = served(door)
    made = make_objection(volunteer, Subject(session_id=session.id))
    with time_machine.travel(ASKED, tick=False):
        manager = sign_in(app.test_client(), door.operator)
        assert "请由另一人答复" in manager.get(f"/manage/objections/{made.id}").text
        answer = manager.post(f"/manage/objections/{made.id}/keep", data={"answer": "没有错"})
        assert answer.status_code == 403


def test_the_page_of_what_is_missing_offers_ones_own_past_shifts(client: FlaskClient, door: Door) -> None:
    volunteer, _ = served(door)
    with time_machine.travel(ASKED, tick=False):
        sign_in(client, volunteer)
        page = client.get("/my/objections/new").text
        assert "街道清洁日" in page
        sent = client.post(
            "/my/objections/new", data={"shift": "0", "served_on": "2026-03-04", "reason": "昨天也去了"}
        )
        assert sent.status_code == 302
    made = db.session.scalars(select(Objection)).one()
    assert (made.station_id, made.region_code, made.served_on) == (None, DISTRICT, date(2026, 3, 4))
