"""Clears what an office did with the demonstration: flags, closed months, files in and out, targets."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, update

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityResult
from volunteer_hub.anomalies.models import AnomalyFlag, AnomalyParty
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import AnyColumn, in_region
from volunteer_hub.demo.city_plan import CITY
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.exchange.models import ExportJob, ExportPiece, IdentityExport, IdentityExportPeople
from volunteer_hub.imports.models import Import, ImportPiece, ImportRow, Invitation
from volunteer_hub.month_close.models import ClosedDocument, MonthClose, Reopening
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics.targets_models import Target
from volunteer_hub.volunteers.models import Volunteer

#: Tables of the office whose rows cannot be deleted otherwise.
KEPT_AS_WRITTEN = (
    "activity_results",
    "anomaly_flags",
    "anomaly_parties",
    "month_closes",
    "month_close_documents",
    "month_close_reopenings",
    "identity_exports",
    "identity_export_people",
    "targets",
)
ACCOUNTS = select(Account.id).where(Account.is_demonstration)
PEOPLE = select(Volunteer.id).where(Volunteer.is_demonstration)
STATIONS = select(Station.id).where(Station.is_demonstration)


def remove_office_work(removed: Removed, activities: ColumnElement[bool]) -> None:
    """Remove it all; `activities` says on `Activity` which are the demonstration's.

    What a real account signed, imported or set stays, even where it did so in the demonstration's district.
    """
    delete_rows(removed, ActivityResult, ActivityResult.activity_id.in_(select(Activity.id).where(activities)))
    _remove_flags(removed)
    _remove_months(removed)
    _remove_files(removed)
    _remove_imports(removed)
    set_by = select(Account.display_name).where(Account.is_demonstration)
    made = or_(Target.set_by.in_(set_by), Target.set_by == MAKER.label)
    delete_rows(removed, Target, and_(_lies_in(Target.region_code), made))


def _lies_in(column: AnyColumn) -> ColumnElement[bool]:
    return or_(*(in_region(column, code) for code in (DISTRICT, CITY)))


def _remove_flags(removed: Removed) -> None:
    of_nobody = and_(AnomalyFlag.station_id.is_(None), _lies_in(AnomalyFlag.region_code))
    going = or_(AnomalyFlag.station_id.in_(STATIONS), of_nobody)
    flags = select(AnomalyFlag.id).where(going)
    delete_rows(removed, AnomalyParty, or_(AnomalyParty.flag_id.in_(flags), AnomalyParty.account_id.in_(ACCOUNTS)))
    delete_rows(removed, AnomalyFlag, going)


def _remove_months(removed: Removed) -> None:
    signers = (MonthClose.filed_by, MonthClose.reviewed_by)
    unsigned = [or_(signer.is_(None), signer.in_(ACCOUNTS)) for signer in signers]
    closes = select(MonthClose.id).where(_lies_in(MonthClose.region_code), *unsigned)
    going = list(db.session.scalars(closes))
    delete_rows(removed, Reopening, Reopening.close_id.in_(going))
    delete_rows(removed, ClosedDocument, ClosedDocument.close_id.in_(going))
    delete_rows(removed, MonthClose, MonthClose.id.in_(going))


def _remove_files(removed: Removed) -> None:
    theirs = or_(IdentityExport.requested_by.in_(ACCOUNTS), IdentityExport.decided_by.in_(ACCOUNTS))
    requests = select(IdentityExport.id).where(theirs)
    jobs = select(ExportJob.id).where(or_(ExportJob.account_id.in_(ACCOUNTS), ExportJob.identity_id.in_(requests)))
    going = list(db.session.scalars(jobs))
    delete_rows(removed, ExportPiece, ExportPiece.export_id.in_(going))
    delete_rows(removed, ExportJob, ExportJob.id.in_(going))
    delete_rows(removed, IdentityExportPeople, IdentityExportPeople.identity_id.in_(requests))
    delete_rows(removed, IdentityExport, theirs)


def _remove_imports(removed: Removed) -> None:
    """Remove the imports of demonstration accounts; real ones forget the invented people they matched."""
    imports = select(Import.id).where(Import.uploaded_by.in_(ACCOUNTS))
    for model in (Invitation, ImportRow, ImportPiece):
        delete_rows(removed, model, model.import_id.in_(imports))
    delete_rows(removed, Import, Import.uploaded_by.in_(ACCOUNTS))
    for held in (ImportRow, Invitation):
        loosened = update(held).where(held.volunteer_id.in_(PEOPLE)).values(volunteer_id=None)
        db.session.execute(loosened.execution_options(synchronize_session=False))
