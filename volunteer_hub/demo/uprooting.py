"""Loosens real rows from demonstration rows, and clears accounts and ground that only the demonstration used."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from volunteer_hub.accounts.models import Account, ApiToken, Login, RoleGrant, ScopeKind, SignInName
from volunteer_hub.activities.models import Activity, SignUp
from volunteer_hub.agenda.models import SavedSearch
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import Device, Pairing, ServiceSession
from volunteer_hub.core.db import Base, db
from volunteer_hub.core.scope import in_region
from volunteer_hub.demo.city_plan import CITY
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger.models import HourPolicy, HoursEntry
from volunteer_hub.notices.models import ContactPoint, Delivery, Notice, NoticeWishes
from volunteer_hub.regions.codes import codes_above
from volunteer_hub.regions.models import AreaSettings, PopulationFigure, Region, RegionLevel
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team

Removed = dict[str, int]
Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
Tree = TypeVar("Tree", Station, Team)


def delete_rows(removed: Removed, model: type[Base], condition: Condition) -> None:
    """Delete rows and add up how many went."""
    result = db.session.execute(delete(model).where(condition).execution_options(synchronize_session=False))
    removed[model.__tablename__] = removed.get(model.__tablename__, 0) + result.rowcount  # type: ignore[attr-defined]  # a DELETE has one; the annotation says Result


def detach_real_rows() -> None:
    """Let real stations and teams stand on their own that hung under demonstration ones, and their rows too."""
    stations = select(Station.id).where(Station.is_demonstration)
    teams = select(Team.id).where(Team.is_demonstration)
    _set_null(Team.station_id, and_(~Team.is_demonstration, Team.station_id.in_(stations)))
    kiosks = update(Login).where(Login.kiosk_station_id.in_(stations))
    db.session.execute(kiosks.values(kiosk_station_id=None, kiosk_pin_hash=None))
    for column in (Activity.team_id, SignUp.team_id, ServiceSession.team_id, HoursEntry.team_id):
        _set_null(column, column.in_(teams))
    _replant(Station, ScopeKind.STATION)
    _replant(Team, ScopeKind.TEAM)


def _set_null(column: InstrumentedAttribute[int | None], condition: ColumnElement[bool]) -> None:
    statement = update(column.class_).where(condition).values({column.key: None})
    db.session.execute(statement.execution_options(synchronize_session=False))


def _replant(model: type[Tree], kind: ScopeKind) -> None:
    """Make roots of the real rows directly below a demonstration row; the paths below follow, and grants on them."""
    parent = aliased(model)
    roots = db.session.scalars(
        select(model)
        .join(parent, parent.id == model.parent_id)
        .where(~model.is_demonstration, parent.is_demonstration)
    ).all()
    for root in roots:
        before = root.path
        below = db.session.scalars(select(model).where(model.path.startswith(before, autoescape=True))).all()
        for row in below:
            old, row.path = row.path, f"/{root.id}/" + row.path.removeprefix(before)
            grants = update(RoleGrant).where(RoleGrant.scope_kind == kind, RoleGrant.scope_value == old)
            db.session.execute(grants.values(scope_value=row.path).execution_options(synchronize_session=False))
        root.parent_id = None
    db.session.flush()


def remove_accounts(removed: Removed) -> None:
    """Remove the demonstration's accounts, and every grant on its stations and teams: paths are used again."""
    accounts = select(Account.id).where(Account.is_demonstration)
    for column in (Activity.created_by, Activity.published_by):
        _set_null(column, column.in_(accounts))
    delete_rows(removed, Pairing, Pairing.account_id.in_(accounts))
    tokens = select(ApiToken.id).where(ApiToken.account_id.in_(accounts))
    delete_rows(removed, Device, Device.id.in_(tokens))
    copies = select(Notice.id).where(Notice.for_account_id.in_(accounts))
    delete_rows(removed, Delivery, Delivery.notice_id.in_(copies))
    delete_rows(removed, Notice, Notice.for_account_id.in_(accounts))
    notices = select(Notice.id).where(Notice.account_id.in_(accounts))
    delete_rows(removed, Delivery, Delivery.notice_id.in_(notices))
    for model in (ApiToken, Login, Notice, ContactPoint, NoticeWishes, SavedSearch, SignInName, RoleGrant):
        delete_rows(removed, model, model.account_id.in_(accounts))
    for kind, tree in ((ScopeKind.STATION, Station), (ScopeKind.TEAM, Team)):
        paths = select(tree.path).where(tree.is_demonstration)
        delete_rows(removed, RoleGrant, and_(RoleGrant.scope_kind == kind, RoleGrant.scope_value.in_(paths)))
    delete_rows(removed, Account, Account.is_demonstration)


def remove_ground(removed: Removed) -> None:
    """Remove policy, population and settings the demonstration made, and divisions only it had loaded."""
    used = select(HoursEntry.policy_id)
    delete_rows(removed, HourPolicy, and_(HourPolicy.created_by == MAKER.label, HourPolicy.id.not_in(used)))
    ledger_queries.forget_policies()
    delete_rows(removed, PopulationFigure, PopulationFigure.entered_by == MAKER.label)
    delete_rows(removed, AreaSettings, AreaSettings.chosen_by == MAKER.label)
    for code in (DISTRICT, CITY):
        _remove_district(removed, code)


def _remove_district(removed: Removed, code: str) -> None:
    """Remove a district's divisions and those above it, if the demonstration was the first to load them."""
    loading = last_loading(code)
    if loading and loading.details.get("regions_added"):
        for level in (RegionLevel.COMMUNITY, RegionLevel.STREET, RegionLevel.COUNTY):
            _remove_divisions(removed, and_(in_region(Region.code, code), Region.level == level))
        for above in reversed(codes_above(code)):
            _remove_divisions(removed, Region.code == above)


def last_loading(code: str) -> AuditEntry | None:
    """Return the trail's row of the last time a district was made, if it ever was."""
    return db.session.scalar(
        select(AuditEntry)
        .where(AuditEntry.action == "demo.load", AuditEntry.object_id == code)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def _remove_divisions(removed: Removed, which: ColumnElement[bool]) -> None:
    """Remove divisions nobody lives in, serves in or has figures of, and that have none below them."""
    below = aliased(Region)
    free = [which, ~exists().where(below.parent_code == Region.code)]
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if table is not Region.__table__ and any(
                key.column is Region.__table__.c.code for key in column.foreign_keys
            ):
                free.append(Region.code.not_in(select(column).where(column.is_not(None))))
    delete_rows(removed, Region, and_(*free))
