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
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.volunteers import mobiles, queries, registration
from volunteer_hub.volunteers.ages import Ages, Band, full_years
from volunteer_hub.volunteers.models import STILL, Consent, DocumentKind, Guardian, Standing, Volunteer
from volunteer_hub.volunteers.numbers import next_number
from volunteer_hub.volunteers.registration import Checked, GivenConsent, Registration, Texts

#: How sure the register is of who somebody is.
SELF_CLAIMED, SEEN_BY_STAFF, SEEN_ELSEWHERE = 0, 2, 3


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
    _open(volunteer.id, given.region_code, assurance, now)
    if checked.guardian is not None:
        db.session.add(
            Guardian(volunteer_id=volunteer.id, name=checked.guardian.name, mobile=checked.guardian.mobile)
        )
    _keep_consents(volunteer.id, checked.consents, now=now)
    if at_desk:
        audit.record(
            actor, "volunteers.register", "volunteer", volunteer.id, now=now, region=given.region_code, number=number
        )
    db.session.flush()
    return volunteer


def change_details(volunteer: Volunteer, mobile: str, skills: tuple[str, ...], categories: tuple[str, ...]) -> None:
    """Change how a volunteer is reached and what they offer; one signs in with the new mobile from then on.

    Raises DomainError at the field at fault.
    """
    registration.check_choices(skills, categories)
    number = mobiles.normalise(mobile)
    if number != volunteer.mobile:
        volunteer.mobile, volunteer.mobile_index = number, queries.mobile_index(number)
        if volunteer.account_id is not None:
            accounts.change_sign_in_name(volunteer.account_id, SignInKind.MOBILE, number)
    volunteer.skills, volunteer.categories = list(skills), list(categories)
    db.session.flush()


def change_residence(actor: Actor, volunteer: Volunteer, region_code: str, *, now: datetime) -> None:
    """Let a volunteer live elsewhere from now on; what was counted for the old place stays counted there.

    Raises DomainError at field `region_code`, or for who is no longer in the register.
    """
    standing = _open_standing(volunteer)
    if standing.region_code == region_code:
        return
    check_residence(region_code)
    old = standing.region_code
    replace_standing(standing, region_code, standing.assurance, now)
    if actor.account_id != volunteer.account_id:
        audit.record(
            actor, "volunteers.change_residence", "volunteer", volunteer.id, now=now, region=region_code, old=old
        )


def raise_assurance(actor: Actor, volunteer: Volunteer, level: int, evidence: str, *, now: datetime) -> None:
    """Record that somebody is surer of who a volunteer is, with the document in hand; leaves a row in the trail.

    Raises DomainError where the register is as sure already, or nothing was looked at; Denied for oneself.
    """
    refuse_own(actor, volunteer)
    standing = _open_standing(volunteer)
    if not standing.assurance < level <= SEEN_ELSEWHERE:
        raise DomainError("assurance_not_higher", N_("核验级别只能提高，不能重复登记。"), field="level")
    if not evidence.strip():
        raise DomainError("evidence_missing", N_("请写明核验了什么。"), field="evidence")
    old = standing.assurance
    replace_standing(standing, standing.region_code, level, now)
    audit.record(
        actor,
        "volunteers.raise_assurance",
        "volunteer",
        volunteer.id,
        now=now,
        region=standing.region_code,
        reason=evidence.strip(),
        old=old,
        new=level,
    )


def withdraw(actor: Actor, volunteer: Volunteer, *, now: datetime) -> None:
    """Take a volunteer out of the register from now on: no figure counts them, no activity takes them.

    Their hours stay in the ledger, which says what happened; consents end with the registration (PIPL art 15).
    """
    standing = _open_standing(volunteer)
    region = standing.region_code
    if standing.since < now:
        standing.until = now
    else:
        db.session.delete(standing)
    volunteer.withdrawn_at = now
    for consent in queries.list_consents(volunteer.id):
        consent.withdrawn_at = consent.withdrawn_at or now
    audit.record(actor, "volunteers.withdraw", "volunteer", volunteer.id, now=now, region=region)
    db.session.flush()


def restore(
    actor: Actor, volunteer: Volunteer, region_code: str, texts: Texts, *, now: datetime, ages: Ages | None = None
) -> None:
    """Take somebody who withdrew back into the register, at a desk, with the document in hand.

    The consents are given anew. Raises DomainError for who is in the register, or was merged away; Denied for
    oneself.
    """
    refuse_own(actor, volunteer)
    db.session.refresh(volunteer, with_for_update=True)
    if volunteer.merged_into_id is not None or queries.current_standing(volunteer.id) is not None:
        raise DomainError("in_register", N_("这位志愿者已在登记册里。"))
    check_residence(region_code)
    volunteer.withdrawn_at = None
    _open(volunteer.id, region_code, SEEN_BY_STAFF, now)
    years = full_years(volunteer.birth_on, clock.civil_date(now)) if volunteer.birth_on else None
    band = (ages or Ages()).band(years) if years is not None else Band.ADULT
    _keep_consents(volunteer.id, registration.consents_of(texts, band), now=now)
    audit.record(actor, "volunteers.restore", "volunteer", volunteer.id, now=now, region=region_code)
    db.session.flush()


def refuse_own(actor: Actor, volunteer: Volunteer) -> None:
    """Refuse to vouch for oneself: whoever looks at the document is somebody else. Raises Denied."""
    if actor.account_id is not None and actor.account_id == volunteer.account_id:
        raise Denied("own_identity", N_("不能核验或更正自己的身份，请由另一位工作人员办理。"))


def open_identity(actor: Actor, volunteer: Volunteer, reason: str, *, now: datetime) -> str:
    """Return the full document number of somebody else, against a reason that stays in the trail.

    Raises DomainError at field `reason`.
    """
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    standing = queries.current_standing(volunteer.id)
    audit.record(
        actor,
        "volunteers.open_identity",
        "volunteer",
        volunteer.id,
        now=now,
        region=standing.region_code if standing else None,
        reason=reason.strip(),
    )
    db.session.flush()
    return volunteer.document_number


def _open_standing(volunteer: Volunteer) -> Standing:
    """Return the open standing, with the volunteer's row held so that two changes follow one another."""
    db.session.refresh(volunteer, with_for_update=True)
    standing = queries.current_standing(volunteer.id)
    if standing is None:
        raise DomainError("not_in_register", N_("这位志愿者已退出登记。"))
    return standing


def replace_standing(standing: Standing, region_code: str, assurance: int, now: datetime) -> None:
    """Close what holds and open what holds from now on; a standing that has not held yet is changed itself."""
    if standing.since >= now:
        standing.region_code, standing.assurance = region_code, assurance
        db.session.flush()
        return
    standing.until = now
    # The old row is closed before the new one is written: only one may be open.
    db.session.flush()
    _open(standing.volunteer_id, region_code, assurance, now)
    db.session.flush()


def _open(volunteer_id: int, region_code: str, assurance: int, now: datetime) -> None:
    db.session.add(
        Standing(volunteer_id=volunteer_id, region_code=region_code, assurance=assurance, since=now, until=STILL)
    )


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


def _keep_consents(volunteer_id: int, given: tuple[GivenConsent, ...], *, now: datetime) -> None:
    db.session.add_all(
        Consent(
            volunteer_id=volunteer_id,
            kind=kind,
            version=text.version,
            text_digest=text.digest,
            given_by=given_by,
            given_at=now,
        )
        for kind, text, given_by in given
    )
