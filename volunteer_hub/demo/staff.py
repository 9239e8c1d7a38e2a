"""The accounts one signs in with to try things, each with a random password of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select

from volunteer_hub.accounts import passwords
from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind, SignInKind
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.names import Names
from volunteer_hub.demo.places import Place
from volunteer_hub.demo.plan import DISTRICT_PREFIX
from volunteer_hub.stations.models import StationKind
from volunteer_hub.volunteers.models import Volunteer

#: The street whose institute the station manager keeps: 仙城街道.
OWN_STREET = "220403002000"
VOLUNTEER, LEADER = N_("志愿者"), N_("队长")
#: What staff sign in with, and who they are.
STAFF = {
    "zhandian": N_("阵地管理员"),
    "wenmingban": N_("文明办"),
    "saoma": N_("扫码员"),
    "guanli": N_("系统管理员"),
    "shenji": N_("审计员"),
}
#: Without signs that are read as one another.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Login:
    """Who one can be, and with what one signs in."""

    who: str
    name: str
    password: str


def make_staff(
    places: list[Place],
    random: Random,
    *,
    own_street: str = OWN_STREET,
    district: str = DISTRICT_PREFIX,
    now: datetime,
) -> dict[str, int]:
    """Make everybody who works at a desk or a door; return the manager of each street's institute."""
    names = Names(random)
    managers: dict[str, int] = {}
    for place in places:
        if place.kind is StationKind.INSTITUTE:
            sign_in = {SignInKind.STAFF_NAME: "zhandian"} if place.street_code == own_street else {}
            title = f"{names.families(1)[0]}{names.given(male=random.random() < 0.5)}"
            account = accounts.create_account(title, None, sign_in, now=now, demonstration=True)
            accounts.grant(MAKER, account.id, Role.STATION_MANAGER, ScopeKind.STATION, place.path, now=now)
            managers[place.street_code] = account.id
            if sign_in:
                _make_office(place.path, district, now=now)
    return managers


def find_office() -> int:
    """Return the account of the demonstration's Office."""
    return next(
        account.id for account in account_queries.list_by_sign_in_name("wenmingban") if account.is_demonstration
    )


def _make_office(own_path: str, district: str, *, now: datetime) -> None:
    for name, role, kind, value in (
        ("wenmingban", Role.OFFICE, ScopeKind.REGION, district),
        ("saoma", Role.SCANNER, ScopeKind.STATION, own_path),
        ("guanli", Role.ADMINISTRATOR, ScopeKind.EVERYTHING, ""),
        ("shenji", Role.AUDITOR, ScopeKind.EVERYTHING, ""),
    ):
        account = accounts.create_account(
            f"演示{STAFF[name]}", None, {SignInKind.STAFF_NAME: name}, now=now, demonstration=True
        )
        accounts.grant(MAKER, account.id, role, kind, value, now=now)


def appoint_leader(volunteer_id: int, team_path: str, *, now: datetime) -> None:
    """Let a squad's leader lead it in the system too."""
    account_id = db.session.scalars(select(Volunteer.account_id).where(Volunteer.id == volunteer_id)).one()
    accounts.grant(MAKER, account_id or 0, Role.TEAM_LEADER, ScopeKind.TEAM, team_path, now=now)


def give_passwords(volunteer_ids: list[int]) -> list[Login]:
    """Give staff, and these volunteers, fresh random passwords; return what to sign in with.

    The passwords are nowhere else: only their hashes are kept in the database.
    """
    logins = [_volunteer_login(volunteer_id) for volunteer_id in volunteer_ids]
    for name, who in STAFF.items():
        for account in account_queries.list_by_sign_in_name(name):
            if account.is_demonstration:
                logins.append(_login(who, name, account))
    return logins


def list_volunteers_with_passwords() -> list[int]:
    """Return the demonstration's volunteers one can sign in as."""
    statement = (
        select(Volunteer.id)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.is_demonstration, Account.password_hash.is_not(None))
        .order_by(Volunteer.id)
    )
    return list(db.session.scalars(statement))


def _volunteer_login(volunteer_id: int) -> Login:
    volunteer = db.session.get_one(Volunteer, volunteer_id)
    account = db.session.get_one(Account, volunteer.account_id)
    leads = db.session.scalar(select(RoleGrant.id).where(RoleGrant.account_id == account.id).limit(1))
    return _login(LEADER if leads else VOLUNTEER, volunteer.number, account)


def _login(who: str, name: str, account: Account) -> Login:
    password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))
    account.password_hash = passwords.hash_password(password)
    db.session.flush()
    return Login(who, name, password)
