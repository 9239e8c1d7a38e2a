"""Reads recording units, requests and certificates: within a scope, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.certificates.models import (
    Certificate,
    CertificateRequest,
    RecordingUnit,
    RequestState,
    UnitSeal,
)
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

_home = aliased(Station)
PER_PAGE = 20


@dataclass(frozen=True)
class Unit:
    """A recording unit with the station or team it is."""

    row: RecordingUnit
    station: Station | None
    team: Team | None

    @property
    def name(self) -> str:
        """Return the name as it is printed."""
        place = self.station or self.team
        return place.name if place else ""

    @property
    def region_code(self) -> str:
        """Return the division it lies in."""
        place = self.station or self.team
        return place.region_code if place else ""


@dataclass(frozen=True)
class RequestFile:
    """A request with whom it is asked of and whom it is for."""

    request: CertificateRequest
    unit: Unit
    holder: Volunteer


@dataclass(frozen=True)
class Issued:
    """A certificate with its unit."""

    certificate: Certificate
    unit: Unit


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to."""

    year: int | None = None
    unit_id: int | None = None


def get_unit(scope: Scope, unit_id: int) -> Unit:
    """Return a recording unit of the scope. Raises NotFound."""
    row = db.session.execute(_units(scope).where(RecordingUnit.id == unit_id)).one_or_none()
    if row is None:
        raise NotFound
    return Unit(*row)


def list_units(scope: Scope) -> list[Unit]:
    """Return the recording units of the scope that anything was ever asked of, by their numbers' beginnings."""
    return [Unit(*row) for row in db.session.execute(_units(scope).order_by(RecordingUnit.prefix))]


def find_seal(unit_id: int) -> UnitSeal | None:
    """Return the picture of a unit's seal that is in use."""
    return db.session.scalar(select(UnitSeal).where(UnitSeal.unit_id == unit_id, UnitSeal.withdrawn_at.is_(None)))


def page_requests(scope: Scope, *, waiting: bool, number: int) -> Page[RequestFile]:
    """Return requests in the scope: those that wait, the oldest first, or those decided, the latest first."""
    statement = _requests(scope)
    if waiting:
        statement = statement.where(CertificateRequest.state == RequestState.WAITING)
        statement = statement.order_by(CertificateRequest.asked_at, CertificateRequest.id)
    else:
        statement = statement.where(CertificateRequest.state != RequestState.WAITING)
        statement = statement.order_by(CertificateRequest.decided_at.desc(), CertificateRequest.id.desc())
    return page_of(db.session, statement, number, PER_PAGE).map(_file)


def get_request(scope: Scope, request_id: int) -> RequestFile:
    """Return one request, read anew. Raises NotFound outside the scope."""
    statement = _requests(scope).where(CertificateRequest.id == request_id)
    row = db.session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return _file(row)


def find_due(certificate_id: int) -> CertificateRequest | None:
    """Return the request that a correction made to take a certificate's place."""
    return db.session.scalar(select(CertificateRequest).where(CertificateRequest.replaces_id == certificate_id))


def find_certificate(certificate_id: int | None) -> Certificate | None:
    """Return a certificate that another row names, if it names one."""
    return db.session.get(Certificate, certificate_id) if certificate_id is not None else None


def prints_whole_document(certificate_id: int) -> bool:
    """Tell whether a whole document number stands on a certificate's paper, as its holder wished."""
    asked = select(CertificateRequest.whole_document).where(CertificateRequest.certificate_id == certificate_id)
    return bool(db.session.scalar(asked))


def page_certificates(scope: Scope, filters: Filters, number: int) -> Page[Issued]:
    """Return issued certificates in the scope, the latest first."""
    statement = _certificates(scope, filters).order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    return page_of(db.session, statement, number, PER_PAGE).map(_issued)


def list_register(scope: Scope, filters: Filters) -> list[Issued]:
    """Return the register: every certificate of the scope by unit, year and serial."""
    ordered = (RecordingUnit.prefix, Certificate.year, Certificate.serial)
    return [_issued(row) for row in db.session.execute(_certificates(scope, filters).order_by(*ordered))]


def list_years(scope: Scope) -> list[int]:
    """Return the years in which units of the scope have issued, the latest first."""
    chosen = _certificates(scope, Filters()).with_only_columns(Certificate.year).distinct()
    return sorted(db.session.scalars(chosen), reverse=True)


def get_certificate(scope: Scope, certificate_id: int) -> Issued:
    """Return one certificate, read anew. Raises NotFound outside the scope."""
    statement = _certificates(scope, Filters()).where(Certificate.id == certificate_id)
    row = db.session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return _issued(row)


def list_own_requests(volunteer_ids: Sequence[int]) -> list[RequestFile]:
    """Return what a person asked for and did not get, or not yet, the latest first."""
    statement = _requests(EVERYTHING).where(
        CertificateRequest.volunteer_id.in_(volunteer_ids), CertificateRequest.state != RequestState.ISSUED
    )
    rows = db.session.execute(statement.order_by(CertificateRequest.asked_at.desc(), CertificateRequest.id.desc()))
    return [_file(row) for row in rows]


def list_own_certificates(volunteer_ids: Sequence[int]) -> list[Issued]:
    """Return a person's certificates, the latest first."""
    statement = _certificates(EVERYTHING, Filters()).where(Certificate.volunteer_id.in_(volunteer_ids))
    ordered = statement.order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    return [_issued(row) for row in db.session.execute(ordered)]


def count_waiting(scope: Scope) -> int:
    """Return how many requests of the scope wait."""
    statement = _requests(scope).where(CertificateRequest.state == RequestState.WAITING)
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _units(scope: Scope) -> AnySelect:
    return (
        select(RecordingUnit, Station, Team)
        .outerjoin(Station, Station.id == RecordingUnit.station_id)
        .outerjoin(Team, Team.id == RecordingUnit.team_id)
        .outerjoin(_home, _home.id == Team.station_id)
        .where(within(scope))
    )


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a joined unit lies in the scope; a team does by its station, too."""
    return or_(
        and_(RecordingUnit.station_id.is_not(None), scope.where(region=Station.region_code, station=Station.path)),
        and_(
            RecordingUnit.team_id.is_not(None),
            scope.where(region=Team.region_code, team=Team.path, station=_home.path),
        ),
    )


def _requests(scope: Scope) -> AnySelect:
    statement = _units(scope).join(CertificateRequest, CertificateRequest.unit_id == RecordingUnit.id)
    statement = statement.join(Volunteer, Volunteer.id == CertificateRequest.volunteer_id)
    return statement.add_columns(CertificateRequest, Volunteer)


def _certificates(scope: Scope, filters: Filters) -> AnySelect:
    statement = _units(scope).join(Certificate, Certificate.unit_id == RecordingUnit.id).add_columns(Certificate)
    if filters.year is not None:
        statement = statement.where(Certificate.year == filters.year)
    if filters.unit_id is not None:
        statement = statement.where(Certificate.unit_id == filters.unit_id)
    return statement


def _file(row: Sequence[object]) -> RequestFile:
    unit, station, team, request, holder = row
    return RequestFile(request, Unit(unit, station, team), holder)  # type: ignore[arg-type]  # a row of just these


def _issued(row: Sequence[object]) -> Issued:
    unit, station, team, certificate = row
    return Issued(certificate, Unit(unit, station, team))  # type: ignore[arg-type]  # a row of just these
