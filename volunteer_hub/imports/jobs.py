"""The timetable's share of imports: reads what was uploaded, carries out what was confirmed, takes back, erases;
and `flask imports run`, which does what waits now.

One worker at a time: a lease is renewed inside the transaction of every batch, so that whoever lost it
commits nothing more. Every step chooses its rows by their state and changes it together with the effect.
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError, OperationalError

from volunteer_hub.core import clock, leases
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import accepting, erasing, queries, reading, service, staging
from volunteer_hub.imports.applying import apply_people, next_rows
from volunteer_hub.imports.applying_hours import apply_hours
from volunteer_hub.imports.models import Import, ImportKind, ImportState, RowState
from volunteer_hub.imports.undoing import undo_hours, undo_people
from volunteer_hub.volunteers.ages import Ages

log = logging.getLogger(__name__)

LEASE = "imports"
HELD = timedelta(minutes=2)
#: Of two who register one document at once, one is refused; the batch is then done again, and sees the other.
TRIES = 5
#: How much lower than everything else the worker ranks with the system.
NICE = 15
WORKER = ("-m", "flask", "--app", "wsgi", "imports", "run")
#: The process this one has started, until it ends.
_workers: list[subprocess.Popen[bytes]] = []


class LostLeaseError(Exception):
    """Another worker has taken over; nothing of this batch is written."""


def start_worker() -> None:
    """Start a process that does what waits, unless one of ours is at it; it ends when nothing waits.

    Minutes of Python must not take turns with check-ins at one interpreter's lock (as of exports: 0098).
    """
    if _workers and _workers[0].poll() is None:
        return
    _workers.clear()
    if queries.find_busy() is not None:
        root = Path(current_app.root_path).parent
        _workers.append(subprocess.Popen([sys.executable, *WORKER], cwd=root, stdin=subprocess.DEVNULL))  # noqa: S603 - our own command


def run_imports() -> None:
    """Work until nothing waits, unless another worker is at it."""
    try:
        while _work_on_next():
            pass
    except LostLeaseError:
        log.info("another worker carries the imports on")


def erase_old_imports() -> None:
    """Erase what imports keep of people once its time has come."""
    with transaction():
        erased = erasing.erase_old(now=clock.now())
        accepting.drop_overtaken(now=clock.now())
    if erased:
        log.info("erased the rows of %d imports", erased)


@click.group("imports")
def commands() -> None:
    """Rosters and historic hours from files."""


@commands.command("run")
@with_appcontext
def run() -> None:
    """Read uploaded files, carry out confirmed imports and undo, until nothing waits."""
    os.nice(NICE)
    run_imports()


def _work_on_next() -> bool:
    """Do what the oldest waiting import needs; tell whether there was one."""
    if queries.find_busy() is None:
        return False
    with _batch():
        found = queries.find_busy()
        if found is None:
            leases.hold(LEASE, _who(), now=clock.now(), for_how_long=timedelta())
            return False
        import_id, state, kind = found.id, found.state, found.kind
    if state is ImportState.UPLOADED:
        _stage(import_id)
    elif state is ImportState.APPLYING:
        _carry(import_id, RowState.STAGED, apply_hours if kind is ImportKind.HOURS else _apply_people)
    else:
        _carry(import_id, RowState.APPLIED, undo_hours if kind is ImportKind.HOURS else undo_people)
    return True


@contextmanager
def _batch() -> Iterator[None]:
    """Open a transaction that commits only while this worker holds the lease."""
    with transaction():
        if not leases.hold(LEASE, _who(), now=clock.now(), for_how_long=HELD):
            raise LostLeaseError
        yield


def _stay() -> None:
    """Keep the lease while another process works for this one. Raises LostLeaseError."""
    with _batch():
        pass


def _stage(import_id: int) -> None:
    more = True
    while more:
        with _batch():
            more = staging.clear_rows(import_id)
    try:
        with _batch():
            data = staging.load_file(_get(import_id))
        answer = reading.read(data, meanwhile=_stay)
        del data
        with _batch():
            found = _get(import_id)
            if found.state is not ImportState.UPLOADED:
                return
            _, rows, _ = staging.look(found, answer)
            work = staging.begin(found, _ages(), now=clock.now())
        if work is None:
            return
        while batch := list(itertools.islice(rows, staging.BATCH)):
            with _batch():
                if _get(import_id).state is not ImportState.UPLOADED:
                    return
                staging.stage(work, batch, now=clock.now())
        with _batch():
            if _get(import_id).state is ImportState.UPLOADED:
                service.ready(_get(import_id), work.mark(), now=clock.now())
    except DomainError as refused:
        _fail(import_id, refused)
    except (LostLeaseError, OperationalError):
        raise
    except Exception:
        # No file may keep those behind it waiting for ever. Nothing but its own rows has been written.
        log.exception("import %s could not be read", import_id)
        _fail(import_id, reading.refusal("unreadable", {}))


def _fail(import_id: int, refused: DomainError) -> None:
    with _batch():
        found = _get(import_id)
        if found.state is ImportState.UPLOADED:
            service.fail(found, refused, now=clock.now())


def _carry(import_id: int, waiting: RowState, act: Callable[..., None]) -> None:
    failures = 0
    while True:
        try:
            with _batch():
                found = _get(import_id)
                rows = next_rows(import_id, waiting)
                if not rows:
                    service.end(service.actor_of(found), found, now=clock.now())
                    return
                act(found, rows, now=clock.now())
            failures = 0
        except IntegrityError:
            failures += 1
            if failures >= TRIES:
                raise


def _apply_people(found: Import, rows: list[object], **now: object) -> None:
    apply_people(found, rows, _ages(), **now)  # type: ignore[arg-type]  # rows and now as `_carry` hands them on


def _get(import_id: int) -> Import:
    """Return the import with its row held: nobody cancels or confirms in the middle of a batch."""
    return db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)


def _ages() -> Ages:
    config = current_app.config
    return Ages(config["AGE_ADULT"], config["AGE_SENSITIVE"], config["AGE_ACCOMPANIED"], config["AGE_MINIMUM"])


def _who() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
