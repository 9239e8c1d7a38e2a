"""Takes reports about the public record, and carries out what a person found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.publicity.models import REASON_LENGTH, Finding, HoursReport
from volunteer_hub.publicity.published import Line, Record
from volunteer_hub.publicity.queries import ReportFile


def report(
    actor: Actor, record: Record, line: Line | None, *, reason: str, contact: str, now: datetime
) -> HoursReport:
    """Keep what somebody reports about one row of a public record, or about the whole of it.

    Nobody needs to be signed in, so no address is kept either. Raises DomainError at `reason` if it is empty.
    """
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明举报的原因。"), field="reason")
    made = HoursReport(
        activity_id=record.activity.id,
        volunteer_id=line.volunteer_id if line else None,
        reason=reason.strip()[:REASON_LENGTH],
        contact=contact.strip() or None,
        reported_at=now,
        reported_by=actor.account_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def decide(actor: Actor, file: ReportFile, finding: Finding, *, reason: str, now: datetime) -> None:
    """Decide once what a report has shown. A founded one changes no hours: a correction does, with its own approver.

    Raises DomainError at `reason` if none is given, `already_decided`, and Denied for one's own report or hours.
    """
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    about_self = file.volunteer is not None and file.volunteer.account_id == actor.account_id
    if actor.account_id is None or about_self or file.report.reported_by == actor.account_id:
        raise Denied("own_report", N_("不能处理自己提出的、或关于自己时长的举报。"))
    settled = db.session.execute(
        update(HoursReport)
        .where(HoursReport.id == file.report.id, HoursReport.decided_at.is_(None))
        .values(decided_at=now, decided_by=actor.account_id, finding=finding, finding_reason=reason.strip())
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_decided", N_("这条举报已经有人处理过了。"))
    audit.record(
        actor,
        f"reviews.report_{finding.value}",
        "hours_report",
        file.report.id,
        now=now,
        region=file.station.region_code,
        reason=reason.strip(),
        activity=file.activity.id,
    )
