"""Whoever is responsible is told, each evening and each morning, once, what waits; nobody is told of nothing."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tests.makers.accounts import make_staff
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_signed_up
from tests.makers.devices import make_device, make_scan
from tests.makers.stations import make_station
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.checkin.models import Outcome
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.notices.models import Notice
from volunteer_hub.reviews import digest, digest_jobs, digest_queries, jobs
from volunteer_hub.reviews.digest import Part
from volunteer_hub.reviews.digest_queries import Waiting
from volunteer_hub.reviews.models import CaseKind, ReviewCase

#: The shift is from 9 to 11 on 5 March by the wall clock.
EVENING = START + timedelta(hours=11, minutes=5)
NEXT_MORNING = START + timedelta(hours=23, minutes=5)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _at(now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        digest_jobs.send_digest()


def _told() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(select(Notice).order_by(Notice.account_id, Notice.id)))


def _forget_check_out(door: Door) -> None:
    door.come(make_signed_up(door), START)
    with time_machine.travel(END + timedelta(hours=2), tick=False):
        jobs.close_forgotten()


def test_the_stations_manager_is_told_once_in_the_evening_what_waits(door: Door) -> None:
    _forget_check_out(door)
    for minutes in (0, 1, 60):
        _at(EVENING + timedelta(minutes=minutes))
    notice = _told()[0]
    assert len(_told()) == 1
    assert (notice.account_id, notice.link) == (door.operator.id, "/manage/reviews")
    assert notice.subject == digest.SENTENCES[Part.EVENING]
    assert notice.params == {"stations": 1, "open": 0, "automatic": 1, "quarantined": 0, "unsent": 0}


def test_nobody_is_told_when_nothing_waits(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    door.go(person, END)
    _at(EVENING)
    assert _told() == []


def test_evening_and_morning_are_two_digests_and_the_morning_names_who_did_not_come(door: Door) -> None:
    make_signed_up(door)
    _forget_check_out(door)
    _at(EVENING)
    _at(NEXT_MORNING)
    evening, morning = _told()
    assert "absent" not in evening.params
    assert morning.params["absent"] == 1
    assert morning.key == "digest:2026-03-06:morning"


def test_only_yesterdays_absences_count_and_only_of_who_had_a_place(door: Door) -> None:
    make_signed_up(door)
    _at(NEXT_MORNING + timedelta(days=1))
    assert _told() == []


@pytest.mark.parametrize(
    ("hour", "part"),
    [(0, None), (7, None), (8, Part.MORNING), (19, Part.MORNING), (20, Part.EVENING), (23, Part.EVENING)],
)
def test_which_digest_is_due_follows_the_wall_clock(app: Flask, hour: int, part: Part | None) -> None:
    assert digest.due(clock.at(date(2026, 3, 5)) + timedelta(hours=hour)) is part


def test_all_five_things_are_counted_at_their_station(door: Door) -> None:
    make_signed_up(door)
    device = make_device(door, unsent=4, oldest_unsent_at=START, last_seen_at=START)
    scan = make_scan(door.shift, START, outcome=Outcome.PENDING, reason="late_upload", device=device, seq=1)
    _forget_check_out(door)
    later = make_door(starts_at=START + timedelta(hours=9), ends_at=END + timedelta(hours=9))
    with transaction():
        db.session.add(
            ReviewCase(kind=CaseKind.QUARANTINED_SCAN, scan_id=scan.id, station_id=door.station.id, opened_at=START)
        )
    later.come(make_signed_up(later), START + timedelta(hours=9))
    waiting = digest_queries.count_waiting(EVENING + timedelta(hours=1), absent_on=date(2026, 3, 5))
    assert waiting == {
        door.station.id: Waiting(automatic=1, quarantined=1, unsent=4, absent=1),
        later.station.id: Waiting(open_after_end=1),
    }


def test_a_decided_case_and_a_revoked_device_wait_no_more(door: Door) -> None:
    _forget_check_out(door)
    device = make_device(door, unsent=4)
    with transaction():
        accounts.revoke_token(COMMAND_LINE, door.operator.id, device.id, now=END)
        db.session.execute(
            update(ReviewCase).values(decided_at=END, decided_by=1, decision="rejected", reason="没有留下")
        )
    assert digest_queries.count_waiting(EVENING, absent_on=None) == {}


def _responsible(door: Door) -> list[int]:
    return digest_queries.find_responsible([door.station.id], EVENING)[door.station.id]


def test_the_nearest_level_that_has_anybody_is_told(app: Flask) -> None:
    door = make_door()
    street = make_station(DISTRICT, name="街道所")
    with transaction():
        door.station.path = f"{street.path}{door.station.id}/"
        db.session.add(door.station)
        db.session.execute(
            update(RoleGrant).where(RoleGrant.account_id == door.operator.id).values(scope_value=door.station.path)
        )
    everything = make_staff(Role.OFFICE)
    assert _responsible(door) == [door.operator.id]
    _revoke(door.operator)
    assert _responsible(door) == [everything.id]
    district = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    make_staff(Role.OFFICE, ScopeKind.REGION, "110101")
    assert _responsible(door) == [district.id]
    above = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, street.path)
    assert _responsible(door) == [above.id]


def _revoke(account: Account) -> None:
    with transaction():
        db.session.execute(
            update(RoleGrant).where(RoleGrant.account_id == account.id).values(revoked_at=START - timedelta(days=1))
        )


def test_who_may_only_scan_and_who_is_disabled_are_not_responsible(door: Door) -> None:
    make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path)
    other = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path)
    with transaction():
        db.session.get_one(Account, other.id).disabled_at = START
    assert _responsible(door) == [door.operator.id]


def test_who_is_responsible_for_two_stations_gets_one_notice_with_both(door: Door) -> None:
    other = make_door()
    for one in (door, other):
        _forget_check_out(one)
    with transaction():
        accounts.grant(
            COMMAND_LINE, door.operator.id, Role.STATION_MANAGER, ScopeKind.STATION, other.station.path, now=START
        )
    _at(EVENING)
    mine = [notice for notice in _told() if notice.account_id == door.operator.id]
    assert len(mine) == 1
    assert (mine[0].params["stations"], mine[0].params["automatic"]) == (2, 2)


def test_two_workers_at_once_tell_everybody_once(app: Flask, door: Door) -> None:
    """Red if the period were not claimed; the key of the notices would then still keep them from being told twice."""
    _forget_check_out(door)
    db.session.remove()
    barrier = threading.Barrier(4)
    given: list[int | None] = []

    def work() -> None:
        with app.app_context():
            barrier.wait(60)
            with transaction():
                given.append(digest.send(Part.EVENING, now=EVENING))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(given, key=str) == [1, None, None, None]
    assert len(_told()) == 1


def test_a_worker_that_dies_on_the_way_leaves_nothing_and_the_next_one_sends_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    _forget_check_out(door)

    def dies(*_: object, **__: object) -> bool:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("volunteer_hub.reviews.digest.notices.tell", dies)
        with pytest.raises(RuntimeError):
            _at(EVENING)
    assert _told() == []
    _at(EVENING)
    assert len(_told()) == 1
