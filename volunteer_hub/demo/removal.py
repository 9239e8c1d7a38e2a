"""Takes the demonstration out again, with everything anybody did on it, and nothing else.

What goes: every row marked as demonstration, and whatever hangs on one: a real person's sign-up, scans,
session and hours at a demonstration activity too, since the activity they speak of never was. What stays:
real people, stations, teams, activities and their figures, and the trail.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, insert, or_, select, update

from volunteer_hub.activities.models import Activity, Project, Shift, SignUp
from volunteer_hub.agenda.models import CalendarFeed
from volunteer_hub.amendments.models import Correction, EvidencePicture, MakeUp
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin.models import Scan, ScanRuling, ServiceSession, WalkIn
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import AnySelect, db, table_of
from volunteer_hub.core.dialect import append_only_lifted, loader
from volunteer_hub.demo import certified, identity_removal, kin, office_work, recognition_removal, uprooting
from volunteer_hub.demo.city_plan import CITY
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursDay, HoursEntry
from volunteer_hub.publicity.models import HoursReport
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.stations.models import Station, StationKeeper
from volunteer_hub.statistics import folding
from volunteer_hub.teams.models import Membership, Team
from volunteer_hub.volunteers.models import Card, Consent, Guardian, NumberSeries, Standing, Volunteer

PEOPLE = select(Volunteer.id).where(Volunteer.is_demonstration)
STATIONS = select(Station.id).where(Station.is_demonstration)
TEAMS = select(Team.id).where(Team.is_demonstration)
PROJECTS = select(Project.id).where(or_(Project.is_demonstration, Project.station_id.in_(STATIONS)))
ACTIVITIES = select(Activity.id).where(or_(Activity.station_id.in_(STATIONS), Activity.project_id.in_(PROJECTS)))
SHIFTS = select(Shift.id).where(Shift.activity_id.in_(ACTIVITIES))

#: Tables whose rows cannot be deleted otherwise; the ledger is opened by itself.
KEPT_AS_WRITTEN = (
    "scans",
    "scan_rulings",
    "hours_reports",
    "evidence_pictures",
    "population_figures",
    "area_settings",
    *office_work.KEPT_AS_WRITTEN,
    *recognition_removal.KEPT_AS_WRITTEN,
    *certified.KEPT_AS_WRITTEN,
    *identity_removal.KEPT_AS_WRITTEN,
)


def remove(*, now: datetime) -> Removed:
    """Remove the demonstration and return how many rows went from which table. Raises nothing for an empty one."""
    removed: Removed = {}
    with append_only_lifted(db.session, KEPT_AS_WRITTEN):
        recognition_removal.remove_recognition(removed, _about(HoursEntry), SHIFTS)
        certified.remove_certificates(removed)
        identity_removal.remove_identities(removed)
        with _ledger_opened():
            _remove_hours(removed)
        office_work.remove_office_work(removed, Activity.id.in_(ACTIVITIES))
        _remove_service(removed)
        _remove_register(removed)
        uprooting.detach_real_rows()
        delete_rows(removed, Activity, Activity.id.in_(ACTIVITIES))
        delete_rows(removed, Project, Project.id.in_(PROJECTS))
        uprooting.remove_accounts(removed)
        delete_rows(removed, Team, Team.is_demonstration)
        delete_rows(removed, StationKeeper, StationKeeper.station_id.in_(STATIONS))
        delete_rows(removed, Station, Station.is_demonstration)
        uprooting.remove_ground(removed)
    db.session.expire_all()
    folding.rebuild(now=now)
    audit.record(COMMAND_LINE, "demo.remove", "demonstration", DISTRICT, now=now, region=DISTRICT, rows=removed)
    return removed


def _ledger_opened() -> AbstractContextManager[None]:
    """Let lines go from the ledger. Of the large demonstration so many go that its indexes are made again after."""
    if uprooting.last_loading(CITY):
        return loader(db.session).lightened((table_of(HoursEntry),))
    return append_only_lifted(db.session, ("hours_entries",))


def _remove_hours(removed: Removed) -> None:
    """Remove the ledger's lines with their sums; real people keep the sums of their real lines."""
    guests = _guests()
    delete_rows(removed, HoursEntry, _about(HoursEntry))
    for model in (HoursBalance, HoursDay):
        delete_rows(removed, model, or_(model.volunteer_id.in_(PEOPLE), model.volunteer_id.in_(guests)))
    _sum_up_again(guests)


def _remove_service(removed: Removed) -> None:
    """Remove what was served: reports, requests, cases, sessions, scans, sign-ups and shifts."""
    delete_rows(
        removed, HoursReport, or_(HoursReport.activity_id.in_(ACTIVITIES), HoursReport.volunteer_id.in_(PEOPLE))
    )
    sessions = select(ServiceSession.id).where(_about(ServiceSession))
    make_ups = select(MakeUp.id).where(_about(MakeUp))
    delete_rows(removed, Correction, or_(Correction.session_id.in_(sessions), Correction.make_up_id.in_(make_ups)))
    delete_rows(removed, MakeUp, _about(MakeUp))
    delete_rows(removed, EvidencePicture, EvidencePicture.id.not_in(select(MakeUp.evidence_id)))
    scans = select(Scan.id).where(_about(Scan))
    delete_rows(
        removed,
        ReviewCase,
        or_(
            ReviewCase.session_id.in_(sessions),
            ReviewCase.scan_id.in_(scans),
            ReviewCase.walk_in_id.in_(_walk_ins()),
            ReviewCase.station_id.in_(STATIONS),
        ),
    )
    delete_rows(removed, ScanRuling, ScanRuling.scan_id.in_(scans))
    _forget_claims(removed)
    delete_rows(removed, ServiceSession, _about(ServiceSession))
    delete_rows(removed, Scan, _about(Scan))
    delete_rows(removed, WalkIn, WalkIn.shift_id.in_(SHIFTS))
    delete_rows(removed, SignUp, or_(SignUp.shift_id.in_(SHIFTS), SignUp.volunteer_id.in_(PEOPLE)))
    delete_rows(removed, Shift, Shift.activity_id.in_(ACTIVITIES))


def _forget_claims(removed: Removed) -> None:
    """Let real placeholders be claimed anew that were taken for somebody who never was."""
    scans = select(Scan.id).where(Scan.walk_in_id.in_(_walk_ins()))
    delete_rows(removed, ScanRuling, ScanRuling.scan_id.in_(scans))
    free = {"volunteer_id": None, "claimed_at": None, "claimed_by": None, "confirmed_at": None}
    db.session.execute(update(WalkIn).where(WalkIn.volunteer_id.in_(PEOPLE)).values(free))


def _walk_ins() -> Select[int]:
    """Return the placeholders of invented shifts, and those taken for invented people."""
    return select(WalkIn.id).where(or_(WalkIn.volunteer_id.in_(PEOPLE), WalkIn.shift_id.in_(SHIFTS)))


def _remove_register(removed: Removed) -> None:
    """Remove the people with what the register holds of them."""
    kin.remove_families(removed)
    delete_rows(removed, Membership, or_(Membership.team_id.in_(TEAMS), Membership.volunteer_id.in_(PEOPLE)))
    for model in (CalendarFeed, Card, Consent, Guardian, Standing):
        delete_rows(removed, model, model.volunteer_id.in_(PEOPLE))
    prefixes = select(func.substr(Volunteer.number, 2, 10))
    real, invented = prefixes.where(~Volunteer.is_demonstration), prefixes.where(Volunteer.is_demonstration)
    delete_rows(removed, NumberSeries, NumberSeries.prefix.in_(invented) & NumberSeries.prefix.not_in(real))
    db.session.execute(update(Volunteer).where(Volunteer.merged_into_id.in_(PEOPLE)).values(merged_into_id=None))
    delete_rows(removed, Volunteer, Volunteer.is_demonstration)


def _about(model: type[HoursEntry | MakeUp | ServiceSession | Scan]) -> ColumnElement[bool]:
    return or_(model.volunteer_id.in_(PEOPLE), model.shift_id.in_(SHIFTS), model.station_id.in_(STATIONS))


def _guests() -> list[int]:
    """Return the real people who have hours from the demonstration's activities."""
    statement = select(HoursEntry.volunteer_id).where(_about(HoursEntry), HoursEntry.volunteer_id.not_in(PEOPLE))
    return list(db.session.scalars(statement.distinct()))


def _sum_up_again(guests: list[int]) -> None:
    """Rebuild the sums of people whose ledger has lost lines: what the insert trigger would have made."""

    def minutes_of(hours_class: HoursClass) -> ColumnElement[int]:
        return func.sum(case((HoursEntry.hours_class == hours_class, HoursEntry.minutes), else_=0))

    whose = HoursEntry.volunteer_id.in_(guests)
    balances: AnySelect = (
        select(HoursEntry.volunteer_id, func.sum(HoursEntry.minutes), *(minutes_of(kind) for kind in HoursClass))
        .where(whose)
        .group_by(HoursEntry.volunteer_id)
    )
    columns = ["volunteer_id", "minutes", "class_a", "class_b", "class_c", "class_d"]
    db.session.execute(insert(HoursBalance).from_select(columns, balances))
    days = (
        select(HoursEntry.volunteer_id, HoursEntry.service_on, func.sum(HoursEntry.minutes))
        .where(whose, HoursEntry.hours_class != HoursClass.D)
        .group_by(HoursEntry.volunteer_id, HoursEntry.service_on)
    )
    db.session.execute(insert(HoursDay).from_select(["volunteer_id", "service_on", "minutes"], days))
