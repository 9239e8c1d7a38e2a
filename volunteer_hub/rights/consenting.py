"""Agreeing anew to a text that has changed, saying no to it, and taking part of a consent back (PIPL art. 14-16)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import upsert
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.rights.models import ConsentRefusal
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Consent, Volunteer
from volunteer_hub.volunteers.registration import GUARDIAN, REGISTRATION, SELF, ShownText

#: The version that says nothing of publishing hours: who would not be named is held to this one.
WITHOUT_NAMES = "v1"


def holding(volunteer_id: int) -> list[Consent]:
    """Return the registration texts somebody agrees to now."""
    given = volunteers.list_consents(volunteer_id)
    return [one for one in given if one.kind == REGISTRATION and one.withdrawn_at is None]


def is_named(volunteer_id: int) -> bool:
    """Tell whether somebody agreed to a text by which the family name stands in the public record of hours."""
    return any(one.version != WITHOUT_NAMES for one in holding(volunteer_id))


def is_to_be_asked(volunteer_id: int, current: str) -> bool:
    """Tell whether somebody agreed to earlier versions only, and has not said no to the current one."""
    held = holding(volunteer_id)
    if not held or any(one.version == current for one in held):
        return False
    return not _has_refused(volunteer_id, current)


def agree_anew(actor: Actor, volunteer: Volunteer, text: ShownText, *, by_guardian: bool, now: datetime) -> None:
    """Agree to the current version; earlier ones are replaced by it. Raises DomainError for who is not registered."""
    held = _held(volunteer)
    if any(one.version == text.version for one in held):
        return
    for one in held:
        one.withdrawn_at = now
    _add(volunteer, text, by_guardian, now)
    _record(actor, "rights.agree_anew", volunteer, text.version, now)


def refuse_anew(actor: Actor, volunteer: Volunteer, version: str, *, now: datetime) -> None:
    """Say no to a new version: what was agreed to before goes on, and nobody asks again."""
    _held(volunteer)
    _refuse(volunteer.id, version, now)
    _record(actor, "rights.refuse_anew", volunteer, version, now)


def stop_naming(
    actor: Actor, volunteer: Volunteer, text: ShownText, current: str, *, by_guardian: bool, now: datetime
) -> None:
    """Take back that the family name may stand in the public record: from now on the person is only counted there.

    The rest of the consent goes on under the version without it.
    """
    held = _held(volunteer)
    naming = [one for one in held if one.version != WITHOUT_NAMES]
    if not naming:
        raise DomainError("not_named", N_("您的姓氏本来就不在公示里。"))
    for one in naming:
        one.withdrawn_at = now
    if len(naming) == len(held):
        _add(volunteer, text, by_guardian, now)
    _refuse(volunteer.id, current, now)
    _record(actor, "rights.stop_naming", volunteer, current, now)


def _held(volunteer: Volunteer) -> list[Consent]:
    db.session.refresh(volunteer, with_for_update=True)
    held = holding(volunteer.id)
    if not held or volunteer.withdrawn_at is not None:
        raise DomainError("not_in_register", N_("您已退出登记，没有仍有效的同意。"))
    return held


def _add(volunteer: Volunteer, text: ShownText, by_guardian: bool, now: datetime) -> None:
    db.session.add(
        Consent(
            volunteer_id=volunteer.id,
            kind=REGISTRATION,
            version=text.version,
            text_digest=text.digest,
            given_by=GUARDIAN if by_guardian else SELF,
            given_at=now,
        )
    )
    db.session.flush()


def _has_refused(volunteer_id: int, version: str) -> bool:
    key = (volunteer_id, REGISTRATION, version)
    return db.session.get(ConsentRefusal, key) is not None


def _refuse(volunteer_id: int, version: str, now: datetime) -> None:
    db.session.execute(
        upsert(db.session, table_of(ConsentRefusal))
        .values(volunteer_id=volunteer_id, kind=REGISTRATION, version=version, refused_at=now)
        .on_conflict_do_nothing(index_elements=["volunteer_id", "kind", "version"])
    )


def _record(actor: Actor, action: str, volunteer: Volunteer, version: str, now: datetime) -> None:
    standing = volunteers.current_standing(volunteer.id)
    region = standing.region_code if standing else None
    audit.record(actor, action, "volunteer", volunteer.id, now=now, region=region, version=version)


def list_refusals(volunteer_id: int) -> list[ConsentRefusal]:
    """Return the versions somebody said no to."""
    return list(
        db.session.scalars(
            select(ConsentRefusal)
            .where(ConsentRefusal.volunteer_id == volunteer_id)
            .order_by(ConsentRefusal.refused_at)
        )
    )
