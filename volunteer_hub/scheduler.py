"""The timetable: which job runs when, on whichever worker holds the lease.

Several web workers, or several machines, may each run one: only the holder of the lease works, and
every job chooses its work by state, so that a second run, or a late one, does nothing twice.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import click
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from flask.cli import with_appcontext

from volunteer_hub import rooms
from volunteer_hub.core import clock, leases
from volunteer_hub.core.db import db, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
#: A run that was missed while the machine slept is made up once, however late.
NO_LIMIT = None


def start(app: Flask) -> BackgroundScheduler:
    """Start the timetable in a thread of this process and return it."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for name, (job, seconds) in rooms.JOBS.items():
        scheduler.add_job(
            run_if_holder,
            "interval",
            args=(app, name, job),
            seconds=seconds,
            id=name,
            next_run_time=clock.now(),
            misfire_grace_time=NO_LIMIT,
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    return scheduler


def run_if_holder(app: Flask, name: str, job: Callable[[], None]) -> bool:
    """Run a job if this process holds the timetable's lease; tell whether it did. Errors are logged, not raised."""
    with app.app_context():
        try:
            with transaction():
                holder = leases.hold("timetable", _who(), now=clock.now(), for_how_long=LEASE)
            if holder:
                job()
        except Exception:
            log.exception("job %s failed and will be tried again", name)
            return False
        finally:
            db.session.remove()
        return holder


def run_once(app: Flask, name: str) -> None:
    """Run one job now, lease or not; safe, because jobs choose their work by state. Raises KeyError."""
    job, _ = rooms.JOBS[name]
    with app.app_context():
        job()


@click.group("jobs")
def commands() -> None:
    """The timetable."""


@commands.command("run")
@with_appcontext
def run_command() -> None:
    """Keep the timetable until stopped; a second one beside it is harmless."""
    scheduler = start(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy's own object
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    scheduler.shutdown()


@commands.command("once")
@click.argument("name", type=click.Choice(sorted(rooms.JOBS)))
@with_appcontext
def once_command(name: str) -> None:
    """Run one job now."""
    run_once(current_app._get_current_object(), name)  # type: ignore[attr-defined]  # the proxy's own object


def _who() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
