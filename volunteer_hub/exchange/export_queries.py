"""Reads files made in the background: one's own, and what a worker has to do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.roles import scope_of
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.exchange.models import ExportJob, ExportPiece, ExportState

#: What still waits or is being made.
OPEN = (ExportState.WAITING, ExportState.WORKING)
SHOWN = 30


def scope_now(account_id: int, permission: Permission, now: datetime) -> Scope:
    """Return where an account holds a permission at this very moment, whatever a page was shown before."""
    return scope_of(accounts.list_grants(account_id, now), permission, None)


def list_own(account_id: int) -> list[ExportJob]:
    """Return an account's latest files, the newest first."""
    return list(
        db.session.scalars(
            select(ExportJob).where(ExportJob.account_id == account_id).order_by(ExportJob.id.desc()).limit(SHOWN)
        )
    )


def get_own(account_id: int | None, export_id: int) -> ExportJob:
    """Return a file of this account. Raises NotFound for anybody else's, whoever asks."""
    job = db.session.get(ExportJob, export_id)
    if job is None or job.account_id != account_id:
        raise NotFound
    return job


def get_ready(account_id: int | None, export_id: int, scope: Scope, *, now: datetime) -> ExportJob:
    """Return a file its owner may fetch now, and whose division lies in the scope. Raises NotFound."""
    job = get_own(account_id, export_id)
    kept = job.state is ExportState.READY and job.expires_at is not None and now <= job.expires_at
    if not kept or not scope.covers(region=job.region_code):
        raise NotFound
    return job


def count_open(account_id: int) -> int:
    """Return how many files of an account wait or are being made."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ExportJob)
            .where(ExportJob.account_id == account_id, ExportJob.state.in_(OPEN))
        )
        or 0
    )


def find_same(job: ExportJob) -> ExportJob | None:
    """Return an open file of the same account with the same question, so that a double click asks once."""
    rows = db.session.scalars(
        select(ExportJob).where(
            ExportJob.account_id == job.account_id,
            ExportJob.state.in_(OPEN),
            ExportJob.kind == job.kind,
            ExportJob.writing == job.writing,
            ExportJob.identity_id.is_(None),
        )
    )
    return next((row for row in rows if row.args == job.args), None)


def bytes_kept() -> int:
    """Return how many bytes all ready files hold."""
    return int(db.session.scalar(select(func.sum(ExportJob.size)).where(ExportJob.state == ExportState.READY)) or 0)


def has_work(now: datetime) -> bool:
    """Tell whether a worker would find something to make."""
    return bool(db.session.scalar(select(exists().where(due(now)))))


def due(now: datetime) -> ColumnElement[bool]:
    """Return the condition for files to be made: waiting, or left by a worker that has not reported in time."""
    return or_(
        ExportJob.state == ExportState.WAITING,
        and_(ExportJob.state == ExportState.WORKING, ExportJob.held_until < now),
    )


def list_to_erase(now: datetime) -> list[ExportJob]:
    """Return files whose pieces nobody may read any more: expired, cancelled or failed."""
    ended = ExportJob.state.in_([ExportState.CANCELLED, ExportState.FAILED, ExportState.ERASED])
    has_pieces = exists().where(ExportPiece.export_id == ExportJob.id)
    over = and_(ExportJob.state == ExportState.READY, ExportJob.expires_at < now)
    return list(
        db.session.scalars(select(ExportJob).where(or_(over, and_(ended, has_pieces))).order_by(ExportJob.id))
    )


def get_piece(export_id: int, attempt: int, number: int) -> bytes:
    """Return a sealed piece. Raises NotFound once it is erased."""
    content = db.session.scalar(
        select(ExportPiece.content).where(
            ExportPiece.export_id == export_id, ExportPiece.attempt == attempt, ExportPiece.number == number
        )
    )
    if content is None:
        raise NotFound
    return content
