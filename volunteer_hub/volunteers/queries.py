"""Reads volunteers: one's own record, those inside a scope, and what the register said at an instant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from volunteer_hub.core import crypto
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers.models import STILL, Card, Consent, DocumentKind, Guardian, Standing, Volunteer
from volunteer_hub.volunteers.searching import Sought

#: The registration that stands for a row: itself, or the one it was merged into.
_kept = func.coalesce(Volunteer.merged_into_id, Volunteer.id)
_open = and_(Standing.volunteer_id == Volunteer.id, Standing.until == STILL)


def document_index(kind: DocumentKind, number: str) -> str:
    """Return the keyed hash under which a normalised document number is unique."""
    return crypto.blind_index("document", f"{kind.value}:{number}")


def mobile_index(mobile: str) -> str:
    """Return the keyed hash under which a normalised mobile is looked up; a family may share one."""
    return crypto.blind_index("mobile", mobile)


def find_by_account(account_id: int) -> Volunteer | None:
    """Return the volunteer behind an account, if the account is one's."""
    return db.session.scalar(select(Volunteer).where(Volunteer.account_id == account_id))


def get_own(account_id: int) -> Volunteer:
    """Return the volunteer behind an account or raise NotFound."""
    volunteer = find_by_account(account_id)
    if volunteer is None:
        raise NotFound
    return volunteer


def find_by_document(kind: DocumentKind, number: str) -> Volunteer | None:
    """Return the holder of a normalised document number."""
    return db.session.scalar(select(Volunteer).where(Volunteer.document_index == document_index(kind, number)))


def find_other_with_document(index: str, volunteer_id: int) -> int | None:
    """Return the id of somebody else whose document has this index."""
    return db.session.scalar(
        select(Volunteer.id).where(Volunteer.document_index == index, Volunteer.id != volunteer_id)
    )


def find_by_number(number: str) -> Volunteer | None:
    """Return the volunteer with exactly this volunteer number; one that was merged away names the kept one."""
    return db.session.scalar(select(Volunteer).where(Volunteer.id.in_(_kept_where(Volunteer.number == number))))


def kept_id(volunteer_id: int) -> int:
    """Return the registration that stands for this one: itself, or the one it was merged into."""
    return db.session.scalar(select(_kept).where(Volunteer.id == volunteer_id)) or volunteer_id


def family_of(volunteer_id: int) -> Select[int]:
    """Return a SELECT of a registration and those merged into it, for reading what is all one person's."""
    return select(Volunteer.id).where(or_(Volunteer.id == volunteer_id, Volunteer.merged_into_id == volunteer_id))


def _kept_where(condition: ColumnElement[bool]) -> Select[int]:
    """Return a SELECT of the registrations that stand for those a condition on Volunteer is true of."""
    return select(_kept).where(condition)


def get_volunteer(scope: Scope, volunteer_id: int) -> Volunteer:
    """Return a volunteer whose present residence lies in the scope, or raise NotFound.

    An address of a registration that was merged away leads to the kept one.
    """
    volunteer = db.session.scalar(
        select(Volunteer)
        .outerjoin(Standing, _open)
        .where(
            Volunteer.id == kept_id(volunteer_id), scope.where(region=Standing.region_code, volunteer=Volunteer.id)
        )
    )
    if volunteer is None:
        raise NotFound
    return volunteer


def current_standing(volunteer_id: int) -> Standing | None:
    """Return what the register says of a volunteer now; None for who has withdrawn or was merged away."""
    return db.session.scalar(select(Standing).where(Standing.volunteer_id == volunteer_id, Standing.until == STILL))


def standing_at(volunteer_id: int, instant: datetime) -> Standing | None:
    """Return what the register said of a volunteer at an instant."""
    return db.session.scalar(
        select(Standing).where(
            Standing.volunteer_id == volunteer_id, Standing.since <= instant, Standing.until > instant
        )
    )


def list_standings(volunteer_id: int) -> Sequence[Standing]:
    """Return everything the register has said of a volunteer, newest first."""
    return db.session.scalars(
        select(Standing).where(Standing.volunteer_id == volunteer_id).order_by(Standing.since.desc())
    ).all()


def find_guardian(volunteer_id: int) -> Guardian | None:
    """Return the guardian who answered for a minor's registration."""
    return db.session.scalar(select(Guardian).where(Guardian.volunteer_id == volunteer_id))


def list_consents(volunteer_id: int) -> Sequence[Consent]:
    """Return what was agreed to, in the order in which it was."""
    return db.session.scalars(select(Consent).where(Consent.volunteer_id == volunteer_id).order_by(Consent.id)).all()


def find_card(card_id: int) -> tuple[int | None, bool]:
    """Return whose printed card it is, and whether it was replaced or taken back; (None, False) for no card.

    A card of a registration that was merged away stands for the kept one.
    """
    row = db.session.execute(
        select(_kept.label("volunteer_id"), Card.revoked_at)
        .join(Volunteer, Volunteer.id == Card.volunteer_id)
        .where(Card.id == card_id)
    ).one_or_none()
    return (None, False) if row is None else (row.volunteer_id, row.revoked_at is not None)


def list_live_cards(volunteer_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of the live cards of these volunteers, by holder."""
    holder = _kept.label("holder")
    rows = db.session.execute(
        select(holder, Card.id)
        .join(Volunteer, Volunteer.id == Card.volunteer_id)
        .where(
            or_(Volunteer.id.in_(volunteer_ids), Volunteer.merged_into_id.in_(volunteer_ids)),
            Card.revoked_at.is_(None),
        )
    )
    cards: dict[int, list[int]] = {}
    for volunteer_id, card_id in rows:
        cards.setdefault(volunteer_id, []).append(card_id)
    return cards


def list_cards(volunteer_id: int) -> Sequence[Card]:
    """Return every card a volunteer was ever given, newest first; at most one for each registration is live."""
    held = select(Card).where(Card.volunteer_id.in_(family_of(volunteer_id)))
    return db.session.scalars(held.order_by(Card.id.desc())).all()


def page_volunteers(scope: Scope, sought: Sought, region_code: str = "", number: int = 1) -> Page[AnyRow]:
    """Return volunteers with their open standing and its division, by name, twenty a page.

    A name is looked for among those who live inside the scope. A full number also finds who has
    withdrawn, and, for whoever works at a station, anybody: that person stands at the desk.
    """
    statement = (
        select(Volunteer, Standing, Region)
        .outerjoin(Standing, _open)
        .outerjoin(Region, Region.code == Standing.region_code)
        .where(Volunteer.merged_into_id.is_(None), _matches(sought), _within(scope, sought))
        .order_by(Volunteer.name, Volunteer.id)
    )
    if region_code:
        statement = statement.where(in_region(Standing.region_code, region_code))
    return page_of(db.session, statement, number, 20)


def _matches(sought: Sought) -> ColumnElement[bool]:
    if sought.number:
        return Volunteer.id.in_(_kept_where(Volunteer.number == sought.number))
    if sought.mobile:
        return Volunteer.id.in_(_kept_where(Volunteer.mobile_index == mobile_index(sought.mobile)))
    if sought.documents:
        given = [document_index(kind, number) for kind, number in sought.documents]
        return Volunteer.id.in_(_kept_where(Volunteer.document_index.in_(given)))
    # By id, so that the names are looked through in their own narrow index.
    named = select(Volunteer.id).where(Volunteer.name.contains(sought.name, autoescape=True))
    return Volunteer.id.in_(named)


def _within(scope: Scope, sought: Sought) -> ColumnElement[bool]:
    lives_inside = scope.where(region=Standing.region_code)
    if not sought.exact:
        return lives_inside
    return true() if scope.stations else or_(lives_inside, Volunteer.withdrawn_at.is_not(None))
