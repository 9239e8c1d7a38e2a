"""What came of activities: said when they are over, dated, and never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift
from tests.makers.races import overlap
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities import results
from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.activities.results import Outcome
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.stations.models import Station

#: Half past midnight in Shanghai, while the day before still runs in UTC.
START = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
END = START + timedelta(hours=2)
LATER = END + timedelta(days=1)
MANAGER = Actor(7, "王站长")


def say(shift: Shift, said: Outcome | None, *, whole: bool = False, now: datetime = LATER) -> ActivityResult | None:
    with transaction():
        activity = db.session.get_one(Activity, shift.activity_id)
        return results.record(MANAGER, activity, None if whole else shift.id, said, now=now)


def held(station: Station) -> Shift:
    return make_shift(station, starts_at=START, ends_at=END)


def second_shift(shift: Shift) -> Shift:
    with transaction():
        other = Shift(
            activity_id=shift.activity_id,
            starts_at=START + timedelta(days=2),
            ends_at=END + timedelta(days=2),
            sign_up_opens_at=START - timedelta(days=9),
            sign_up_closes_at=START,
        )
        db.session.add(other)
    return other


def test_what_is_said_belongs_to_the_civil_day_of_the_shift_and_leaves_a_line_in_the_trail(station: Station) -> None:
    shift = held(station)
    result = say(shift, Outcome(120, 6, "慰问老人"))
    assert result is not None
    assert (result.served_on.isoformat(), result.beneficiaries, result.photos) == ("2026-03-06", 120, 6)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "activities.record_result")).one()
    assert (entry.region_code, entry.details["beneficiaries"], entry.details["shift"]) == (
        station.region_code,
        120,
        shift.id,
    )


def test_a_later_word_takes_the_place_and_the_earlier_is_still_known_at_its_time(station: Station) -> None:
    shift = held(station)
    say(shift, Outcome(120))
    say(shift, Outcome(150), now=LATER + timedelta(days=3))

    def known(instant: datetime) -> list[int]:
        return [result.beneficiaries for result in results.list_results([shift.activity_id], as_of=instant)]

    assert known(LATER - timedelta(seconds=1)) == []
    assert known(LATER) == [120]
    assert known(LATER + timedelta(days=2)) == [120]
    assert known(LATER + timedelta(days=3)) == [150]
    say(shift, None, now=LATER + timedelta(days=4))
    assert known(LATER + timedelta(days=4)) == []
    assert known(LATER + timedelta(days=3)) == [150]


def test_saying_the_same_again_writes_nothing(station: Station) -> None:
    shift = held(station)
    first = say(shift, Outcome(120, 6, "同上"))
    again = say(shift, Outcome(120, 6, "同上"), now=LATER + timedelta(hours=1))
    assert first is not None
    assert again is not None
    assert first.id == again.id
    assert len(db.session.scalars(select(ActivityResult)).all()) == 1


def test_one_figure_for_all_and_figures_for_single_shifts_exclude_each_other(station: Station) -> None:
    shift = held(station)
    other = second_shift(shift)
    later = LATER + timedelta(days=3)
    say(shift, Outcome(80), now=later)
    with pytest.raises(DomainError) as refusal:
        say(shift, Outcome(200), whole=True, now=later)
    assert (refusal.value.code, refusal.value.field) == ("counted_twice", "shift_id")
    say(shift, None, now=later)
    whole = say(shift, Outcome(200), whole=True, now=later)
    assert whole is not None
    assert whole.served_on.isoformat() == "2026-03-08"
    with pytest.raises(DomainError):
        say(other, Outcome(80), now=later)


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_can_be_said_of_what_is_not_over_or_was_cancelled(station: Station, whole: bool) -> None:
    shift = held(station)
    with pytest.raises(DomainError, match="not_over"):
        say(shift, Outcome(1), whole=whole, now=END - timedelta(minutes=1))
    with transaction():
        db.session.get_one(Shift, shift.id).cancelled_at = START - timedelta(days=1)
    with pytest.raises(DomainError, match="not_over"):
        say(shift, Outcome(1), whole=whole)


def test_figures_that_cannot_be_are_refused(station: Station) -> None:
    shift = held(station)
    for outcome in (Outcome(-1), Outcome(results.MOST + 1), Outcome(1, photos=-1)):
        with pytest.raises(DomainError, match="out_of_range"):
            say(shift, outcome)


def test_two_who_speak_at_once_leave_one_word_that_holds(app: Flask, station: Station) -> None:
    """Red without `with_for_update` in `record` on PostgreSQL: the second then meets the unique index."""
    shift_id, activity_id = (shift := held(station)).id, shift.activity_id

    def speak(number: int) -> None:
        results.record(MANAGER, db.session.get_one(Activity, activity_id), shift_id, Outcome(number), now=LATER)

    assert overlap(app, lambda: speak(100), lambda: speak(200)) == ["done", "done"]
    assert [result.beneficiaries for result in results.list_results([activity_id])] == [200]


def test_what_was_said_can_be_neither_changed_nor_deleted(station: Station) -> None:
    say(held(station), Outcome(120))
    for statement in ("UPDATE activity_results SET beneficiaries = 1", "DELETE FROM activity_results"):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(text(statement))


def test_the_manager_records_on_the_activitys_page_and_takes_it_back(manager: FlaskClient, station: Station) -> None:
    shift = held(station)
    page = f"/manage/activities/{shift.activity_id}"
    assert "还没有登记受益人次" in manager.get(page).text
    form = {"shift_id": shift.id, "beneficiaries": "120", "photos": "6", "note": "慰问老人"}
    assert "2026-03-06 00:30" in manager.get(f"{page}/results").text
    assert manager.post(f"{page}/results", data=form).status_code == 302
    shown = manager.get(page).text
    for said in ("共受益 120 人次", "照片 6 张", "慰问老人"):
        assert said in shown
    refused = manager.post(f"{page}/results", data={**form, "beneficiaries": "-3"})
    assert (refused.status_code, 'value="-3"' in refused.text) == (422, True)
    assert manager.post(f"{page}/results", data={**form, "beneficiaries": ""}).status_code == 302
    assert "还没有登记受益人次" in manager.get(page).text


def test_another_stations_manager_cannot_speak(client: FlaskClient, station: Station, elsewhere: Station) -> None:
    shift = held(station)
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, elsewhere.path))
    answer = client.post(
        f"/manage/activities/{shift.activity_id}/results", data={"shift_id": 0, "beneficiaries": "1"}
    )
    assert answer.status_code == 404
