"""Leases and job runs: what lets several workers keep one timetable without doing a thing twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, db
from volunteer_hub.core.dialect import upsert


class Lease(Base):
    """Who may run the timetable until when. `fence` grows with every new holder."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
    fence: Mapped[int]


class JobRun(Base):
    """A job's run for a period: the key makes a second run of the same period impossible."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime]


def hold(name: str, holder: str, *, now: datetime, for_how_long: timedelta) -> bool:
    """Take or renew a lease; tell whether the holder has it now. One statement decides, on either engine."""
    taken = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until < now))
        .values(holder=holder, until=now + for_how_long, fence=Lease.fence + 1)
    )
    if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        return True
    # Somebody else has it, or nobody ever had.
    made = db.session.scalar(
        upsert(db.session, Lease.__table__)  # type: ignore[arg-type]  # declared as FromClause, is a Table
        .values(name=name, holder=holder, until=now + for_how_long, fence=1)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(Lease.name)
    )
    return made is not None


def claim_period(job: str, period: str, *, now: datetime) -> bool:
    """Claim a period of a job in the caller's transaction; False if it has been done already."""
    claimed = db.session.scalar(
        upsert(db.session, JobRun.__table__)  # type: ignore[arg-type]  # declared as FromClause, is a Table
        .values(job=job, period=period, ran_at=now)
        .on_conflict_do_nothing(index_elements=["job", "period"])
        .returning(JobRun.job)
    )
    return claimed is not None
