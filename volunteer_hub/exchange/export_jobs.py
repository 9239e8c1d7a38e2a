"""Makes files in the background, one at a time, and erases them when their time is over.

The timetable starts a process of its own for it, at low priority: what costs seconds of Python must not
take turns with check-ins at one interpreter's lock, and its memory ends with it (decision 0098).
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path
from typing import IO, Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

from volunteer_hub.core import clock
from volunteer_hub.core.db import db, one_instant, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.paper import TooLong
from volunteer_hub.core.workbook import TooManyRows
from volunteer_hub.exchange import export_queries, exports, file_writing, identity_exports
from volunteer_hub.exchange.export_contents import Contents, contents_of
from volunteer_hub.exchange.exports import MOST_BYTES, PIECE, Overtaken
from volunteer_hub.exchange.kinds import Say
from volunteer_hub.exchange.models import ExportJob
from volunteer_hub.web.i18n import say

log = logging.getLogger(__name__)

#: How much lower than everything else the worker ranks with the system.
NICE = 15
#: Seconds between two reports on one file.
REPORTED = 1.0
WORKER = ("-m", "flask", "--app", "wsgi", "exports", "work")
#: The process this one has started, until it ends.
_workers: list[subprocess.Popen[bytes]] = []


def make_exports() -> None:
    """Start a worker if there is something to make and none of ours is at work; it ends when nothing is left."""
    if _workers and _workers[0].poll() is None:
        return
    _workers.clear()
    if export_queries.has_work(clock.now()):
        root = Path(current_app.root_path).parent
        _workers.append(subprocess.Popen([sys.executable, *WORKER], cwd=root, stdin=subprocess.DEVNULL))  # noqa: S603 - our own command


def work_off() -> int:
    """Make one file after the other until none waits; return how many were taken up."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    taken = 0
    while _make_next(holder):
        taken += 1
    return taken


def erase_expired() -> None:
    """Erase the pieces of files whose time is over, a few in each transaction."""
    now = clock.now()
    ended = [job.id for job in export_queries.list_to_erase(now)]
    for export_id in ended:
        with transaction():
            exports.expire(export_id, now=now)
        _erase(export_id)


def _erase(export_id: int, attempt_below: int | None = None) -> None:
    erased = 1
    while erased:
        with transaction():
            erased = exports.erase_pieces(export_id, attempt_below)


def _make_next(holder: str) -> bool:
    with transaction():
        job = exports.claim(holder, now=clock.now())
    if job is None:
        return False
    db.session.expunge(job)
    _erase(job.id, job.attempt)
    try:
        _make(job)
    except Overtaken:
        log.info("export %s was cancelled or taken by another worker", job.id)
    except OperationalError:
        # The database is busy or away: another attempt is made when this one's lease has run out.
        log.warning("export %s waits for the database", job.id, exc_info=True)
    except Exception as error:
        _fail(job, error)
    return True


def _make(job: ExportJob) -> None:
    people: array[int] = array("q")
    with _scratch() as kept:
        teller = _Teller(job)
        # The transaction that sees one instant ends before the first piece is stored.
        with force_locale(job.locale), one_instant():
            contents = contents_of(job, _once_each(), people, now=clock.now())
            teller.about = contents.about
            _write(kept, job, contents, teller)
        size = kept.seek(0, os.SEEK_END)
        for number, piece in enumerate(file_writing.pieces(kept, PIECE)):
            with transaction():
                exports.keep_piece(job, number, piece, now=clock.now())
        digest = file_writing.digest(kept, PIECE)
    with transaction():
        if job.identity_id is not None:
            identity_exports.keep_people(job.identity_id, people)
        exports.finish(job, now=clock.now(), size=size, digest=digest, rows=teller.rows, until=contents.until)


def _once_each() -> Say:
    """Return `say`, looking each plain sentence up once: some stand in every row."""
    said: dict[str, str] = {}

    def once(sentence: str, params: dict[str, Any] | None = None) -> str:
        if params:
            return say(sentence, params)
        if sentence not in said:
            said[sentence] = say(sentence)
        return said[sentence]

    return once


def _write(kept: IO[bytes], job: ExportJob, contents: Contents, teller: _Teller) -> None:
    file_writing.write(
        kept,
        file_writing.counted(contents.sheets, teller.tell),
        job.writing,
        title=job.name,
        author=contents.author,
        most_bytes=MOST_BYTES,
    )


def _scratch() -> IO[bytes]:
    """Open a file without a name, which only this process can read and which ends with it, however that ends."""
    folder = Path(current_app.config["INSTANCE_DIR"]) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


class _Teller:
    """Reports how far a file is, about every second, through a session of its own."""

    def __init__(self, job: ExportJob) -> None:
        self.rows = 0
        self.about: int | None = None
        self._job = job
        self._told = float("-inf")

    def tell(self, rows: int) -> None:
        """Count rows; report now and then. Raises Overtaken."""
        self.rows += rows
        if time.monotonic() - self._told < REPORTED:
            return
        with current_app.app_context(), transaction():
            exports.report(self._job, now=clock.now(), rows=self.rows, about=self.about)
        self._told = time.monotonic()


def _fail(job: ExportJob, error: Exception) -> None:
    failure = _failure(error)
    if failure == "broken":
        log.error("export %s could not be made", job.id, exc_info=error)
    try:
        with transaction():
            exports.fail(job, failure, now=clock.now())
    except Overtaken:
        return
    _erase(job.id)


def _failure(error: Exception) -> str:
    """Return what to tell the owner: a key of `export_labels.FAILURES`."""
    if isinstance(error, DomainError):
        return error.code if error.code in ("not_found", "too_late") else "not_found"
    if isinstance(error, TooManyRows | TooLong):
        return "too_many_rows"
    if isinstance(error, file_writing.TooBig):
        return "too_big"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "no_space"
    return "broken"
