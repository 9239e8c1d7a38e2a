"""A certificate that somebody of the demonstration waits for; and taking out whatever was asked for and issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from volunteer_hub.certificates import service, units
from volunteer_hub.certificates.models import (
    Certificate,
    CertificateRequest,
    CertificateSeries,
    RecordingUnit,
    UnitSeal,
)
from volunteer_hub.certificates.service import Asked
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.units import UnitKind
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.demo.attendance import Course, Visit
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

#: Tables of certificates whose rows cannot be deleted otherwise.
KEPT_AS_WRITTEN = ("certificates",)
PURPOSE, PERSON, CONTACT = "评优", "赵主任（虚构）", "0437-5550199（虚构）"


def write(visits: Sequence[Visit], ids: list[int], tester: int, *, now: datetime) -> None:
    """Let the volunteer one can sign in as wait for a certificate of the station served at last."""
    own = [visit for visit in visits if ids[visit.person] == tester and visit.course is Course.SCANNED]
    if not own:
        return
    station = db.session.get_one(Station, own[-1].shift.station.id)
    unit = units.ensure(UnitKind.STATION, station, now=now)
    units.change(MAKER, unit, person_in_charge=PERSON, contact=CONTACT, now=now)
    volunteer = db.session.get_one(Volunteer, tester)
    days = sorted(clock.civil_date(visit.in_at) for visit in own)
    asked = Asked(UnitKind.STATION, station.id, Period(days[0], days[-1]), PURPOSE, True, False)
    service.ask(Actor(volunteer.account_id, volunteer.name), volunteer, asked, now=now)


def remove_certificates(removed: Removed) -> None:
    """Remove requests and certificates of invented people, and invented units with all they issued."""
    people = select(Volunteer.id).where(Volunteer.is_demonstration)
    stations = select(Station.id).where(Station.is_demonstration)
    teams = select(Team.id).where(Team.is_demonstration)
    invented = or_(RecordingUnit.station_id.in_(stations), RecordingUnit.team_id.in_(teams))
    issuers = select(RecordingUnit.id).where(invented)
    issued = or_(Certificate.volunteer_id.in_(people), Certificate.unit_id.in_(issuers))
    asked = or_(CertificateRequest.volunteer_id.in_(people), CertificateRequest.unit_id.in_(issuers))
    delete_rows(removed, CertificateRequest, asked)
    loosen = update(Certificate).where(issued).values(superseded_by_id=None)
    db.session.execute(loosen.execution_options(synchronize_session=False))
    delete_rows(removed, Certificate, issued)
    for of_unit in (CertificateSeries, UnitSeal):
        delete_rows(removed, of_unit, of_unit.unit_id.in_(issuers))
    delete_rows(removed, RecordingUnit, invented)
