"""Files made in the background: asked for, taken by a worker, reported on, finished, fetched, erased.

A worker holds a file by its attempt: whatever it writes names the attempt, so that one who was given up
and comes back finds that nothing of it counts any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from volunteer_hub.audit import service as audit
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import export_queries as queries
from volunteer_hub.exchange.models import ExportJob, ExportPiece, ExportState
from volunteer_hub.notices import service as notices

#: How long a worker may be silent; it reports about every second.
LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=48)
#: A file that has stopped so many workers stops no further one.
ATTEMPTS = 3
#: What one account may have open at once, what one file may hold, what all may hold together.
OPEN_LIMIT = 3
MOST_BYTES = 512 * 1024 * 1024
MOST_KEPT = 4 * 1024 * 1024 * 1024
#: Bytes of a piece: a short transaction to write, and few to read.
PIECE = 256 * 1024
#: Pieces erased in one transaction.
ERASED_AT_ONCE = 64
PAGE = "/office/exports"


class Overtaken(Exception):
    """The file was cancelled, or another worker has taken it: this one stops and leaves everything."""


def ask(actor: Actor, job: ExportJob, *, now: datetime) -> ExportJob:
    """Put a file on the list; one that waits already is not put there twice.

    Raises DomainError where the account has enough open, or the store is full.
    """
    take_turn(db.session, f"exports:{job.account_id}")
    same = queries.find_same(job)
    if same is not None:
        return same
    _check_open(job.account_id)
    if queries.bytes_kept() >= MOST_KEPT:
        raise DomainError("store_full", N_("存放文件的空间已满，旧文件到期删除后即可再试。"))
    return put(actor, job, now=now)


def put(actor: Actor, job: ExportJob, *, now: datetime) -> ExportJob:
    """Put a file on the list and into the trail, whatever the limits."""
    job.state, job.asked_at = ExportState.WAITING, now
    db.session.add(job)
    db.session.flush()
    audit.record(
        actor,
        "exchange.export",
        "export",
        job.id,
        now=now,
        region=job.region_code,
        kind=job.kind,
        writing=job.writing.value,
        question=job.args,
        identity_request=job.identity_id,
    )
    return job


def cancel(actor: Actor, export_id: int, *, now: datetime) -> None:
    """Give a file up before it is ready, or erase a ready one early. Raises NotFound, and DomainError if it ended."""
    job = _held_own(actor, export_id)
    if job.state not in (*queries.OPEN, ExportState.READY):
        raise DomainError("ended", N_("这个文件已经结束。"))
    state = ExportState.ERASED if job.state is ExportState.READY else ExportState.CANCELLED
    _end(job, state, now=now)


def again(actor: Actor, export_id: int, *, now: datetime) -> None:
    """Try a failed file once more. Raises NotFound, and DomainError for any other."""
    job = _held_own(actor, export_id)
    if job.state is not ExportState.FAILED:
        raise DomainError("not_failed", N_("只有没有生成的文件可以再试。"))
    take_turn(db.session, f"exports:{job.account_id}")
    _check_open(job.account_id)
    job.state, job.failure, job.rows_done, job.rows_about = ExportState.WAITING, None, 0, None


def claim(holder: str, *, now: datetime) -> ExportJob | None:
    """Take the file that has waited longest; None if there is none.

    The statement that takes it names the attempt it saw: of two workers one is too late.
    """
    _give_up(now)
    seen = db.session.execute(
        select(ExportJob.id, ExportJob.attempt).where(queries.due(now)).order_by(ExportJob.id).limit(1)
    ).one_or_none()
    if seen is None:
        return None
    values = {
        "state": ExportState.WORKING,
        "holder": holder,
        "held_until": now + LEASE,
        "attempt": seen.attempt + 1,
        "started_at": now,
        "rows_done": 0,
    }
    taken = _update(ExportJob.id == seen.id, ExportJob.attempt == seen.attempt, queries.due(now), **values)
    return db.session.get(ExportJob, seen.id, populate_existing=True) if taken else None


def _give_up(now: datetime) -> None:
    """Fail what has outlived several workers: it would stop the next one too."""
    lapsed = (ExportJob.state == ExportState.WORKING, ExportJob.held_until < now, ExportJob.attempt % ATTEMPTS == 0)
    values = {"state": ExportState.FAILED, "failure": "worn_out", "holder": None, "held_until": None}
    _update(*lapsed, finished_at=now, **values)


def report(job: ExportJob, *, now: datetime, rows: int, about: int | None = None) -> None:
    """Say how far a worker has come, and that it lives. Raises Overtaken."""
    values = {"rows_done": rows, "held_until": now + LEASE} | ({"rows_about": about} if about is not None else {})
    _hold(job, **values)


def keep_piece(job: ExportJob, number: int, content: bytes, *, now: datetime) -> None:
    """Keep one piece, sealed. Raises Overtaken."""
    _hold(job, held_until=now + LEASE)
    sealed = crypto.seal_bytes("exports", content, about(job.id, job.attempt, number))
    db.session.execute(
        insert(ExportPiece).values(export_id=job.id, attempt=job.attempt, number=number, content=sealed)
    )


def about(export_id: int, attempt: int, number: int) -> bytes:
    """Return what a piece is bound to: moved to another place or file, it opens no more."""
    return f"{export_id}:{attempt}:{number}".encode()


def finish(
    job: ExportJob, *, now: datetime, size: int, digest: str, rows: int, until: datetime | None = None
) -> None:
    """Make a file ready for its owner, and tell him. Raises Overtaken."""
    _hold(
        job,
        state=ExportState.READY,
        holder=None,
        held_until=None,
        finished_at=now,
        expires_at=until or now + KEPT,
        size=size,
        digest=digest,
        rows_done=rows,
    )
    said = {"name": job.name}
    notices.tell(job.account_id, N_("文件“%(name)s”已生成，可以下载。"), said, key=_key(job), link=PAGE, now=now)


def fail(job: ExportJob, failure: str, *, now: datetime) -> None:
    """End a file that cannot be made, and tell its owner. Raises Overtaken."""
    _hold(job, state=ExportState.FAILED, failure=failure, holder=None, held_until=None, finished_at=now)
    said = {"name": job.name}
    notices.tell(job.account_id, N_("文件“%(name)s”没有生成，请查看原因。"), said, key=_key(job), link=PAGE, now=now)


def erase_pieces(export_id: int, attempt_below: int | None = None) -> int:
    """Erase some pieces of a file, of earlier attempts only if one is named; return how many."""
    of_file = ExportPiece.export_id == export_id
    if attempt_below is not None:
        of_file = of_file & (ExportPiece.attempt < attempt_below)
    chosen = db.session.execute(
        select(ExportPiece.attempt, ExportPiece.number).where(of_file).limit(ERASED_AT_ONCE)
    ).all()
    for attempt, number in chosen:
        db.session.execute(
            delete(ExportPiece).where(
                ExportPiece.export_id == export_id, ExportPiece.attempt == attempt, ExportPiece.number == number
            )
        )
    return len(chosen)


def expire(export_id: int, *, now: datetime) -> None:
    """Note that a file's time is over."""
    _update(
        ExportJob.id == export_id,
        ExportJob.state == ExportState.READY,
        ExportJob.expires_at < now,
        state=ExportState.ERASED,
    )


def record_download(actor: Actor, job: ExportJob, bytes_asked: str, *, now: datetime) -> None:
    """Record who fetches which bytes of a file."""
    audit.record(
        actor,
        "exchange.download",
        "export",
        job.id,
        now=now,
        region=job.region_code,
        kind=job.writing.value,
        what=job.kind,
        bytes=bytes_asked,
        identity_request=job.identity_id,
    )


def _held_own(actor: Actor, export_id: int) -> ExportJob:
    """Return one's own file with its row held as it stands now: a worker may be taking it this moment."""
    job = queries.get_own(actor.account_id, export_id)
    db.session.refresh(job, with_for_update=True)
    return job


def _check_open(account_id: int) -> None:
    if queries.count_open(account_id) >= OPEN_LIMIT:
        raise DomainError(
            "too_many_open", N_("您已有 %(most)s 个文件在排队，请等其中一个完成或取消后再试。"), most=OPEN_LIMIT
        )


def _end(job: ExportJob, state: ExportState, *, now: datetime) -> None:
    job.state, job.finished_at, job.holder, job.held_until = state, now, None, None


def _hold(job: ExportJob, **values: object) -> None:
    mine = (ExportJob.id == job.id, ExportJob.attempt == job.attempt, ExportJob.state == ExportState.WORKING)
    if not _update(*mine, **values):
        raise Overtaken


def _update(*where: ColumnElement[bool], **values: object) -> bool:
    done = db.session.execute(
        update(ExportJob).where(*where).values(**values).execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result


def _key(job: ExportJob) -> str:
    return f"export:{job.id}:{job.attempt}"
