"""Makes recording units, requests and issued certificates through the real services."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

from PIL import Image, ImageDraw
from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.activities import make_shift
from tests.makers.regions import make_district
from tests.makers.services import make_service
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.certificates import issuing_desk, queries, seal_pictures, service, units
from volunteer_hub.certificates.models import Certificate, CertificateRequest
from volunteer_hub.certificates.service import Asked
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.units import UnitKind
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 3, 20)
SERVED = date(2026, 3, 5)
#: Who asks for somebody without an account.
NOBODY = 10**9
PERIOD = Period(FIRST_DAY, LAST_DAY)


@dataclass
class Desk:
    """A station whose manager issues, and a volunteer it recorded two hours of."""

    station: Station
    manager: Account
    volunteer: Volunteer
    entry_id: int

    @property
    def actor(self) -> Actor:
        """Return the manager as a door passes it on."""
        return Actor(self.manager.id, self.manager.display_name)

    @property
    def scope(self) -> Scope:
        """Return where the manager issues."""
        return Scope(stations=(self.station.path,))


def make_desk(*, minutes: int = 120, ready: bool = True) -> Desk:
    """Return a desk; the unit has its person in charge unless `ready` is false."""
    places = make_district()
    station = make_station(places.community)
    manager = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path, name="王站长")
    volunteer = make_volunteer(places.community, "李秀兰", password="a long enough phrase")
    desk = Desk(station, manager, volunteer, make_done(station, volunteer, minutes=minutes))
    if ready:
        make_ready(desk)
    return desk


def make_done(station: Station, volunteer: Volunteer, *, minutes: int = 120, on: date = SERVED) -> int:
    """Return the id of a credit at a shift of its own."""
    starts = datetime(on.year, on.month, on.day, 1, 0, tzinfo=UTC)
    shift = make_shift(station, starts_at=starts, ends_at=starts.replace(hour=9))
    return make_service(volunteer, minutes=minutes, service_on=on, station=station, shift=shift)


def make_ready(desk: Desk) -> int:
    """Say who answers for the unit; return its id."""
    with transaction():
        unit = units.ensure(UnitKind.STATION, db.session.get_one(Station, desk.station.id), now=NOW)
        units.change(desk.actor, unit, person_in_charge="孙主任", contact="0437-5550100", now=NOW)
        return unit.row.id


def make_request(
    desk: Desk,
    *,
    volunteer: Volunteer | None = None,
    period: Period = PERIOD,
    whole_document: bool = False,
    wants_seal: bool = True,
    now: datetime = NOW,
) -> CertificateRequest:
    """Return a request of the desk's volunteer, or another's."""
    who = volunteer or desk.volunteer
    asked = Asked(UnitKind.STATION, desk.station.id, period, "升学", wants_seal, whole_document)
    with transaction():
        return service.ask(Actor(who.account_id or NOBODY, who.name), who, asked, now=now)


def address(token: str) -> str:
    """Return the public page's address as the tests' server has it."""
    return f"https://zhiyuan.example.gov.cn/certificates/{token}"


def make_certificate(
    desk: Desk, request: CertificateRequest | None = None, *, now: datetime = NOW, scope: Scope = EVERYTHING
) -> Certificate:
    """Return an issued certificate."""
    asked = request or make_request(desk)
    return issuing_desk.issue(desk.actor, scope, asked.id, address=address, site="志愿中枢", now=now)


def make_seal_picture(side: int = 400) -> bytes:
    """Return a red ring on white, as a scanner would give it."""
    picture = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, side - 20, side - 20), outline=(200, 16, 30), width=16)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def make_certified(station: Station, issuer: Account, *, now: datetime) -> dict[str, int]:
    """Return a unit with a seal, a certificate of somebody it recorded hours of, and a request that waits."""
    entry = db.session.scalars(
        select(HoursEntry).where(HoursEntry.station_id == station.id, ledger.stands()).limit(1)
    ).one()
    desk = Desk(station, issuer, db.session.get_one(Volunteer, entry.volunteer_id), entry.id)
    unit_id = make_ready(desk)
    picture = seal_pictures.re_encode(make_seal_picture(), field="picture")
    with transaction():
        units.use_seal(desk.actor, queries.get_unit(EVERYTHING, unit_id), picture, now=now)
    served = Period(entry.service_on, entry.service_on)
    certificate = make_certificate(desk, make_request(desk, period=served, now=now), now=now)
    waiting = make_request(desk, period=served, now=now)
    return {"unit_id": unit_id, "certificate_id": certificate.id, "certificate_request_id": waiting.id}
