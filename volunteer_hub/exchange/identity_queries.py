"""Reads requests for whole identity numbers: one's own, those one may decide, and those a person was in."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.models import ExportJob, IdentityExport, IdentityExportPeople, IdentityState
from volunteer_hub.regions.models import Region

#: A request that nobody has decided in this time can no longer be approved.
DECIDABLE = timedelta(days=7)
#: People packed into one row.
PACKED = 4096


@dataclass(frozen=True)
class Listed:
    """A request with the names a page shows, and the file that was made for it."""

    asked: IdentityExport
    requester: str
    decider: str | None
    place: str
    job: ExportJob | None

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has passed, undecided or approved."""
        return is_over(self.asked, now)


def is_over(asked: IdentityExport, now: datetime) -> bool:
    """Tell whether a request has waited too long, or its file's time is over."""
    if asked.state is IdentityState.PENDING:
        return now > asked.requested_at + DECIDABLE
    return asked.until is not None and now > asked.until


def page_visible(account_id: int | None, scope: Scope, number: int = 1) -> Page[Listed]:
    """Return one's own requests and those one may decide, the newest first, refused and expired ones too."""
    statement = _listed().where(_visible(account_id, scope)).order_by(IdentityExport.id.desc())
    page = page_of(db.session, statement, number, 20)
    return Page([Listed(*row) for row in page.items], page.number, page.size, page.total)


def get_visible(account_id: int | None, scope: Scope, identity_id: int) -> Listed:
    """Return one's own request or one that may be decided. Raises NotFound."""
    row = db.session.execute(
        _listed().where(IdentityExport.id == identity_id, _visible(account_id, scope))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Listed(*row)


def get_asked(identity_id: int) -> IdentityExport:
    """Return a request as it stands now. Raises NotFound."""
    asked = db.session.get(IdentityExport, identity_id, populate_existing=True)
    if asked is None:
        raise NotFound
    return asked


def get_approved(identity_id: int | None, *, now: datetime) -> IdentityExport:
    """Return an approved request whose time is not over. Raises DomainError."""
    asked = get_asked(identity_id or 0)
    if asked.state is not IdentityState.APPROVED or asked.until is None:
        raise NotFound
    if now > asked.until:
        raise DomainError("too_late", N_("批准后 24 小时已过。"))
    return asked


def list_with_person(volunteer_id: int, scope: Scope) -> list[Listed]:
    """Return the requests of the scope whose file held this person's identity number, the newest first."""
    rows = db.session.execute(
        select(IdentityExportPeople.identity_id, IdentityExportPeople.packed).where(
            IdentityExportPeople.first_id <= volunteer_id, IdentityExportPeople.last_id >= volunteer_id
        )
    )
    found = {identity_id for identity_id, packed in rows if volunteer_id in unpack(packed)}
    listed = db.session.execute(
        _listed()
        .where(IdentityExport.id.in_(found), scope.where(region=IdentityExport.region_code))
        .order_by(IdentityExport.id.desc())
    )
    return [Listed(*row) for row in listed]


def list_downloads(export_id: int) -> Sequence[AuditEntry]:
    """Return every download of a file from the trail, in order."""
    return db.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_type == "export",
            AuditEntry.object_id == str(export_id),
            AuditEntry.action == "exchange.download",
        )
        .order_by(AuditEntry.id)
    ).all()


def count_people(identity_id: int) -> int:
    """Return how many people the packed rows of a request hold."""
    rows = db.session.scalars(
        select(IdentityExportPeople.packed).where(IdentityExportPeople.identity_id == identity_id)
    )
    return sum(len(unpack(packed)) for packed in rows)


def pack(people: array[int]) -> bytes:
    """Return ascending ids as one packed row keeps them."""
    kept = array("q", people)
    if sys.byteorder == "big":
        kept.byteswap()
    return zlib.compress(kept.tobytes(), 6)


def unpack(packed: bytes) -> array[int]:
    """Return the ids of a packed row."""
    people = array("q", zlib.decompress(packed))
    if sys.byteorder == "big":
        people.byteswap()
    return people


def _listed() -> AnySelect:
    requester, decider = aliased(Account), aliased(Account)
    return (
        select(IdentityExport, requester.display_name, decider.display_name, Region.full_name, ExportJob)
        .join(requester, requester.id == IdentityExport.requested_by)
        .outerjoin(decider, decider.id == IdentityExport.decided_by)
        .join(Region, Region.code == IdentityExport.region_code)
        .outerjoin(ExportJob, ExportJob.identity_id == IdentityExport.id)
    )


def _visible(account_id: int | None, scope: Scope) -> ColumnElement[bool]:
    return or_(IdentityExport.requested_by == account_id, scope.where(region=IdentityExport.region_code))
