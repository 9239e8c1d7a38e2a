"""A year shown to whoever has the address: made and taken back by the person, with a word of their own choice."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.recognition.models import YearShare
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Volunteer

#: Nobody younger has a public page, as nobody younger is named in the public record.
SHARED_FROM = 14
NAME_LENGTH = 12


def find(volunteer_id: int, year: int) -> YearShare | None:
    """Return the live address of somebody's year, if there is one."""
    return db.session.scalar(
        select(YearShare).where(
            YearShare.volunteer_id == volunteer_id, YearShare.year == year, YearShare.revoked_at.is_(None)
        )
    )


def may_share(volunteer: Volunteer, today: date) -> bool:
    """Tell whether somebody is old enough for a public page."""
    return volunteer.birth_on is None or full_years(volunteer.birth_on, today) >= SHARED_FROM


def share(actor: Actor, volunteer: Volunteer, year: int, *, shown_name: str, now: datetime) -> YearShare:
    """Make an address for one's own year, or return the one there is with the word it was made with.

    The page shows figures and that word, nothing else about the person. Raises DomainError for a child.
    """
    if not may_share(volunteer, clock.civil_date(now)):
        raise DomainError("too_young", N_("未满 %(age)d 周岁，不能公开分享。"), age=SHARED_FROM)
    take_turn(db.session, f"share:{volunteer.id}")
    known = find(volunteer.id, year)
    if known is not None:
        return known
    secret = tokens.new_secret()
    made = YearShare(
        volunteer_id=volunteer.id,
        year=year,
        token_digest=tokens.digest(secret),
        token=secret,
        shown_name=" ".join(shown_name.split())[:NAME_LENGTH],
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "recognition.share_year", "year_share", made.id, now=now, year=year)
    return made


def revoke(actor: Actor, volunteer_id: int, year: int, *, now: datetime) -> None:
    """Take the address of one's own year back: from now on it leads nowhere. Nothing happens without one."""
    known = find(volunteer_id, year)
    if known is None:
        return
    known.revoked_at = now
    db.session.flush()
    audit.record(actor, "recognition.unshare_year", "year_share", known.id, now=now, year=year)


def get_shared(token: str) -> tuple[YearShare, Volunteer]:
    """Return what an address shows. Raises NotFound for one taken back, and of who has left the register."""
    row = db.session.execute(
        select(YearShare, Volunteer)
        .join(Volunteer, Volunteer.id == YearShare.volunteer_id)
        .where(
            YearShare.token_digest == tokens.digest(token),
            YearShare.revoked_at.is_(None),
            Volunteer.withdrawn_at.is_(None),
            Volunteer.merged_into_id.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
