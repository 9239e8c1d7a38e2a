"""The town: who may sign in, which objects stand behind the addresses, and the list of all doors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.anomalies import make_flag
from tests.makers.certificates import make_certified
from tests.makers.demo import NOW
from tests.makers.exports import make_identity_export, make_ready_export
from tests.makers.imports import ROSTER_HEADINGS, dry_run, make_csv
from tests.makers.month_close import make_closed, make_signer
from tests.makers.objections import make_objection
from tests.makers.requests import make_asked
from tests.makers.rights import make_request
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Login, Role, RoleGrant, ScopeKind, TokenKind
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp
from volunteer_hub.agenda import service as agenda
from volunteer_hub.amendments import correction_queries, corrections, make_ups
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.boards import walls
from volunteer_hub.checkin.models import Device, Scan, ServiceSession, WalkIn
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.families.models import CareKind, CareLink, Proof
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.merging import service as merging
from volunteer_hub.notices import service as notices
from volunteer_hub.notices.models import Notice
from volunteer_hub.publicity.models import HoursReport
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.reviews import walk_in_claims, walk_in_queries
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.stations.models import Station, StationKeeper, StationKind
from volunteer_hub.teams.models import JoinMode, Membership, Specialty, Team, TeamKind
from volunteer_hub.volunteers.models import Volunteer

HERE, ELSEWHERE = "220403000000", "110101000000"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Town:
    """The application, the cast, and one existing object for each name in an address."""

    app: Flask
    #: Accounts, by id: with no role; with every permission everywhere; and with everything an office,
    #: a station manager and a team leader hold, in another district.
    outsider: int
    administrator: int
    stranger: int
    #: A volunteer of the district with hours and sign-ups.
    volunteer: int
    values: dict[str, Any] = field(default_factory=dict)

    def doors(self) -> Iterator[Rule]:
        """Yield every route but the static files."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint != "static":
                yield rule

    def access(self, rule: Rule) -> Permission | str | None:
        """Return what a route states: a permission, `public`, or nothing."""
        return getattr(self.app.view_functions[rule.endpoint], "access", None)

    def address(self, rule: Rule) -> str:
        """Return the route's address with objects that exist."""
        missing = [name for name in rule.arguments if name not in self.values]
        assert not missing, f"{rule.rule}: give the town an object for {missing}"
        with self.app.test_request_context():
            known = {name: self.values[name] for name in rule.arguments}
            return url_for(rule.endpoint, **known)

    def browser(self, account_id: int | None = None) -> FlaskClient:
        """Return a browser, signed in as the account."""
        client = self.app.test_client()
        return sign_in(client, db.session.get_one(Account, account_id)) if account_id else client


def build(app: Flask) -> Town:
    """Return the town on a loaded district."""
    administrator = make_staff(Role.ADMINISTRATOR, name="林主任")
    with transaction():
        accounts.grant(COMMAND_LINE, administrator.id, Role.AUDITOR, ScopeKind.EVERYTHING, "", now=NOW)
    town = Town(app, make_account("路人").id, administrator.id, _stranger(), _volunteer())
    town.values = _objects(administrator)
    return town


def _volunteer() -> int:
    chosen = select(Account).join(Volunteer).where(Account.password_hash.is_not(None)).order_by(Account.id)
    return int(_first(chosen).id)


def _search(volunteer: Volunteer) -> int:
    with transaction():
        return agenda.save_search(volunteer.account_id or 0, "环保", "category=environment", now=NOW).id


def _stranger() -> int:
    account = make_staff(Role.OFFICE, ScopeKind.REGION, "110101", name="外地文明办")
    with transaction():
        db.session.add(Region(code=ELSEWHERE, name="东城区", level=RegionLevel.COUNTY, full_name="北京市东城区"))
        db.session.flush()
        station = Station(path="", kind=StationKind.CENTRE, name="外地中心", region_code=ELSEWHERE, opened_at=NOW)
        team = Team(
            path="",
            kind=TeamKind.CORPS,
            specialty=Specialty.OTHER,
            name="外地总队",
            region_code=ELSEWHERE,
            join_mode=JoinMode.OPEN,
            founded_at=NOW,
        )
        db.session.add_all([station, team])
        db.session.flush()
        station.path, team.path = f"/{station.id}/", f"/{team.id}/"
        for role, kind, value in (
            (Role.AUDITOR, ScopeKind.REGION, "110101"),
            (Role.STATION_MANAGER, ScopeKind.STATION, station.path),
            (Role.TEAM_LEADER, ScopeKind.TEAM, team.path),
        ):
            accounts.grant(COMMAND_LINE, account.id, role, kind, value, now=NOW)
    return account.id


def _objects(administrator: Account) -> dict[str, Any]:
    """Return an existing object of the district for each name in an address."""
    manager = _first(select(RoleGrant).where(RoleGrant.role == Role.STATION_MANAGER))
    activity = _first(select(Activity).where(Activity.state == ActivityState.PUBLISHED))
    shift = _first(select(Shift).where(Shift.activity_id == activity.id))
    with transaction():
        token, _ = accounts.issue_token(COMMAND_LINE, manager.account_id, TokenKind.DEVICE, "门口手机", now=NOW)
        accounts.open_login(db.session.get_one(Account, administrator.id), "another browser", now=NOW)
        keeper = StationKeeper(station_id=activity.station_id, name="孙站长", since=NOW.date())
        report = HoursReport(activity_id=activity.id, reason="没有办过", reported_at=NOW)
        scanner = Device(id=token.id, public_key="a scanner's key", enrolled_at=NOW, enrolled_by=manager.account_id)
        db.session.add_all([keeper, report, scanner])
        db.session.flush()
    return {
        "account_id": manager.account_id,
        "grant_id": manager.id,
        "token_id": token.id,
        "device_id": scanner.id,
        "nonce": _first(select(Scan)).nonce,
        "login_id": _first(select(Login)).id,
        "activity_id": activity.id,
        "shift_id": shift.id,
        "sign_up_id": _first(select(SignUp)).id,
        "station_id": activity.station_id,
        "keeper_id": keeper.id,
        "team_id": _first(select(Team).where(Team.is_demonstration, Team.kind == TeamKind.SQUAD)).id,
        "membership_id": _first(select(Membership)).id,
        "rights_request_id": make_request(_first(select(Volunteer))),
        "volunteer_id": _first(select(Volunteer)).id,
        "entry_id": _first(select(HoursEntry)).id,
        "notice_id": _notice(administrator),
        "export_id": make_ready_export(administrator, HERE),
        "identity_id": make_identity_export(administrator, HERE).id,
        **_requests(manager.account_id),
        **_walk_in(shift, manager.account_id),
        **make_certified(db.session.get_one(Station, activity.station_id), administrator, now=NOW),
        "report_id": report.id,
        "objection_id": _objection(),
        "flag_id": make_flag(db.session.get_one(Station, activity.station_id)).id,
        "close_id": make_closed(make_signer("赵科长"), make_signer("钱科员"), now=NOW).close_id,
        "case_id": _first(select(ReviewCase).where(ReviewCase.decided_at.is_(None))).id,
        "wall_id": _wall(administrator),
        "merge_id": _merge(administrator),
        "region": "220403000000",
        "slot": int((NOW + timedelta(days=1)).timestamp()) // 30,
        "code": "zh",
        "token": "no-such-token",
        "secret": "no-such-secret",
        "search_id": _search(_first(select(Volunteer).where(Volunteer.account_id.is_not(None)))),
        "act": "silence",
        "channel": "email",
        "kind": "registration",
        "version": "1",
        "import_id": dry_run(Actor(administrator.id, "林主任"), make_csv([ROSTER_HEADINGS, ["张三"]])).id,
        "file_format": "xlsx",
        "link_id": _care_link(administrator),
    }


def _care_link(account: Account) -> int:
    """Return a link by which the administrator may act for the volunteer whose number stands in the addresses."""
    cared = _first(select(Volunteer))
    with transaction():
        link = CareLink(
            carer_account_id=account.id,
            volunteer_id=cared.id,
            kind=CareKind.RELATIVE,
            proof=Proof.CODE,
            confirmed_by=cared.account_id,
            since=NOW,
        )
        db.session.add(link)
        db.session.flush()
        return link.id


def _merge(account: Account) -> int:
    """Return a request to merge two people of the district that waits for a second person."""
    kept, merged = (make_volunteer("220403002001", "重复登记", registered_at=NOW) for _ in range(2))
    with transaction():
        policy = ledger.policy_for("220403002001", NOW, now=NOW)
        ledger.credit(
            ledger.Service(merged.id, NOW.date(), "220403002001", policy.id, policy.policy.day_cap),
            source="import:town:1",
            minutes=3060,
            hours_class=HoursClass.D,
            now=NOW,
            recorded_by=None,
        )
        by = Actor(account.id, "林主任")
        asked = merging.ask(by, EVERYTHING, kept.id, merged.id, "同一人", now=NOW, limits=merging.Limits())
        return asked.id


def _wall(account: Account) -> int:
    with transaction():
        return walls.make(Actor(account.id, "林主任"), "220403000000", "一楼大厅", EVERYTHING, now=NOW)


def _requests(account_id: int) -> dict[str, int]:
    """Return a credited session, a correction of it, and a make-up at its shift, each asked for by a manager."""
    session = _first(select(ServiceSession).where(ServiceSession.is_credited))
    shift = db.session.get_one(Shift, session.shift_id)
    newcomer = make_volunteer(session.region_code, "补录人", registered_at=shift.starts_at - timedelta(days=9))
    asked, actor = make_asked(newcomer, in_at=shift.starts_at, out_at=shift.ends_at), Actor(account_id, "王站长")
    with transaction():
        make_up = make_ups.ask(actor, EVERYTHING, shift.id, asked, now=shift.ends_at + timedelta(hours=1))
        subject = correction_queries.get_session_subject(EVERYTHING, session.id)
        correction = corrections.propose(actor, subject, None, reason="没有到场", now=NOW)
        return {"session_id": session.id, "make_up_id": make_up.id, "correction_id": correction.id}


def _walk_in(shift: Shift, account_id: int) -> dict[str, int]:
    """Return somebody who came to the shift without registration, and the claim that waits for a second person."""
    with transaction():
        walk_in = WalkIn(shift_id=shift.id, label="红衣服阿姨", in_at=shift.starts_at, created_by=account_id)
        db.session.add(walk_in)
        db.session.flush()
        visit = walk_in_queries.get_visit(EVERYTHING, walk_in.id)
        claimant = _first(select(Volunteer).where(Volunteer.withdrawn_at.is_(None)))
        claim = walk_in_claims.claim(Actor(account_id, "王站长"), visit, claimant, now=NOW)
        return {"walk_in_id": walk_in.id, "claim_id": claim.id}


def _objection() -> int:
    """Return an objection of somebody with an account and credited hours."""
    statement = select(ServiceSession.id, Volunteer).join(Volunteer).where(ServiceSession.is_credited)
    session_id, volunteer = db.session.execute(statement.where(Volunteer.account_id.is_not(None)).limit(1)).one()
    return make_objection(volunteer, Subject(session_id=session_id), now=NOW).id


def _notice(account: Account) -> int:
    with transaction():
        notices.tell(account.id, "通知", {}, key="town", now=NOW)
    return int(_first(select(Notice)).id)


def _first(statement: Any) -> Any:
    return db.session.scalars(statement.limit(1)).one()
