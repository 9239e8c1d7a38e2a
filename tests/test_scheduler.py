"""The timetable: one holder at a time, taken over when he is gone, errors kept from stopping it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from volunteer_hub import rooms, scheduler
from volunteer_hub.core import leases
from volunteer_hub.core.db import db, transaction

NOW = datetime(2026, 3, 5, tzinfo=UTC)
TWO_MINUTES = timedelta(minutes=2)


def _hold(holder: str, now: datetime = NOW) -> bool:
    with transaction():
        return leases.hold("timetable", holder, now=now, for_how_long=TWO_MINUTES)


def test_only_one_holds_the_timetable_and_may_renew_it(app: Flask) -> None:
    assert _hold("one")
    assert not _hold("two", NOW + timedelta(minutes=1))
    assert _hold("one", NOW + timedelta(minutes=1))


def test_it_passes_on_when_the_holder_is_gone_and_the_fence_rises(app: Flask) -> None:
    _hold("one")
    assert _hold("two", NOW + timedelta(minutes=3))
    assert not _hold("one", NOW + timedelta(minutes=4))
    db.session.rollback()
    assert db.session.scalars(select(leases.Lease.fence)).one() > 1


def test_of_many_that_ask_at_once_one_gets_it(app: Flask) -> None:
    """Red if `hold` read the lease first and wrote it after, instead of one conditional UPDATE."""
    got: list[bool] = []
    barrier = threading.Barrier(6)

    def ask(name: str) -> None:
        with app.app_context():
            barrier.wait(timeout=60)
            got.append(_hold(name))

    threads = [threading.Thread(target=ask, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(got) == [False] * 5 + [True]


def test_a_period_is_claimed_once(app: Flask) -> None:
    with transaction():
        assert leases.claim_period("monthly-draft", "2026-02", now=NOW)
        assert not leases.claim_period("monthly-draft", "2026-02", now=NOW)


def test_a_job_runs_with_the_lease_and_not_without(app: Flask) -> None:
    ran: list[int] = []
    assert scheduler.run_if_holder(app, "count", lambda: ran.append(1))
    with transaction():
        db.session.execute(leases.Lease.__table__.update().values(holder="another machine"))
    assert not scheduler.run_if_holder(app, "count", lambda: ran.append(1))
    assert ran == [1]


def test_a_job_that_fails_does_not_stop_the_timetable(app: Flask) -> None:
    def broken() -> None:
        raise RuntimeError("the disk is full")

    assert not scheduler.run_if_holder(app, "broken", broken)
    assert scheduler.run_if_holder(app, "whole", lambda: None)


def test_every_job_can_be_run_by_hand(app: Flask) -> None:
    for name in rooms.JOBS:
        result = app.test_cli_runner().invoke(args=["jobs", "once", name])
        assert result.exit_code == 0, result.output
