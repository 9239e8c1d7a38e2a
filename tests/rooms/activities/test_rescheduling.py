"""Running late, extended, ended early, moved and split: sign-ups stay, closed stays stay, the trail tells why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.races import overlap
from volunteer_hub.accounts import service as accounts
from volunteer_hub.activities import rescheduling, service
from volunteer_hub.activities.models import Shift, SignUp, SignUpState
from volunteer_hub.activities.rescheduling import Times
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

WINDOW = timedelta(minutes=60)
BEFORE = START - timedelta(hours=5)
DURING = START + timedelta(minutes=30)
HOUR = timedelta(hours=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _move(
    door: Door, starts_at: datetime = START, ends_at: datetime = END, *, now: datetime, reason: str = "人手不够"
) -> Shift:
    with transaction():
        return rescheduling.move(
            door.actor, door.shift.id, Times(starts_at, ends_at), reason, check_out=WINDOW, now=now
        )


def _split(door: Door, at: datetime, *, now: datetime, reason: str = "换班") -> Shift:
    with transaction():
        return rescheduling.split(door.actor, door.shift.id, at, reason, now=now)


def test_before_it_begins_start_and_end_move_and_the_sign_up_window_with_them(door: Door) -> None:
    closes = door.shift.sign_up_closes_at
    shift = _move(door, START + 2 * HOUR, END + 3 * HOUR, now=BEFORE, reason="")
    assert (shift.starts_at, shift.ends_at) == (START + 2 * HOUR, END + 3 * HOUR)
    assert shift.sign_up_closes_at == closes + 2 * HOUR


def test_sign_ups_stay_whatever_the_time(door: Door) -> None:
    states = (SignUpState.ACCEPTED, SignUpState.WAITING, SignUpState.PENDING)
    for state in states:
        make_sign_up(door.shift, make_person(), state)
    _move(door, START + HOUR, END + HOUR, now=BEFORE)
    assert set(db.session.scalars(select(SignUp.state))) == set(states)


def test_a_running_shift_is_extended_with_a_reason_and_old_and_new_in_the_trail(door: Door) -> None:
    assert _move(door, ends_at=END + HOUR, now=DURING).ends_at == END + HOUR
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "activities.move_shift")).one()
    assert (entry.reason, entry.object_id, entry.actor_account_id) == (
        "人手不够",
        str(door.shift.id),
        door.operator.id,
    )
    assert entry.details == {
        "before": f"{START.isoformat()}/{END.isoformat()}",
        "after": f"{START.isoformat()}/{(END + HOUR).isoformat()}",
    }


def test_it_ends_early_at_the_earliest_now(door: Door) -> None:
    assert _move(door, ends_at=DURING, now=DURING + timedelta(seconds=40)).ends_at == DURING
    with pytest.raises(DomainError, match="ends_in_the_past"):
        _move(door, ends_at=DURING - timedelta(minutes=1), now=DURING + timedelta(seconds=40))


def test_one_that_ran_late_is_stretched_afterwards_while_people_may_scan_out(door: Door) -> None:
    real_end = END + timedelta(minutes=25)
    assert _move(door, ends_at=real_end, now=END + timedelta(minutes=50)).ends_at == real_end


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "now", "reason", "code"),
    [
        (START, END + HOUR, END + WINDOW + timedelta(seconds=1), "晚了", "shift_over"),
        (START, END + HOUR, DURING, "  ", "no_reason"),
        (START + HOUR, END, DURING, "晚了", "already_begun"),
        (BEFORE - HOUR, END, BEFORE, "", "in_the_past"),
        (START, START, BEFORE, "", "no_length"),
        (START, START + timedelta(hours=25), BEFORE, "", "too_long"),
        (START, END, BEFORE, "", "nothing_changed"),
    ],
)
def test_what_is_refused_changes_nothing(
    door: Door, starts_at: datetime, ends_at: datetime, now: datetime, reason: str, code: str
) -> None:
    with pytest.raises(DomainError, match=code):
        _move(door, starts_at, ends_at, now=now, reason=reason)
    kept = db.session.get_one(Shift, door.shift.id)
    assert (kept.starts_at, kept.ends_at) == (START, END)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == _granted()


def _granted() -> int:
    """Return the rows that making the door left in the trail."""
    return db.session.scalar(select(func.count()).where(AuditEntry.action.startswith("accounts."))) or 0


def test_the_last_instant_of_check_out_is_still_in_time(door: Door) -> None:
    assert _move(door, ends_at=END + HOUR, now=END + WINDOW).ends_at == END + HOUR


def test_a_cancelled_shift_and_a_second_one_at_the_same_time_are_refused(door: Door) -> None:
    with transaction():
        twin = Shift(
            activity_id=door.shift.activity_id,
            starts_at=START + HOUR,
            ends_at=END + HOUR,
            sign_up_opens_at=BEFORE,
            sign_up_closes_at=START,
        )
        db.session.add(twin)
    with pytest.raises(DomainError, match="shift_exists"):
        _move(door, START + HOUR, END + HOUR, now=BEFORE)
    with transaction():
        service.cancel_shift(door.actor, db.session.get_one(Shift, door.shift.id), "下雨", now=BEFORE)
    with pytest.raises(DomainError, match="activity_state"):
        _move(door, START + 2 * HOUR, END + 2 * HOUR, now=BEFORE)


def test_those_who_mean_to_come_are_told_once_each_and_others_are_not(door: Door) -> None:
    coming, gone = make_signed_up(door), make_person()
    make_sign_up(door.shift, gone, SignUpState.WITHDRAWN)
    with transaction():
        for volunteer in (coming, gone):
            account = accounts.create_account(volunteer.name, None, {}, now=BEFORE)
            db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    _move(door, START + HOUR, END + HOUR, now=BEFORE)
    notice = db.session.scalars(select(Notice)).one()
    assert notice.account_id == db.session.get_one(Volunteer, coming.id).account_id
    assert notice.params == {"title": "街道清洁日", "day": "2026-03-05", "from": "10:00", "to": "12:00"}


def test_those_who_mean_to_come_are_told_of_a_cancellation(door: Door) -> None:
    coming = make_signed_up(door)
    with transaction():
        account = accounts.create_account(coming.name, None, {}, now=BEFORE)
        db.session.get_one(Volunteer, coming.id).account_id = account.id
    with transaction():
        service.cancel_shift(door.actor, db.session.get_one(Shift, door.shift.id), "下雨", now=BEFORE)
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.key, notice.params["from"]) == (f"shift:{door.shift.id}:cancelled", "09:00")


def test_split_makes_two_shifts_that_touch_and_carries_everybody_over(door: Door) -> None:
    accepted, waiting, withdrawn = make_signed_up(door), make_person(), make_person()
    make_sign_up(door.shift, waiting, SignUpState.WAITING)
    make_sign_up(door.shift, withdrawn, SignUpState.WITHDRAWN)
    second = _split(door, START + HOUR, now=BEFORE, reason="")
    first = db.session.get_one(Shift, door.shift.id)
    assert (first.starts_at, first.ends_at) == (START, START + HOUR)
    assert (second.starts_at, second.ends_at, second.activity_id) == (START + HOUR, END, first.activity_id)
    rows = db.session.execute(select(SignUp.volunteer_id, SignUp.state).where(SignUp.shift_id == second.id))
    assert {row[0]: row[1] for row in rows} == {accepted.id: SignUpState.ACCEPTED, waiting.id: SignUpState.WAITING}
    assert db.session.scalar(select(func.count()).where(SignUp.shift_id == first.id)) == 3


def test_places_are_counted_in_both_halves_and_a_full_shift_splits_too(app: Flask) -> None:
    door = make_door()
    with transaction():
        db.session.get_one(Shift, door.shift.id).capacity = 2
    for _ in range(2):
        make_signed_up(door)
    second = _split(door, START + HOUR, now=BEFORE)
    db.session.refresh(second)
    assert (second.capacity, second.taken) == (2, 2)


@pytest.mark.parametrize(
    ("at", "now"),
    [
        (START, BEFORE),
        (END, BEFORE),
        (END + HOUR, BEFORE),
        (START + HOUR, START + HOUR),
        (START + HOUR, START + HOUR + timedelta(minutes=1)),
    ],
)
def test_a_shift_is_cut_inside_itself_and_in_the_future(door: Door, at: datetime, now: datetime) -> None:
    with pytest.raises(DomainError, match="not_inside"):
        _split(door, at, now=now)


def test_a_running_shift_is_split_with_a_reason(door: Door) -> None:
    with pytest.raises(DomainError, match="no_reason"):
        _split(door, START + HOUR, now=DURING, reason="")
    second = _split(door, START + HOUR, now=DURING)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "activities.split_shift")).one()
    assert (entry.reason, entry.details["second"], entry.details["carried"]) == ("换班", second.id, 0)


def test_two_who_split_at_once_cut_one_after_the_other(app: Flask, door: Door) -> None:
    """Red if `hold_shift` did not lock: both would cut the whole shift, and its second half would be there twice."""
    shift_id, actor = door.shift.id, door.actor

    def cut() -> None:
        rescheduling.split(actor, shift_id, START + HOUR, "换班", now=DURING)

    assert overlap(app, cut, cut) == ["done", "not_inside"]
    assert db.session.scalar(select(func.count()).select_from(Shift)) == 2


def test_a_sign_up_in_the_same_moment_is_not_lost_between_the_halves(app: Flask, door: Door) -> None:
    """Signing up holds the shift, and the cut reads who signed up once it holds it too: red if it read before."""
    other = make_shift(door.station, starts_at=START + 9 * HOUR, ends_at=END + 9 * HOUR)
    volunteer = make_person()
    shift_id, volunteer_id, actor = door.shift.id, volunteer.id, door.actor
    assert other.id != shift_id

    def come() -> None:
        db.session.scalar(select(Shift).where(Shift.id == shift_id).with_for_update(key_share=True))
        db.session.add(
            SignUp(
                shift_id=shift_id,
                volunteer_id=volunteer_id,
                state=SignUpState.ACCEPTED,
                asked_at=BEFORE,
                changed_at=BEFORE,
            )
        )
        db.session.flush()

    assert overlap(app, come, lambda: rescheduling.split(actor, shift_id, START + HOUR, "", now=BEFORE)) == [
        "done",
        "done",
    ]
    assert db.session.scalar(select(func.count()).where(SignUp.volunteer_id == volunteer_id)) == 2
