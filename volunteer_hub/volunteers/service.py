"""Registers volunteers, and changes what the register says of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, SignInKind
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.volunteers import queries, registration
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import STILL, Consent, DocumentKind, Guardian, Standing, Volunteer
from volunteer_hub.volunteers.numbers import next_number
from volunteer_hub.volunteers.registration import Checked, Registration

#: How sure the register is of who somebody is.
SELF_CLAIMED, SEEN_BY_STAFF = 0, 2


def register(
    actor: Actor,
    given: Registration,
    *,
    now: datetime,
    ages: Ages | None = None,
    at_desk: bool = False,
    demonstration: bool = False,
) -> Volunteer:
    """Enter somebody in the register, with account, residence, guardian and consents; return the volunteer.

    At a desk, staff have the document in hand: assurance is 2, and the trail says who it was. Raises
    DomainError at the field at fault; for a document already registered the sentence is the same
    whoever holds it, and names nobody (令67 art 6, 16; PIPL art 13–14, 31).
    """
    checked = registration.check(given, ages or Ages(), clock.civil_date(now))
    check_residence(given.region_code)
    _refuse_known_document(given.document_kind, checked.document_number)
    number = next_number(given.region_code, clock.civil_date(now))
    account = _open_account(given, checked, number, now=now, demonstration=demonstration)
    volunteer = Volunteer(
        number=number,
        account_id=account.id,
        name=checked.name,
        document_kind=given.document_kind,
        document_number=checked.document_number,
        document_index=queries.document_index(given.document_kind, checked.document_number),
        birth_on=checked.birth_on,
        sex=checked.sex,
        mobile=checked.mobile,
        mobile_index=queries.mobile_index(checked.mobile),
        skills=list(given.skills),
        categories=list(given.categories),
        is_party_member=given.is_party_member,
        registered_at=now,
        is_demonstration=demonstration,
    )
    _insert(volunteer)
    assurance = SEEN_BY_STAFF if at_desk else SELF_CLAIMED
    db.session.add(
        Standing(
            volunteer_id=volunteer.id, region_code=given.region_code, assurance=assurance, since=now, until=STILL
        )
    )
    _keep_answers(volunteer.id, checked, now=now)
    if at_desk:
        audit.record(
            actor, "volunteers.register", "volunteer", volunteer.id, now=now, region=given.region_code, number=number
        )
    db.session.flush()
    return volunteer


def check_residence(region_code: str) -> None:
    """Refuse a residence that is no division, or one that is divided further above the community.

    Raises DomainError at field `region_code`.
    """
    region = db.session.get(Region, region_code)
    if region is None:
        raise DomainError("residence_unknown", N_("请选择居住地。"), field="region_code")
    if region.level < RegionLevel.COMMUNITY and db.session.scalar(
        select(Region.code).where(Region.parent_code == region_code).limit(1)
    ):
        raise DomainError("residence_too_wide", N_("请把居住地选到社区或村。"), field="region_code")


def already_registered() -> DomainError:
    """Return the refusal of a document in the register: it never says whose it is."""
    return DomainError(
        "document_registered",
        N_("该证件已登记。如果是您本人，请直接登录；忘记密码请到就近站点办理。"),
        field="document_number",
    )


def _refuse_known_document(kind: DocumentKind, number: str) -> None:
    if queries.find_by_document(kind, number) is not None:
        raise already_registered()


def _insert(volunteer: Volunteer) -> None:
    """Write the row. Of two who register one document at once, the second gets the same refusal as later."""
    try:
        with db.session.begin_nested():
            db.session.add(volunteer)
            db.session.flush()
    except IntegrityError:
        _refuse_known_document(volunteer.document_kind, volunteer.document_number)
        raise


def _open_account(
    given: Registration, checked: Checked, number: str, *, now: datetime, demonstration: bool
) -> Account:
    names = {SignInKind.VOLUNTEER_NUMBER: number, SignInKind.MOBILE: checked.mobile}
    account = accounts.create_account(checked.name, None, names, now=now, demonstration=demonstration)
    account.password_hash = given.password_hash
    return account


def _keep_answers(volunteer_id: int, checked: Checked, *, now: datetime) -> None:
    if checked.guardian is not None:
        db.session.add(
            Guardian(volunteer_id=volunteer_id, name=checked.guardian.name, mobile=checked.guardian.mobile)
        )
    db.session.add_all(
        Consent(
            volunteer_id=volunteer_id,
            kind=kind,
            version=text.version,
            text_digest=text.digest,
            given_by=given_by,
            given_at=now,
        )
        for kind, text, given_by in checked.consents
    )
