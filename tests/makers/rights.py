"""Makes somebody of whom every room holds something, with the name written wherever people write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from tests.makers.activities import make_shift
from tests.makers.anomalies import make_officer
from tests.makers.checkin import END, START, Door, make_door
from tests.makers.objections import make_objection
from tests.makers.regions import make_district
from tests.makers.requests import COOLED, approve_make_up, make_asked
from tests.makers.teams import make_membership, make_team
from tests.makers.volunteers import make_document, make_mobile, make_volunteer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.activities import sign_ups
from volunteer_hub.amendments import make_ups
from volunteer_hub.amendments.objections import Subject as Objected
from volunteer_hub.checkin.models import ScanRuling, WalkIn
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.notices import service as notices
from volunteer_hub.publicity.models import HoursReport
from volunteer_hub.rights import requests
from volunteer_hub.rights.models import RequestKind
from volunteer_hub.volunteers import cards, service
from volunteer_hub.volunteers.models import Volunteer

COMMUNITY = "220403002001"
NAME = "南宫望舒"
PASSWORD = "一句足够长的密码"
REGISTERED = START - timedelta(days=200)
#: After everything `make_known` lets happen.
LATER = COOLED + timedelta(days=30)


@dataclass
class Known:
    """A person and what would give them away."""

    volunteer: Volunteer
    door: Door
    document: str
    mobile: str
    number: str

    @property
    def actor(self) -> Actor:
        """Return the person as who acts."""
        return Actor(self.volunteer.account_id, NAME, address="203.0.113.77")

    @property
    def account_id(self) -> int:
        """Return the person's account."""
        assert self.volunteer.account_id is not None
        return self.volunteer.account_id

    @property
    def betrayals(self) -> tuple[str, ...]:
        """Return the words none of which may be left."""
        return (NAME, self.document, self.mobile, self.number, "203.0.113.77")


def make_known() -> Known:
    """Return somebody who signed up, served, asked, objected and was looked at."""
    place, document, mobile = make_district(), make_document(), make_mobile()
    volunteer = make_volunteer(
        place.community, NAME, document_number=document, mobile=mobile, password=PASSWORD, registered_at=REGISTERED,
        skills=("medical",), at_desk=True, actor=Actor(None, "前台"),
    )  # fmt: skip
    known = Known(volunteer, make_door(), document, mobile, volunteer.number)
    other = make_volunteer(place.community, "李四", registered_at=REGISTERED)
    _take_part(known)
    _write_about(known, other)
    db.session.expire_all()
    return known


def _take_part(known: Known) -> None:
    door, volunteer = known.door, known.volunteer
    with transaction():
        account = db.session.get_one(Account, volunteer.account_id)
        accounts.open_login(account, f"{NAME} 的手机", now=REGISTERED)
        sign_ups.sign_up(known.actor, door.shift.id, volunteer, now=START - timedelta(days=1), minimum_age=6)
        cards.issue(door.actor, db.session.get_one(Volunteer, volunteer.id), now=REGISTERED)
    membership = make_membership(make_team(COMMUNITY), volunteer, joined_at=REGISTERED)
    with transaction():
        membership = db.session.merge(membership)
        membership.decided_by = NAME
    door.come(volunteer, START)
    door.go(volunteer, START + timedelta(minutes=30))
    later = make_shift(door.station, starts_at=END + timedelta(minutes=30), ends_at=END + timedelta(hours=2))
    with transaction():
        asked = make_asked(volunteer, in_at=later.starts_at, out_at=later.ends_at, reason=f"{NAME} 手机没电")
        make_up = make_ups.ask(door.actor, EVERYTHING, later.id, asked, now=later.ends_at + timedelta(hours=2))
    approve_make_up(Actor(make_officer().id, "周科长"), make_up, now=COOLED + timedelta(days=1))


def _write_about(known: Known, other: Volunteer) -> None:
    door, volunteer = known.door, known.volunteer
    held = db.session.execute(
        text("SELECT id FROM sessions WHERE volunteer_id = :v"), {"v": volunteer.id}
    ).scalar_one()
    make_objection(volunteer, Objected(session_id=held), reason=f"我是{NAME}，走得更晚")
    scan = db.session.execute(
        text("SELECT min(id) FROM scans WHERE volunteer_id = :v"), {"v": volunteer.id}
    ).scalar_one()
    with transaction():
        kept = db.session.get_one(Volunteer, volunteer.id)
        service.open_identity(door.actor, kept, f"核对{NAME}的证件", now=COOLED)
        service.change_residence(known.actor, kept, COMMUNITY, now=COOLED)
        requests.open_request(known.actor, kept, RequestKind.CORRECTION, f"{NAME}应为南宫望书", now=COOLED)
        db.session.add(
            HoursReport(
                activity_id=door.shift.activity_id, volunteer_id=kept.id, reason=f"{NAME}没有来", reported_at=COOLED
            )
        )
        db.session.add(
            ScanRuling(
                scan_id=scan, kind="admitted", ruled_at=COOLED, ruled_by=door.operator.id, reason=f"{NAME}确实在场"
            )
        )
        db.session.add(
            WalkIn(
                shift_id=door.shift.id,
                label=f"{NAME}大姐",
                name=NAME,
                mobile=known.mobile,
                in_at=START,
                created_by=door.operator.id,
                volunteer_id=kept.id,
                claimed_at=COOLED,
                claimed_by=door.operator.id,
            )
        )
        make_up = db.session.execute(
            text("SELECT id FROM make_ups WHERE volunteer_id = :v"), {"v": kept.id}
        ).scalar_one()
        notices.tell(
            door.operator.id, "%(name)s 说没有参加", {"name": NAME}, key=f"make-up:{make_up}:no", link="/", now=COOLED
        )
        notices.tell(other.account_id or 0, "%(name)s 说", {"name": "别人"}, key="make-up:0:no", link="/", now=COOLED)


def make_request(volunteer: Volunteer, words: str = "名字写错了") -> int:
    """Return the number of a correction somebody asked for."""
    with transaction():
        kept = db.session.get_one(Volunteer, volunteer.id)
        actor = Actor(volunteer.account_id, volunteer.name)
        return requests.open_request(actor, kept, RequestKind.CORRECTION, words, now=REGISTERED).id
