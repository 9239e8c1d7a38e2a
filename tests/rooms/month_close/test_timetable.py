"""Drafts and reminders come by the timetable, each once, however often it runs and on however many machines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.makers.month_close import (
    COUNTY,
    JULY,
    JUNE,
    PREPARED,
    make_draft,
    make_served,
    make_signer,
    sign_first,
    sign_second,
)
from tests.makers.races import overlap
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.actor import TIMETABLE
from volunteer_hub.core.db import db
from volunteer_hub.core.leases import JobRun
from volunteer_hub.month_close import composing, jobs, labels, months, queries, service, telling
from volunteer_hub.month_close.models import CloseState, MonthClose
from volunteer_hub.month_close.months import Stage
from volunteer_hub.notices.models import Notice


@pytest.fixture
def office(app: Flask) -> Account:
    make_served()
    return make_signer()


def run(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        jobs.prepare_months()
    db.session.rollback()


def drafts() -> list[tuple[str, date]]:
    db.session.rollback()
    rows = db.session.scalars(select(MonthClose).order_by(MonthClose.region_code, MonthClose.month))
    return [(row.region_code, row.month) for row in rows]


def told(account: Account) -> list[str]:
    db.session.rollback()
    statement = select(Notice).where(Notice.account_id == account.id).order_by(Notice.id)
    return [notice.subject for notice in db.session.scalars(statement)]


def noon(day: date) -> datetime:
    return clock.at(day) + timedelta(hours=12)


def test_the_month_that_has_ended_is_prepared_once_for_home_and_for_each_office(office: Account) -> None:
    make_signer("街道办", "220403002000")
    for minutes in (0, 1, 60):
        run(PREPARED + timedelta(minutes=minutes))
    assert drafts() == [(COUNTY, JUNE), ("220403002000", JUNE)]
    close = db.session.scalars(select(MonthClose)).first()
    assert close is not None
    assert (close.state, close.as_of, close.version) == (CloseState.DRAFT, PREPARED - composing.SETTLED, 1)


def test_a_timetable_that_stood_still_prepares_the_months_it_missed(office: Account) -> None:
    run(PREPARED)
    run(datetime(2022, 9, 2, 3, tzinfo=UTC))
    assert drafts() == [(COUNTY, JUNE), (COUNTY, JULY), (COUNTY, date(2022, 8, 1))]


def test_the_month_ends_by_the_civil_calendar(office: Account) -> None:
    """In Shanghai July begins at 16:00 UTC of 30 June."""
    run(datetime(2022, 6, 30, 15, 59, tzinfo=UTC))
    assert drafts() == [(COUNTY, date(2022, 5, 1))]
    run(datetime(2022, 6, 30, 16, 0, tzinfo=UTC))
    assert drafts() == [(COUNTY, date(2022, 5, 1)), (COUNTY, JUNE)]


def test_of_two_workers_one_prepares_the_draft(app: Flask, office: Account) -> None:
    """Red without ON CONFLICT DO NOTHING (an error), and without the unique keys (two drafts)."""
    composed = composing.compose(COUNTY, JUNE, version=1, as_of=PREPARED)
    made: list[bool] = []

    def prepare() -> None:
        made.append(service.prepare(composed, now=PREPARED, actor=TIMETABLE) is not None)

    assert overlap(app, prepare, prepare) == ["done", "done"]
    assert sorted(made) == [False, True]
    assert drafts() == [(COUNTY, JUNE)]
    assert len(told(office)) == 1


def test_many_workers_at_once_prepare_and_tell_once(app: Flask, office: Account) -> None:
    start = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            start.wait(30)
            jobs.prepare_months()
            db.session.remove()

    db.session.remove()
    with time_machine.travel(PREPARED, tick=False), ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(work) for _ in range(4)]:
            each.result()
    assert drafts() == [(COUNTY, JUNE)]
    assert told(office) == [labels.TOLD[Stage.PREPARED]]


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(
    office: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red if the draft and what is told of it were two transactions."""

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(telling, "remind", die)
        with pytest.raises(KeyboardInterrupt):
            run(PREPARED)
    assert (drafts(), told(office)) == ([], [])
    run(PREPARED + timedelta(hours=1))
    assert drafts() == [(COUNTY, JUNE)]
    assert told(office) == [labels.TOLD[Stage.PREPARED]]


def test_each_stage_is_told_once_and_only_the_latest(office: Account) -> None:
    run(PREPARED)
    last = months.limit(JUNE)
    assert last == date(2022, 7, 14)
    for day in (date(2022, 7, 8), date(2022, 7, 11), date(2022, 7, 11), last, last, date(2022, 7, 15)):
        run(noon(day))
    expected = [Stage.PREPARED, Stage.SOON, Stage.LAST, Stage.OVERDUE]
    assert told(office) == [labels.TOLD[stage] for stage in expected]
    assert len(db.session.scalars(select(JobRun).where(JobRun.job == telling.JOB)).all()) == 4


def test_of_two_workers_one_reminds(app: Flask, office: Account) -> None:
    """Red without the claim of the stage: somebody who came later would be told again."""
    close_id = make_draft().id
    counts: list[int] = []

    def remind() -> None:
        close = db.session.get_one(MonthClose, close_id)
        counts.append(telling.remind(close, Stage.LAST, now=noon(months.limit(JUNE))))

    assert overlap(app, remind, remind) == ["done", "done"]
    assert sorted(counts) == [0, 1]
    make_signer("后来的人")
    run(noon(months.limit(JUNE)))
    assert [labels.TOLD[Stage.LAST] in told(account) for account in db.session.scalars(select(Account))] == [
        True,
        False,
    ]


def test_a_closed_month_is_not_reminded_of(office: Account) -> None:
    second, close = make_signer("李副主任"), make_draft()
    sign_first(office, close)
    sign_second(second, close)
    run(noon(months.limit(JUNE)))
    assert labels.TOLD[Stage.LAST] not in told(office)


def test_working_days_skip_weekends_and_published_holidays() -> None:
    assert months.limit(date(2022, 9, 1)) == date(2022, 10, 19)
    assert months.stage(JUNE, date(2022, 7, 10)) is None
    assert months.stage(JUNE, date(2022, 7, 11)) is Stage.SOON


def test_only_those_who_may_sign_are_told(office: Account) -> None:
    elsewhere, above = make_signer("外地", "110101000000"), make_signer("市文明办", "220400000000")
    assert queries.list_signers(COUNTY, PREPARED) == sorted((office.id, above.id))
    run(PREPARED)
    assert told(elsewhere) == []
