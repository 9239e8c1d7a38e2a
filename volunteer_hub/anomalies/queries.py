"""Reads flags: for the office within its scope, and for whom one concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account, ApiToken
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.anomalies.models import AnomalyFlag, AnomalyLook, AnomalyParty, FlagState, Rule
from volunteer_hub.anomalies.rows import Subject, SubjectKind, read_subject
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.masking import mask_name
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; a flag is of a period if it shares a civil day with it."""

    rule: Rule | None = None
    state: FlagState | None = None
    station_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Listed:
    """One flag of a list, and where it lies."""

    flag: AnomalyFlag
    place: str


@dataclass(frozen=True)
class FlagFile:
    """A flag with where it lies, who is concerned and what they say, and who looked into it."""

    flag: AnomalyFlag
    station: Station | None
    region: Region
    parties: list[tuple[AnomalyParty, str]]
    taken_by: str | None
    decided_by: str | None


def page_flags(scope: Scope, filters: Filters, number: int) -> Page[Listed]:
    """Return flags in the scope, those still open first, then the latest."""
    statement = (
        select(AnomalyFlag, func.coalesce(Station.name, Region.full_name))
        .join(Region, Region.code == AnomalyFlag.region_code)
        .outerjoin(Station, Station.id == AnomalyFlag.station_id)
        .where(*_conditions(scope, filters))
        .order_by(AnomalyFlag.decided_at.is_not(None), AnomalyFlag.found_at.desc(), AnomalyFlag.id.desc())
    )
    return page_of(db.session, statement, number, 20).map(lambda row: Listed(*row))


def count_by_rule(scope: Scope, filters: Filters) -> dict[Rule, Counter[FlagState]]:
    """Return how many flags of each rule stand in each state, whatever rule and state the list is narrowed to."""
    wide = Filters(station_id=filters.station_id, since=filters.since, until=filters.until)
    rows = db.session.execute(
        select(AnomalyFlag.rule, AnomalyFlag.state, func.count())
        .where(*_conditions(scope, wide))
        .group_by(AnomalyFlag.rule, AnomalyFlag.state)
    )
    counts: dict[Rule, Counter[FlagState]] = {rule: Counter() for rule in Rule}
    for rule, state, count in rows:
        counts[rule][state] = count
    return counts


def list_stations(scope: Scope, limit: int = 500) -> list[tuple[int, str]]:
    """Return the stations in the scope that have a flag, by name."""
    flagged = select(AnomalyFlag.station_id).where(scope.where(region=AnomalyFlag.region_code))
    rows = db.session.execute(
        select(Station.id, Station.name)
        .where(Station.id.in_(flagged))
        .order_by(Station.name, Station.id)
        .limit(limit)
    )
    return [(number, name) for number, name in rows]


def get_flag(scope: Scope, flag_id: int) -> FlagFile:
    """Return one flag with everything about it. Raises NotFound outside the scope."""
    taker, decider = aliased(Account), aliased(Account)
    row = db.session.execute(
        select(AnomalyFlag, Station, Region, taker.display_name, decider.display_name)
        .join(Region, Region.code == AnomalyFlag.region_code)
        .outerjoin(Station, Station.id == AnomalyFlag.station_id)
        .outerjoin(taker, taker.id == AnomalyFlag.taken_by)
        .outerjoin(decider, decider.id == AnomalyFlag.decided_by)
        .where(AnomalyFlag.id == flag_id, scope.where(region=AnomalyFlag.region_code))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    flag, station, region, taken_by, decided_by = row
    return FlagFile(flag, station, region, _list_parties(flag_id), taken_by, decided_by)


def get_own(account_id: int | None, flag_id: int) -> tuple[AnomalyFlag, AnomalyParty, str]:
    """Return a flag as whom it concerns sees it: the flag, what they said, and the place. Raises NotFound."""
    row = db.session.execute(
        select(AnomalyFlag, AnomalyParty, func.coalesce(Station.name, Region.full_name))
        .join(AnomalyParty, AnomalyParty.flag_id == AnomalyFlag.id)
        .join(Region, Region.code == AnomalyFlag.region_code)
        .outerjoin(Station, Station.id == AnomalyFlag.station_id)
        .where(AnomalyFlag.id == flag_id, AnomalyParty.account_id == (account_id or 0))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    flag, party, place = row
    return flag, party, place


def page_own(account_id: int | None, number: int) -> Page[tuple[AnomalyFlag, AnomalyParty]]:
    """Return the flags that concern an account, the latest first."""
    statement = (
        select(AnomalyFlag, AnomalyParty)
        .join(AnomalyParty, AnomalyParty.flag_id == AnomalyFlag.id)
        .where(AnomalyParty.account_id == (account_id or 0))
        .order_by(AnomalyFlag.id.desc())
    )
    return page_of(db.session, statement, number, 20)


def find_last_look() -> AnomalyLook | None:
    """Return the latest look, nightly or by hand."""
    return db.session.scalar(select(AnomalyLook).order_by(AnomalyLook.looked_at.desc()).limit(1))


def name_accounts(numbers: Collection[int]) -> dict[int, str]:
    """Return the names of accounts; of a volunteer's, no more than the family name."""
    rows = db.session.execute(
        select(Account.id, Account.display_name, Volunteer.id)
        .outerjoin(Volunteer, Volunteer.account_id == Account.id)
        .where(Account.id.in_(numbers))
    )
    return {number: name if person is None else mask_name(name) for number, name, person in rows}


def name_subjects(stored: Collection[str]) -> dict[str, list[str]]:
    """Return what each stored subject is called: one name, two of a pair, none of a mobile."""
    subjects = {text: read_subject(text) for text in stored}
    named = {kind: _names(kind, _numbers(subjects.values(), kind)) for kind in SubjectKind}
    return {
        text: [named[one.kind][number] for number in dict.fromkeys(one.numbers) if number in named[one.kind]]
        for text, one in subjects.items()
    }


def _numbers(subjects: Collection[Subject], kind: SubjectKind) -> set[int]:
    return {number for one in subjects if one.kind is kind for number in one.numbers}


def _names(kind: SubjectKind, numbers: set[int]) -> dict[int, str]:
    if not numbers or kind is SubjectKind.MOBILE:
        return {}
    if kind in (SubjectKind.ACCOUNT, SubjectKind.PAIR):
        return name_accounts(numbers)
    if kind is SubjectKind.VOLUNTEER:
        people = db.session.execute(
            select(Volunteer.id, Volunteer.name, Volunteer.number).where(Volunteer.id.in_(numbers))
        )
        return {number: f"{mask_name(name)} {code}" for number, name, code in people}
    statements: dict[SubjectKind, AnySelect] = {
        SubjectKind.DEVICE: select(ApiToken.id, ApiToken.name).where(ApiToken.id.in_(numbers)),
        SubjectKind.TEAM: select(Team.id, Team.name).where(Team.id.in_(numbers)),
        SubjectKind.STATION: select(Station.id, Station.name).where(Station.id.in_(numbers)),
    }
    if kind in statements:
        return {row[0]: row[1] for row in db.session.execute(statements[kind])}
    shifts = db.session.execute(
        select(Shift.id, Activity.title, Shift.starts_at)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.id.in_(numbers))
    )
    return {number: f"{title} {clock.local(at):%Y-%m-%d %H:%M}" for number, title, at in shifts}


def _list_parties(flag_id: int) -> list[tuple[AnomalyParty, str]]:
    parties = db.session.scalars(
        select(AnomalyParty)
        .where(AnomalyParty.flag_id == flag_id)
        .order_by(AnomalyParty.said_at.is_(None), AnomalyParty.said_at, AnomalyParty.account_id)
        .execution_options(populate_existing=True)
    ).all()
    names = name_accounts([party.account_id for party in parties])
    return [(party, names.get(party.account_id, "—")) for party in parties]


def _conditions(scope: Scope, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [scope.where(region=AnomalyFlag.region_code)]
    if filters.rule is not None:
        conditions.append(AnomalyFlag.rule == filters.rule)
    if filters.state is not None:
        conditions.append(AnomalyFlag.state == filters.state)
    if filters.station_id is not None:
        conditions.append(AnomalyFlag.station_id == filters.station_id)
    if filters.since is not None:
        conditions.append(AnomalyFlag.until_on >= filters.since)
    if filters.until is not None:
        conditions.append(AnomalyFlag.from_on <= filters.until)
    return conditions
