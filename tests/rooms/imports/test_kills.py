"""Kill -9 in the middle of an import: no row is lost and none is done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.makers.imports import (
    HOURS_HEADINGS,
    ROSTER_HEADINGS,
    carry_out,
    dry_run,
    get,
    make_csv,
    make_office,
    make_people,
    take_back,
    upload,
)
from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.leases import Lease
from volunteer_hub.imports import applying, jobs, service
from volunteer_hub.imports.models import ImportKind, ImportRow, ImportState, RowState
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.ledger.service import Line, Service
from volunteer_hub.volunteers.models import STILL, Consent, Standing, Volunteer

ROOT = Path(__file__).resolve().parents[3]
PEOPLE, KILLS = 700, 3
#: Small batches, so that there are many moments to be killed in.
WORKER = """
import wsgi
from volunteer_hub.imports import applying, jobs
applying.BATCH = 40
with wsgi.app.app_context():
    jobs.run_imports()
"""


def start(app: Flask) -> subprocess.Popen[bytes]:
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "SECRET_KEY": app.config["SECRET_KEY"],
        "VOLUNTEER_HUB_ENV": "testing",
        "HUB_SCHEDULER": "0",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)


def done(import_id: int, state: RowState) -> int:
    db.session.rollback()
    wanted = (ImportRow.import_id == import_id) & (ImportRow.state == state)
    return db.session.scalar(select(func.count()).where(wanted)) or 0


def kill_while(app: Flask, import_id: int, state: RowState) -> int:
    """Kill a worker a moment after it has done something more; return how many rows are then done."""
    before, worker = done(import_id, state), start(app)
    patience = time.monotonic() + 120
    while done(import_id, state) == before and worker.poll() is None and time.monotonic() < patience:
        time.sleep(0.005)
    time.sleep(random.random() * 0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    # The dead worker's lease runs out.
    with transaction():
        db.session.execute(update(Lease).where(Lease.name == jobs.LEASE).values(until=clock.now()))
    return done(import_id, state)


def test_an_import_killed_again_and_again_registers_everybody_once(app: Flask) -> None:
    """Red when a batch's rows and its people are committed apart: the counts in the loop then differ."""
    make_district()
    office = make_office()
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *make_people(PEOPLE)]))
    with transaction():
        service.confirm(office, get(found.id), found.result_digest or "", now=clock.now())
    for _ in range(KILLS):
        rows = kill_while(app, found.id, RowState.APPLIED)
        assert db.session.scalar(select(func.count()).select_from(Volunteer)) == rows
    jobs.run_imports()
    assert get(found.id).state is ImportState.DONE
    assert get(found.id).counts["registered"] == PEOPLE
    for model in (Volunteer, Standing, Consent):
        assert db.session.scalar(select(func.count()).select_from(model)) == PEOPLE
    numbers = db.session.scalars(select(Volunteer.number).order_by(Volunteer.id)).all()
    assert [number[11:17] for number in numbers] == [f"{serial:06d}" for serial in range(1, PEOPLE + 1)]
    _undo_killed(app, found.id)


def test_an_import_of_hours_killed_again_and_again_credits_every_row_once(app: Flask) -> None:
    """Red when a row's state is committed apart from its line: sums then differ from the rows that are done.

    To see it: `db.session.commit()` in `apply_hours` before `keep_changes`. The ledger's `source` would still refuse
    the second line of a row, so that the import stands still; that guard alone is tried below.
    """
    people = [make_volunteer(place) for place in [make_district().community] * 7]
    office = make_office()
    rows = [_hours_row(person, day) for day in range(1, 61) for person in people]
    found = dry_run(office, make_csv([HOURS_HEADINGS, *rows]), ImportKind.HOURS)
    assert found.counts["new"] == len(rows)
    with transaction():
        service.confirm(office, get(found.id), found.result_digest or "", now=clock.now())
    for _ in range(KILLS):
        credited = kill_while(app, found.id, RowState.APPLIED)
        assert _ledger() == (credited, 90 * credited, 90 * credited)
    jobs.run_imports()
    assert get(found.id).state is ImportState.DONE
    assert (get(found.id).counts["credited"], get(found.id).counts["minutes"]) == (len(rows), 90 * len(rows))
    assert _ledger() == (len(rows), 90 * len(rows), 90 * len(rows))
    with transaction():
        service.undo(office, get(found.id), "导错了", now=clock.now())
    undone = kill_while(app, found.id, RowState.UNDONE)
    assert _ledger() == (len(rows) + undone, 90 * (len(rows) - undone), 90 * (len(rows) - undone))
    jobs.run_imports()
    assert _ledger() == (2 * len(rows), 0, 0)


def test_a_row_of_hours_done_twice_is_refused_by_the_ledger(app: Flask) -> None:
    """Red without the unique `source` of the ledger, were a row's state ever lost."""
    person = make_volunteer(make_district().community)
    office = make_office()
    done = carry_out(office, dry_run(office, make_csv([HOURS_HEADINGS, _hours_row(person, 1)]), ImportKind.HOURS))
    entry = db.session.scalars(select(HoursEntry)).one()
    line = Line(Service(person.id, entry.service_on, entry.region_code, entry.policy_id, 480), entry.source, 90, "")
    with pytest.raises(IntegrityError), transaction():
        ledger.credit_many([line], hours_class=HoursClass.D, now=clock.now(), recorded_by=None)
    assert (entry.source, _ledger()) == (f"import:{done.id}:2", (1, 90, 90))


def _hours_row(person: Volunteer, day: int) -> list[str]:
    on = date(2023, 1, 1) + timedelta(days=day)
    return [person.name, person.document_number, "清洁家园", on.isoformat(), "1.5", "仙城社区居委会", ""]


def _ledger() -> tuple[int, int, int]:
    """Return how many lines there are, their minutes, and those of everybody's balance."""
    db.session.rollback()
    lines, minutes = db.session.execute(select(func.count(), func.coalesce(func.sum(HoursEntry.minutes), 0))).one()
    return lines, minutes, db.session.scalar(select(func.coalesce(func.sum(HoursBalance.minutes), 0))) or 0


def _undo_killed(app: Flask, import_id: int) -> None:
    office = make_office()
    with transaction():
        service.undo(office, get(import_id), "导错了", now=clock.now())
    gone = kill_while(app, import_id, RowState.UNDONE)
    open_ones = select(func.count()).where(Standing.until == STILL)
    assert db.session.scalar(open_ones) == PEOPLE - gone
    jobs.run_imports()
    assert db.session.scalar(open_ones) == 0
    assert get(import_id).counts["undone"] == PEOPLE


def test_a_dry_run_killed_in_the_middle_begins_anew(app: Flask) -> None:
    make_district()
    office, data = make_office(), make_csv([ROSTER_HEADINGS, *make_people(3)])
    found = dry_run(office, data)
    with transaction():
        # As a worker leaves it that is killed after its first batch: rows, and the state from before.
        db.session.execute(text("UPDATE imports SET state = 'uploaded', counts = '{}'"))
    jobs.run_imports()
    assert (get(found.id).state, get(found.id).counts["new"]) == (ImportState.READY, 3)
    assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 3


def test_a_worker_that_lost_its_lease_commits_nothing(app: Flask) -> None:
    """Red when the lease is not renewed inside each batch: the second worker's people would be there twice."""
    make_district()
    office = make_office()
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *make_people(2)]))
    with transaction():
        service.confirm(office, get(found.id), found.result_digest or "", now=clock.now())
        db.session.merge(Lease(name=jobs.LEASE, holder="another", until=clock.now() + jobs.HELD, fence=9))
    jobs.run_imports()
    assert get(found.id).state is ImportState.APPLYING
    assert db.session.scalar(select(func.count()).select_from(Volunteer)) == 0
    with transaction():
        db.session.execute(update(Lease).where(Lease.name == jobs.LEASE).values(until=clock.now()))
    jobs.run_imports()
    assert take_back(office, get(found.id)).counts["undone"] == 2
    assert applying.BATCH > 1


def test_the_timetable_starts_one_worker_and_only_where_something_waits(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, ...]] = []

    class Worker:
        def __init__(self, command: list[str], **_more: object) -> None:
            started.append(tuple(command[1:]))

        def poll(self) -> None:
            return None

    monkeypatch.setattr(jobs.subprocess, "Popen", Worker)
    monkeypatch.setattr(jobs, "_workers", [])
    make_district()
    jobs.start_worker()
    assert started == []
    upload(make_office(), make_csv([ROSTER_HEADINGS, *make_people(1)]))
    for _ in range(2):
        jobs.start_worker()
    assert started == [jobs.WORKER]
