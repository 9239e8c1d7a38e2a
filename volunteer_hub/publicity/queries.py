"""Reads reports about the public record, for those who look into them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.publicity.models import HoursReport
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class ReportFile:
    """A report with what it is about, and who decided."""

    report: HoursReport
    activity: Activity
    station: Station
    volunteer: Volunteer | None
    decided_by: str | None


def above_stations(scope: Scope) -> Scope:
    """Return the part of a scope that covers whole divisions: nobody looks into reports about his own station."""
    return Scope(everything=scope.everything, regions=scope.regions)


def page_reports(scope: Scope, *, decided: bool, number: int) -> Page[ReportFile]:
    """Return reports in the scope: those still open, oldest first, or those decided, latest first."""
    statement = _files(scope)
    if decided:
        statement = statement.where(HoursReport.decided_at.is_not(None)).order_by(HoursReport.decided_at.desc())
    else:
        statement = statement.where(HoursReport.decided_at.is_(None)).order_by(HoursReport.reported_at)
    return page_of(db.session, statement, number, 20).map(lambda row: ReportFile(*row))


def get_report(scope: Scope, report_id: int) -> ReportFile:
    """Return one report with what it is about. Raises NotFound outside the scope."""
    row = db.session.execute(_files(scope).where(HoursReport.id == report_id)).one_or_none()
    if row is None:
        raise NotFound
    return ReportFile(*row)


def list_shifts(file: ReportFile) -> list[Shift]:
    """Return the shifts at which the reported hours were earned, latest first: where a correction begins."""
    statement = (
        select(Shift)
        .join(HoursEntry, HoursEntry.shift_id == Shift.id)
        .where(Shift.activity_id == file.activity.id)
        .distinct()
        .order_by(Shift.starts_at.desc())
        .limit(50)
    )
    if file.volunteer is not None:
        statement = statement.where(HoursEntry.volunteer_id == file.volunteer.id)
    return list(db.session.scalars(statement))


def _files(scope: Scope) -> AnySelect:
    decider = aliased(Account)
    return (
        select(HoursReport, Activity, Station, Volunteer, decider.display_name)
        .join(Activity, Activity.id == HoursReport.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Volunteer, Volunteer.id == HoursReport.volunteer_id)
        .outerjoin(decider, decider.id == HoursReport.decided_by)
        .where(above_stations(scope).where(region=Station.region_code))
    )
