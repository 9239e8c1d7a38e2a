"""Establishes who may act for whom, lets a browser act, and ends it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import service as accounts
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.spelling import fold
from volunteer_hub.core.text import N_
from volunteer_hub.families import queries
from volunteer_hub.families.models import CareCode, CareKind, CareLink, Proof
from volunteer_hub.families.queries import Cared
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import service as register
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import Registration

#: Of one account; who looks after more people is an office, and has desks for it.
MOST = 10
CODE_LIFETIME = timedelta(minutes=10)
CODE_DIGITS = 8


def establish(
    actor: Actor,
    carer: Volunteer,
    cared: Volunteer,
    kind: CareKind,
    proof: Proof,
    *,
    now: datetime,
    ages: Ages,
    evidence: str | None = None,
) -> CareLink:
    """Let the account of one volunteer act for another from now on; both are told, and the trail says by whom.

    A guardian is of a minor; relatives and helpers are of adults, who agree for themselves. Raises
    DomainError for who cannot, or may already.
    """
    if carer.account_id is None or cared.account_id is None:
        raise NotFound
    take_turn(db.session, f"care:{carer.account_id}")
    _check(carer, cared, kind, now, ages)
    _close_lapsed(carer.account_id, cared, now, ages)
    link = CareLink(
        carer_account_id=carer.account_id,
        volunteer_id=cared.id,
        kind=kind,
        proof=proof,
        evidence=evidence,
        confirmed_by=cared.account_id if proof is Proof.CODE else actor.hand,
        since=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(link)
            db.session.flush()
    except IntegrityError as lost:
        raise _already() from lost
    _record(actor, "families.establish", link, cared, now=now, reason=evidence)
    _tell_both(carer, cared, link, now=now)
    return link


def register_child(actor: Actor, carer: Volunteer, given: Registration, *, now: datetime, ages: Ages) -> Volunteer:
    """Register a child from the guardian's account, with an account of its own and no password, and link the two.

    Raises DomainError at the field at fault, as any registration does, and for who is not a child.
    """
    child = register.register(actor, given, now=now, ages=ages)
    if not _is_minor(child, now, ages):
        raise DomainError(
            "not_a_child",
            N_("这里只能为未满 %(n)d 周岁的孩子注册。成年家人请自己注册，再给您代办码。"),
            field="document_number",
            n=ages.adult,
        )
    establish(actor, carer, child, CareKind.GUARDIAN, Proof.REGISTRATION, now=now, ages=ages)
    return child


def make_code(actor: Actor, cared: Volunteer, kind: CareKind, *, now: datetime, ages: Ages) -> str:
    """Return a fresh code with which a relative or helper may link; it is good once, for ten minutes.

    An unused earlier one dies. Raises DomainError for a minor, who has a guardian instead.
    """
    if kind is CareKind.GUARDIAN or _is_minor(cared, now, ages):
        raise DomainError("code_for_a_minor", N_("未成年人由监护人代办，不能自己给出代办码。"))
    db.session.execute(delete(CareCode).where(CareCode.volunteer_id == cared.id, CareCode.used_at.is_(None)))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    db.session.add(
        CareCode(
            volunteer_id=cared.id,
            kind=kind,
            code_index=_code_index(code),
            made_at=now,
            expires_at=now + CODE_LIFETIME,
        )
    )
    db.session.flush()
    audit.record(actor, "families.make_code", "volunteer", cared.id, now=now, kind=kind.value)
    return code


def redeem(actor: Actor, carer: Volunteer, typed: str, *, now: datetime, ages: Ages) -> CareLink:
    """Link with whoever gave the code away. The code is spent by one compare-and-set, so it serves one person.

    Raises DomainError at field `code` for one that is wrong, used or out of date: the same sentence for all.
    """
    index = _code_index(fold(typed))
    spent = db.session.execute(
        update(CareCode)
        .where(CareCode.code_index == index, CareCode.used_at.is_(None), CareCode.expires_at > now)
        .values(used_at=now, used_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    code = queries.find_code(index) if spent.rowcount else None  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
    if code is None:
        raise DomainError("code_wrong", N_("代办码不对或已过期，请对方重新生成。"), field="code")
    cared = db.session.get_one(Volunteer, code.volunteer_id)
    return establish(actor, carer, cared, code.kind, Proof.CODE, now=now, ages=ages)


def establish_at_desk(
    actor: Actor, carer: Volunteer, cared: Volunteer, kind: CareKind, evidence: str, *, now: datetime, ages: Ages
) -> CareLink:
    """Link two on the word of staff who saw the documents, or the elder standing there.

    Raises DomainError at field `evidence` if nothing was looked at; Denied for oneself or one's own family.
    """
    if actor.hand in (carer.account_id, cared.account_id):
        raise Denied("own_family", N_("不能为自己或自己的家人办理，请由另一位工作人员办理。"))
    if not evidence.strip():
        raise DomainError("evidence_missing", N_("请写明核验了什么。"), field="evidence")
    return establish(actor, carer, cared, kind, Proof.DESK, now=now, ages=ages, evidence=evidence.strip())


def end(actor: Actor, link_id: int, *, now: datetime) -> None:
    """End a link, by the carer or by the adult cared for. Raises NotFound for anybody else.

    A minor does not end a guardian's; a desk can.
    """
    link = queries.get_open_link(link_id)
    cared = db.session.get_one(Volunteer, link.volunteer_id)
    own = link.kind is not CareKind.GUARDIAN and actor.account_id == cared.account_id
    if actor.by_account_id is not None or not (own or actor.account_id == link.carer_account_id):
        raise NotFound
    _end(actor, link, cared, now)


def end_at_desk(actor: Actor, cared: Volunteer, link_id: int, reason: str, *, now: datetime) -> None:
    """End a link by staff, with a reason. Raises NotFound for a link of somebody else, DomainError at `reason`."""
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    link = queries.get_open_link(link_id)
    if link.volunteer_id != cared.id:
        raise NotFound
    _end(actor, link, cared, now, reason.strip())


def act_for(actor: Actor, login_id: int, cared: Cared, *, now: datetime) -> None:
    """Let a browser of the carer act for somebody from its next request on, until it goes back or signs out."""
    accounts.act_by(actor.hand or 0, login_id, cared.link.id)
    _record(actor, "families.act_for", cared.link, cared.volunteer, now=now)


def acting(actor: Actor, cared: Cared) -> Actor:
    """Return the actor as whom one act is done for somebody, by somebody who acts for oneself otherwise."""
    return Actor(cared.volunteer.account_id, actor.label, address=actor.address, by_account_id=actor.hand)


def note_act(actor: Actor, cared: Cared, page: str, of: dict[str, int], *, now: datetime) -> None:
    """Leave the row for one act done for somebody while one acts for oneself otherwise, as for a whole family."""
    standing = volunteers.current_standing(cared.volunteer.id)
    region = standing.region_code if standing else None
    audit.record(
        actor, "families.acted", "volunteer", cared.volunteer.id, now=now, region=region, page=page, of=of
    )


def _check(carer: Volunteer, cared: Volunteer, kind: CareKind, now: datetime, ages: Ages) -> None:
    if carer.id == cared.id:
        raise DomainError("care_of_oneself", N_("不能为自己办理代办。"))
    if volunteers.current_standing(cared.id) is None or volunteers.current_standing(carer.id) is None:
        raise DomainError("not_in_register", N_("这位志愿者已退出登记。"))
    if _is_minor(carer, now, ages):
        raise DomainError("carer_is_a_minor", N_("代办人须年满 %(n)d 周岁。"), n=ages.adult)
    if (kind is CareKind.GUARDIAN) != _is_minor(cared, now, ages):
        raise DomainError(
            "kind_does_not_fit",
            N_("未满 %(n)d 周岁由监护人代办，成年人由亲属或代办人代办。"),
            field="kind",
            n=ages.adult,
        )
    open_link = queries.find_open_link(carer.account_id or 0, cared.id)
    if open_link is not None and not _has_lapsed(open_link, cared, now, ages):
        raise _already()
    if queries.count_cared_for(carer.account_id or 0, now, ages) >= MOST:
        raise DomainError("too_many_cared_for", N_("一个账号最多为 %(n)d 人代办。"), n=MOST)


def _already() -> DomainError:
    return DomainError("already_carer", N_("已经可以为这个人代办，不用重复办理。"))


def _is_minor(volunteer: Volunteer, now: datetime, ages: Ages) -> bool:
    return volunteer.birth_on is not None and full_years(volunteer.birth_on, clock.civil_date(now)) < ages.adult


def _has_lapsed(link: CareLink, cared: Volunteer, now: datetime, ages: Ages) -> bool:
    return link.kind is CareKind.GUARDIAN and not _is_minor(cared, now, ages)


def _close_lapsed(account_id: int, cared: Volunteer, now: datetime, ages: Ages) -> None:
    """Close what stopped holding by itself, so that there is one open link between two people."""
    link = queries.find_open_link(account_id, cared.id)
    if link is not None and _has_lapsed(link, cared, now, ages):
        link.until, link.ended_by = now, account_id
        db.session.flush()


def _end(actor: Actor, link: CareLink, cared: Volunteer, now: datetime, reason: str | None = None) -> None:
    link.until, link.ended_by = now, actor.hand
    db.session.flush()
    _record(actor, "families.end", link, cared, now=now, reason=reason)
    name = {"name": cared.name}
    for account_id in {link.carer_account_id, cared.account_id or 0} - {0, actor.hand}:
        notices.tell(account_id, N_("为%(name)s代办的关系已结束。"), name, key=f"care:{link.id}:ended", now=now)


def _tell_both(carer: Volunteer, cared: Volunteer, link: CareLink, *, now: datetime) -> None:
    told = {"carer": carer.name, "name": cared.name}
    for account_id in (carer.account_id, cared.account_id):
        notices.tell(
            account_id or 0, N_("%(carer)s现在可以为%(name)s代办。"), told, key=f"care:{link.id}:established", now=now
        )


def _record(
    actor: Actor, action: str, link: CareLink, cared: Volunteer, *, now: datetime, reason: str | None = None
) -> None:
    standing = volunteers.current_standing(cared.id)
    audit.record(
        actor,
        action,
        "volunteer",
        cared.id,
        now=now,
        region=standing.region_code if standing else None,
        reason=reason,
        link=link.id,
        kind=link.kind.value,
        proof=link.proof.value,
        carer=link.carer_account_id,
    )


def _code_index(code: str) -> str:
    return crypto.blind_index("care-code", code)
