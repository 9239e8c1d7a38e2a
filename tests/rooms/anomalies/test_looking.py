"""A look over real rows on both engines: what it finds, that it misses nothing late, and that it repeats nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_account
from tests.makers.anomalies import (
    give_account,
    make_admitted,
    make_lengthened,
    make_made_up,
    make_queue,
    make_scan_row,
)
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.regions import make_district
from tests.makers.volunteers import make_mobile, make_volunteer
from volunteer_hub.activities.models import Activity
from volunteer_hub.anomalies import desk, looking
from volunteer_hub.anomalies.models import AnomalyFlag, FlagState, Rule
from volunteer_hub.anomalies.thresholds import LIMITS
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursBalance, HoursEntry
from volunteer_hub.notices.models import Notice
from volunteer_hub.stations.models import Station

NIGHT = END + timedelta(hours=17)
APRIL = clock.at(
    date(2026, 4, 1),
) + timedelta(hours=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def flags(rule: Rule | None = None) -> list[AnomalyFlag]:
    db.session.rollback()
    found = db.session.scalars(select(AnomalyFlag).order_by(AnomalyFlag.id)).all()
    return [flag for flag in found if rule in (None, flag.rule)]


def told() -> set[int]:
    return set(db.session.scalars(select(Notice.account_id).where(Notice.key.startswith("anomaly:"))))


def test_a_burst_at_the_door_is_found_and_the_operator_is_told_once(door: Door) -> None:
    make_queue(door, 10, START, every=SECOND)
    for _ in range(2):
        desk.look(NIGHT)
    (flag,) = flags()
    assert (flag.rule, flag.state, flag.station_id) == (Rule.DEVICE_BURST, FlagState.OPEN, door.station.id)
    assert len(flag.evidence["scans"]) == 10
    assert told() == {door.operator.id}


def test_an_honest_busy_morning_raises_nothing(door: Door) -> None:
    """Forty people, three seconds a head, in and out: one rule after another has nothing to say."""
    people = make_queue(door, 40, START - timedelta(minutes=10), every=3 * SECOND)
    make_queue(door, 0, END - timedelta(minutes=5), every=3 * SECOND, direction=Direction.OUT, people=people)
    looked = desk.look(NIGHT)
    assert (looked.found, looked.raised, flags()) == (0, 0, [])


def test_everybody_as_long_to_the_minute_is_found_at_the_shift(door: Door) -> None:
    people = make_queue(door, 8, START, every=timedelta(minutes=2))
    make_queue(
        door, 0, START + timedelta(minutes=60), every=timedelta(minutes=2), direction=Direction.OUT, people=people
    )
    desk.look(NIGHT)
    assert [flag.facts["minutes"] for flag in flags(Rule.IDENTICAL)] == [60]


def test_a_journey_nobody_can_make_is_found_and_the_person_is_told(door: Door) -> None:
    other, volunteer = make_door(), make_person()
    account = give_account(volunteer)
    with transaction():
        for made, latitude in ((door, 42.9), (other, 43.4)):
            station = db.session.get_one(Station, made.station.id)
            station.latitude, station.longitude = latitude, 125.1
    make_scan_row(door, volunteer, START, direction=Direction.OUT)
    make_scan_row(other, volunteer, START + timedelta(minutes=20))
    desk.look(NIGHT)
    (flag,) = flags()
    assert (flag.rule, flag.facts["km"]) == (Rule.TRAVEL, "55.6")
    assert account.id in told()


def test_hours_nobody_could_read_of_are_found_by_the_hours_on_the_door(app: Flask) -> None:
    door = make_door(starts_at=clock.at(date(2026, 3, 5)) + timedelta(hours=20),
                     ends_at=clock.at(date(2026, 3, 5)) + timedelta(hours=22))  # fmt: skip
    with transaction():
        db.session.get_one(Station, door.station.id).opening_hours = "周一至周五 8:30–17:00"
        db.session.get_one(Activity, door.shift.activity_id).published_at = door.shift.starts_at - timedelta(hours=1)
    people = make_queue(door, 3, door.shift.starts_at, every=timedelta(minutes=2))
    make_queue(door, 0, door.shift.ends_at, every=timedelta(minutes=3), direction=Direction.OUT, people=people)
    desk.look(door.shift.ends_at + timedelta(hours=9))
    assert [flag.rule for flag in flags()] == [Rule.OUTSIDE_HOURS]


def test_who_scans_himself_in_is_found_over_the_whole_month(door: Door) -> None:
    volunteer = make_person()
    account = give_account(volunteer)
    for day in range(4):
        make_scan_row(door, volunteer, START + timedelta(days=day), operator_id=account.id)
    desk.look(START + timedelta(days=5))
    (flag,) = flags()
    assert (flag.rule, flag.subject, flag.facts["scans"]) == (Rule.OWN_SCANS, f"account:{account.id}", 4)


def test_many_registrations_with_one_mobile_are_found_and_those_at_a_desk_are_not(app: Flask) -> None:
    place = make_district()
    mobiles = {False: make_mobile(), True: make_mobile()}
    for number in range(6):
        for at_desk, mobile in mobiles.items():
            make_volunteer(
                place.community, registered_at=START + number * timedelta(minutes=1), mobile=mobile, at_desk=at_desk
            )
    desk.look(NIGHT)
    (flag,) = flags()
    assert (flag.rule, flag.facts["people"], flag.region_code) == (Rule.REGISTRATIONS, 6, place.community)
    assert len(told()) == 6


@pytest.fixture
def operators(app: Flask) -> tuple[int, int]:
    return make_account("钱经办").id, make_account("孙批准").id


def test_the_months_rules_are_asked_when_the_month_is_over(door: Door, operators: tuple[int, int]) -> None:
    """Twelve make-ups of two hours by the same two people, and nothing scanned: station, recorder, and pair."""
    by, agreed = operators
    for number in range(12):
        make_made_up(door, make_person(), 120, by=by, agreed=agreed, at=START + timedelta(days=number))
    desk.look(APRIL - timedelta(hours=4))
    assert flags() == [], "the month is not over"
    desk.look(APRIL)
    desk.look(APRIL + timedelta(days=1))
    found = {flag.rule: flag for flag in flags()}
    assert set(found) == {Rule.MADE_UP_STATION, Rule.MADE_UP_OPERATOR, Rule.SAME_PAIR}
    assert found[Rule.MADE_UP_STATION].facts["share"] == 100
    assert found[Rule.SAME_PAIR].subject == f"pair:{by}:{agreed}"
    assert told() == {by, agreed, door.operator.id}


def test_a_spike_before_the_quarter_closes_is_found_against_the_days_before(
    door: Door, operators: tuple[int, int]
) -> None:
    by, agreed = operators
    for number in range(10):
        make_made_up(
            door, make_person(), 60, by=by + number, agreed=agreed + 50, at=START - timedelta(days=20 - number)
        )
    for number in range(10):
        at = clock.at(date(2026, 3, 29)) + timedelta(hours=3)
        make_made_up(door, make_person(), 700, by=by + number, agreed=agreed + 50, at=at)
    desk.look(APRIL)
    (flag,) = flags(Rule.CLOSING_SPIKE)
    assert (flag.facts["days"], flag.facts["hours"], flag.facts["closing"]) == (5, "116.66", "quarter")


def test_lengthened_stays_and_vouched_scans_are_found_by_pair(door: Door, operators: tuple[int, int]) -> None:
    by, agreed = operators
    for _ in range(3):
        volunteer = make_signed_up(door)
        door.come(volunteer, START)
        door.go(volunteer, START + timedelta(minutes=30))
        make_lengthened(door, volunteer, 80, by=by, agreed=agreed, at=END + timedelta(days=2))
        make_admitted(door, volunteer, by=by, operator_id=by, at=START + timedelta(days=3))
    desk.look(APRIL)
    assert {flag.rule for flag in flags()} == {Rule.LENGTHENED, Rule.VOUCHING}
    assert [flag.facts["hours"] for flag in flags(Rule.LENGTHENED)] == ["4.00"]


def test_nothing_is_deducted_by_a_look(door: Door) -> None:
    people = make_queue(door, 10, START, every=SECOND)
    make_queue(door, 0, END, every=SECOND, direction=Direction.OUT, people=people)
    sums = select(func.sum(HoursBalance.minutes), func.count()).select_from(HoursBalance)
    entries = select(func.count()).select_from(HoursEntry)
    before = (db.session.execute(sums).one(), db.session.scalar(entries))
    assert desk.look(NIGHT).raised
    db.session.rollback()
    assert (db.session.execute(sums).one(), db.session.scalar(entries)) == before


def test_the_limits_are_data_that_a_look_is_given(door: Door) -> None:
    make_queue(door, 3, START, every=SECOND)
    strict = type(LIMITS)(burst_people=3)
    assert [len(found) for found in looking.find(looking.reach(NIGHT), strict)].count(1) == 1
