"""The district is what the published account says, in proportion, and came through scans, sessions and ledger."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tests.makers.demo import NOW, PEOPLE
from volunteer_hub.activities.models import Activity, ActivityState, Project, Shift, SignUp, SignUpState
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import CloseKind, Direction, Outcome, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo.places import POINTS, POSTS
from volunteer_hub.demo.plan import REPORTED_PEOPLE, REPORTED_WITH_HOURS
from volunteer_hub.demo.present import ALL_DAY_TITLE
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.ledger.policy import Policy, credit_minutes
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.queries import ratios
from volunteer_hub.statistics.question import parse
from volunteer_hub.teams.models import Team

WITH_HOURS = round(PEOPLE * REPORTED_WITH_HOURS / REPORTED_PEOPLE)


pytestmark = pytest.mark.usefixtures("district")


def ask(**args: str) -> Answer:
    question = {name.rstrip("_"): [value] for name, value in args.items()}
    return ratios(parse({"region": ["220403"], **question}, default_region="", now=NOW), EVERYTHING)


@pytest.mark.parametrize("when", [{}, {"as_of": "2022-12-31"}])
def test_shares_are_the_reported_ones_now_and_at_the_end_of_the_year(when: dict[str, str]) -> None:
    whole = ask(**when).whole
    assert (whole.registered, whole.with_hours) == (PEOPLE, WITH_HOURS)
    assert whole.hours_ratio.percent == round(Decimal(100 * WITH_HOURS) / PEOPLE, 2)


def test_a_child_region_has_a_row_and_a_ratio_of_its_own() -> None:
    answer = ask()
    streets = [cell for cell in answer.cells if cell is not answer.whole]
    assert len(streets) == 7
    assert sum(cell.registered for cell in streets) == PEOPLE
    assert sum(cell.minutes for cell in streets) == answer.whole.minutes


def test_stations_teams_and_projects_are_as_many_as_reported() -> None:
    stations = Counter(db.session.scalars(select(Station.kind)))
    assert stations == {"centre": 1, "institute": 7, "post": POSTS, "base": 1, "point": POINTS}
    teams = Counter(db.session.scalars(select(Team.kind)))
    assert (teams["corps"], teams["brigade"]) == (1, 8)
    assert teams["squad"] > 39
    assert db.session.scalar(select(func.count()).select_from(Project)) == 10


def test_every_station_stands_under_its_parents_path() -> None:
    parent = aliased(Station)
    rows = db.session.execute(
        select(Station.id, Station.path, parent.path).join(parent, parent.id == Station.parent_id)
    )
    assert all(path == f"{above}{identity}/" for identity, path, above in rows)


def test_every_credited_minute_can_be_worked_out_from_its_scans() -> None:
    arrival, departure = aliased(Scan), aliased(Scan)
    rows = db.session.execute(
        select(ServiceSession, Shift, arrival, departure)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(arrival, arrival.id == ServiceSession.in_scan_id)
        .join(departure, departure.id == ServiceSession.out_scan_id)
        .where(ServiceSession.closed_by == CloseKind.SCANNED)
    ).all()
    assert len(rows) > WITH_HOURS
    for session, shift, came, left in rows:
        credit = credit_minutes(
            Policy(least_minutes=1),
            planned_start=shift.starts_at,
            planned_end=shift.ends_at,
            in_at=came.scanned_at,
            out_at=left.scanned_at,
        )
        assert (came.direction, left.direction) == (Direction.IN, Direction.OUT)
        assert came.volunteer_id == left.volunteer_id == session.volunteer_id
        assert (session.raw_minutes, session.credited_minutes) == (credit.raw, credit.credited)


def test_the_ledger_has_one_line_for_each_credited_session_and_no_other() -> None:
    sessions = db.session.execute(
        select(ServiceSession.id, ServiceSession.credited_minutes, ServiceSession.volunteer_id).where(
            ServiceSession.is_credited
        )
    )
    entries = db.session.execute(select(HoursEntry.source, HoursEntry.minutes, HoursEntry.volunteer_id))
    assert {(f"session:{key}", *rest) for key, *rest in sessions} == {tuple(row) for row in entries}


def test_balances_are_the_sums_of_the_ledger() -> None:
    sums = select(HoursEntry.volunteer_id, func.sum(HoursEntry.minutes)).group_by(HoursEntry.volunteer_id)
    assert dict(db.session.execute(sums).all()) == dict(
        db.session.execute(select(HoursBalance.volunteer_id, HoursBalance.minutes)).all()
    )


def test_half_timed_hours_were_confirmed_by_a_manager_with_a_reason() -> None:
    rows = db.session.execute(
        select(HoursEntry, ReviewCase)
        .join(ReviewCase, HoursEntry.source == "session:" + func.cast(ReviewCase.session_id, HoursEntry.source.type))
        .where(HoursEntry.hours_class == HoursClass.B)
    ).all()
    assert rows
    assert all(entry.approved_by == case.decided_by and entry.reason for entry, case in rows)


def test_every_accepted_personal_code_is_one_of_ours_and_used_once() -> None:
    scans = db.session.scalars(select(Scan).where(Scan.outcome == Outcome.ACCEPTED, Scan.code_use.is_not(None))).all()
    assert scans
    for scan in scans:
        reading = codes.read(scan.code, scan.scanned_at)
        assert (reading.subject_id, reading.use) == (scan.volunteer_id, scan.code_use)


def test_refused_and_repeated_scans_are_kept_too() -> None:
    outcomes = set(db.session.scalars(select(Scan.outcome)))
    assert {Outcome.ACCEPTED, Outcome.ALREADY, Outcome.REFUSED} <= outcomes


def test_places_taken_are_those_of_the_accepted() -> None:
    accepted = (
        select(func.count())
        .where(SignUp.shift_id == Shift.id, SignUp.state == SignUpState.ACCEPTED)
        .scalar_subquery()
    )
    assert not db.session.execute(select(Shift.id).where(Shift.taken != accepted)).all()


def test_a_shift_is_open_all_day_today_and_every_day_of_the_week() -> None:
    shifts = db.session.scalars(
        select(Shift)
        .join(Activity)
        .where(Activity.title == ALL_DAY_TITLE, Activity.state == ActivityState.PUBLISHED)
        .order_by(Shift.starts_at)
    ).all()
    assert shifts[0].starts_at <= NOW < shifts[0].sign_up_closes_at
    assert shifts[-1].starts_at - shifts[0].starts_at == timedelta(days=6)
    assert {clock.local(shift.starts_at).hour for shift in shifts} == {0}
