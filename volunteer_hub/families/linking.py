"""Makes a link between two people, ends it, and writes both into the trail; others decide who may ask for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.families import queries
from volunteer_hub.families.models import CareKind, CareLink, Proof
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.models import Volunteer

#: Of one account; who looks after more people is an office, and has desks for it.
MOST = 10


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
    record(actor, "families.establish", link, cared, now=now, reason=evidence)
    _tell_both(carer, cared, link, now=now)
    return link


def end(actor: Actor, link: CareLink, cared: Volunteer, now: datetime, reason: str | None = None) -> None:
    """End a link now and tell the other; a browser that acts by it is its owner's again at the next request."""
    link.until, link.ended_by = now, actor.hand
    db.session.flush()
    record(actor, "families.end", link, cared, now=now, reason=reason)
    name = {"name": cared.name}
    for account_id in {link.carer_account_id, cared.account_id or 0} - {0, actor.hand}:
        notices.tell(account_id, N_("为%(name)s代办的关系已结束。"), name, key=f"care:{link.id}:ended", now=now)


def is_minor(volunteer: Volunteer, now: datetime, ages: Ages) -> bool:
    """Tell whether somebody has a guardian instead of deciding alone."""
    return volunteer.birth_on is not None and full_years(volunteer.birth_on, clock.civil_date(now)) < ages.adult


def record(
    actor: Actor, action: str, link: CareLink, cared: Volunteer, *, now: datetime, reason: str | None = None
) -> None:
    """Write an act on a link into the trail of where the person lives."""
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


def _check(carer: Volunteer, cared: Volunteer, kind: CareKind, now: datetime, ages: Ages) -> None:
    if carer.id == cared.id:
        raise DomainError("care_of_oneself", N_("不能为自己办理代办。"))
    if volunteers.current_standing(cared.id) is None or volunteers.current_standing(carer.id) is None:
        raise DomainError("not_in_register", N_("这位志愿者已退出登记。"))
    if is_minor(carer, now, ages):
        raise DomainError("carer_is_a_minor", N_("代办人须年满 %(n)d 周岁。"), n=ages.adult)
    if (kind is CareKind.GUARDIAN) != is_minor(cared, now, ages):
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


def _has_lapsed(link: CareLink, cared: Volunteer, now: datetime, ages: Ages) -> bool:
    return link.kind is CareKind.GUARDIAN and not is_minor(cared, now, ages)


def _close_lapsed(account_id: int, cared: Volunteer, now: datetime, ages: Ages) -> None:
    """Close what stopped holding by itself, so that there is one open link between two people."""
    link = queries.find_open_link(account_id, cared.id)
    if link is not None and _has_lapsed(link, cared, now, ages):
        link.until, link.ended_by = now, account_id
        db.session.flush()


def _tell_both(carer: Volunteer, cared: Volunteer, link: CareLink, *, now: datetime) -> None:
    told = {"carer": carer.name, "name": cared.name}
    for account_id in (carer.account_id, cared.account_id):
        notices.tell(
            account_id or 0, N_("%(carer)s现在可以为%(name)s代办。"), told, key=f"care:{link.id}:established", now=now
        )
