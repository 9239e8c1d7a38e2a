"""A worker that dies, or stands still, leaves nothing half made and nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.exports import make_export, work
from tests.makers.ledger import make_crowd
from tests.makers.regions import make_district
from tests.rooms.exchange.test_jobs import people_in, state_of
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, one_instant, transaction
from volunteer_hub.exchange import export_jobs, exports
from volunteer_hub.exchange.models import ExportJob, ExportPiece, ExportState
from volunteer_hub.volunteers.models import Volunteer

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 60


def furnish() -> tuple[Account, str]:
    places = make_district()
    make_crowd([places.community, places.neighbour], PEOPLE, 10)
    return make_staff(Role.OFFICE, ScopeKind.REGION, "220403"), places.county


class Killed(BaseException):
    """The process is gone: nothing after this line of it happens."""


def _die_after(monkeypatch: pytest.MonkeyPatch, pieces: int) -> pytest.MonkeyPatch:
    keep = exports.keep_piece

    def keep_some(job: ExportJob, number: int, content: bytes, **more: object) -> None:
        if number >= pieces:
            raise Killed
        keep(job, number, content, **more)

    monkeypatch.setattr(export_jobs, "PIECE", 500)
    monkeypatch.setattr(exports, "PIECE", 500)
    monkeypatch.setattr("volunteer_hub.exchange.piece_reading.PIECE", 500)
    monkeypatch.setattr(exports, "keep_piece", keep_some)
    return monkeypatch


def test_another_worker_makes_the_file_anew_after_the_lease_and_nothing_is_doubled(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when the pieces of the dead attempt are not told from the new ones."""
    office, county = furnish()
    export_id = make_export(office, county)
    with _die_after(monkeypatch, 3).context(), pytest.raises(Killed):
        work()
    monkeypatch.undo()
    job = state_of(export_id)
    assert (job.state, job.attempt) == (ExportState.WORKING, 1)
    assert work() == 0, "its lease still runs"
    with time_machine.travel(clock.now() + exports.LEASE + timedelta(seconds=1), tick=False):
        assert work() == 1
        job = state_of(export_id)
        assert (job.state, job.attempt) == (ExportState.READY, 2)
        assert set(db.session.scalars(select(ExportPiece.attempt))) == {2}
        answer = sign_in(client, office).get(f"/office/exports/{export_id}/file")
        assert len(answer.data) == job.size
        assert len(people_in(answer.data)) == PEOPLE


def test_a_worker_that_was_given_up_and_comes_back_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when a worker's writes do not name its attempt."""
    office, county = furnish()
    export_id = make_export(office, county)
    write = export_jobs.file_writing.write
    slept: list[bool] = []

    def sleep_once(*words: Any, **more: Any) -> None:
        write(*words, **more)
        if not slept:
            slept.append(True)
            with app.app_context(), transaction():
                late = clock.now() - timedelta(seconds=1)
                db.session.execute(update(ExportJob).values(held_until=late))
            assert work() == 1

    monkeypatch.setattr(export_jobs.file_writing, "write", sleep_once)
    assert work() == 1
    job = state_of(export_id)
    assert (job.state, job.attempt) == (ExportState.READY, 2)
    assert db.session.scalars(select(ExportPiece.attempt)).all() == [2]


def test_a_database_that_is_away_for_a_moment_costs_an_attempt_and_not_the_file(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, county = furnish()
    export_id = make_export(office, county)

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(export_jobs.file_writing, "write", away)
        work()
    assert state_of(export_id).state is ExportState.WORKING
    with time_machine.travel(clock.now() + exports.LEASE + timedelta(seconds=1), tick=False):
        assert work() == 1
    assert state_of(export_id).state is ExportState.READY


def test_of_two_workers_one_makes_it(app: Flask) -> None:
    """Red when the statement that takes a file does not name what it saw."""
    office, county = furnish()
    make_export(office, county)
    taken: list[int] = []

    def run() -> None:
        with app.app_context():
            taken.append(export_jobs.work_off())

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 1
    assert db.session.scalar(select(func.count()).select_from(ExportPiece)) == 1


def test_a_file_that_outlives_three_workers_is_given_up(app: Flask) -> None:
    office, county = furnish()
    export_id = make_export(office, county)
    for _ in range(exports.ATTEMPTS):
        with transaction():
            assert exports.claim("a worker that dies", now=clock.now())
            db.session.execute(update(ExportJob).values(held_until=clock.now() - timedelta(seconds=1)))
    assert work() == 0
    assert state_of(export_id).failure == "worn_out"


def test_a_worker_killed_by_the_system_is_followed_by_another(app: Flask) -> None:
    """A process of its own, killed with signal 9 while it holds the file."""
    office, county = furnish()
    export_id = make_export(office, county)
    environment = {**os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    hang = (
        "import time; from volunteer_hub.exchange import export_jobs; from wsgi import app;"
        "export_jobs.file_writing.write = lambda *_, **__: time.sleep(600);"
        "app.app_context().push(); export_jobs.work_off()"
    )
    process = subprocess.Popen([sys.executable, "-c", hang], cwd=ROOT, env=environment)
    try:
        for _ in range(1200):
            if state_of(export_id).state is ExportState.WORKING:
                break
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert state_of(export_id).state is ExportState.WORKING
    with transaction():
        db.session.execute(update(ExportJob).values(held_until=clock.now() - timedelta(seconds=1)))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "exports", "work"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.strip() == "1"
    job = state_of(export_id)
    assert (job.state, job.attempt, job.rows_done) == (ExportState.READY, 2, PEOPLE)


def test_the_timetable_starts_one_worker_and_only_for_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Process:
        def __init__(self, words: list[str], **_: object) -> None:
            started.append(words)

        def poll(self) -> int | None:
            return None

    monkeypatch.setattr(export_jobs.subprocess, "Popen", Process)
    monkeypatch.setattr(export_jobs, "_workers", [])
    export_jobs.make_exports()
    assert started == []
    office, county = furnish()
    make_export(office, county)
    for _ in range(2):
        export_jobs.make_exports()
    assert [words[-2:] for words in started] == [["exports", "work"]]


def test_a_file_shows_one_instant_whatever_is_written_meanwhile(app: Flask) -> None:
    """Red on PostgreSQL without the snapshot: each statement would see what was committed before it."""
    furnish()
    names = select(Volunteer.name).distinct()
    with app.app_context(), one_instant():
        before = db.session.scalars(names).all()
        db.session.close()
        with app.app_context(), transaction():
            db.session.execute(update(Volunteer).values(name="改名"))
        assert db.session.scalars(names).all() == before
        with pytest.raises(RuntimeError), transaction():
            pass
    assert db.session.scalars(names).all() == ["改名"]
