"""Makes a door: a station with a shift, an operator who may scan there, and people signed up for it."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.makers.activities import make_shift, make_sign_up
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, ScopeKind, SignInKind, TokenKind
from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import Answer, ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.volunteers.models import STILL, DocumentKind, Standing, Volunteer

DISTRICT = "220403000000"
START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
_serial = itertools.count(1)


@dataclass
class Door:
    """Where the tests stand."""

    station: Station
    shift: Shift
    operator: Account

    @property
    def actor(self) -> Actor:
        """Return the operator as the door passes it on."""
        return Actor(self.operator.id, self.operator.display_name)

    def scan(
        self,
        volunteer: Volunteer,
        direction: Direction,
        at: datetime,
        *,
        nonce: str | None = None,
        code: str | None = None,
        shift: Shift | None = None,
        scope: Scope = EVERYTHING,
    ) -> Answer:
        """Scan a person's live code at an instant of the server's clock."""
        item = ScanItem(
            nonce=nonce or secrets.token_hex(16),
            code=code or codes.personal_code(volunteer.id, at),
            direction=direction,
            shift_id=(shift or self.shift).id,
            entry_point=EntryPoint.MANAGER_SCAN,
        )
        return take_scans([item], self.actor, scope, now=at)[0]

    def come(self, volunteer: Volunteer, at: datetime) -> Answer:
        """Scan in."""
        return self.scan(volunteer, Direction.IN, at)

    def go(self, volunteer: Volunteer, at: datetime) -> Answer:
        """Scan out."""
        return self.scan(volunteer, Direction.OUT, at)

    def issue_token(self, now: datetime) -> str:
        """Return the secret of a device token of the operator."""
        with transaction():
            return accounts.issue_token(COMMAND_LINE, self.operator.id, TokenKind.DEVICE, "门口手机", now=now)[1]


def make_door(*, starts_at: datetime = START, ends_at: datetime = END) -> Door:
    """Return a door in the district, with a station manager who holds the station."""
    with transaction():
        if db.session.get(Region, DISTRICT) is None:
            db.session.add(
                Region(code=DISTRICT, name="西安区", level=RegionLevel.COUNTY, full_name="吉林省辽源市西安区")
            )
            db.session.flush()
        station = Station(
            path="/",
            kind=StationKind.POST,
            name="城西社区文明实践站",
            region_code=DISTRICT,
            opened_at=starts_at - timedelta(days=365),
        )
        db.session.add(station)
        db.session.flush()
        station.path = f"/{station.id}/"
        operator = accounts.create_account(
            "王站长", None, {SignInKind.STAFF_NAME: f"zhan{station.id}"}, now=starts_at - timedelta(days=365)
        )
        accounts.grant(
            COMMAND_LINE,
            operator.id,
            Role.STATION_MANAGER,
            ScopeKind.STATION,
            station.path,
            now=starts_at - timedelta(days=365),
        )
    return Door(station, make_shift(station, starts_at=starts_at, ends_at=ends_at), operator)


def make_person(*, region_code: str = DISTRICT, registered_at: datetime = START - timedelta(days=90)) -> Volunteer:
    """Return a volunteer in the register; the number is only unique, not plausible."""
    serial = next(_serial)
    with transaction():
        volunteer = Volunteer(
            number=f"V220403{serial:010d}",
            name=f"李{serial}",
            document_kind=DocumentKind.PASSPORT,
            document_number=f"E{serial:08d}",
            document_index=crypto.blind_index("document", f"E{serial:08d}"),
            mobile="13800000000",
            mobile_index=crypto.blind_index("mobile", "13800000000"),
            skills=[],
            categories=[],
            registered_at=registered_at,
        )
        db.session.add(volunteer)
        db.session.flush()
        db.session.add(
            Standing(
                volunteer_id=volunteer.id, region_code=region_code, assurance=2, since=registered_at, until=STILL
            )
        )
    return volunteer


def make_signed_up(door: Door) -> Volunteer:
    """Return a volunteer with an accepted place at the door's shift."""
    volunteer = make_person()
    make_sign_up(door.shift, volunteer)
    return volunteer
