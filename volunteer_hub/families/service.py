"""Establishes who may act for whom where that is proved, lets a browser act, and ends it."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.accounts.acting import act_by
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.families import linking, queries
from volunteer_hub.families.models import CareKind, CareLink, Proof
from volunteer_hub.families.queries import Cared
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import service as register
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import Registration

#: From this assurance on a mobile is more than something typed.
PROVED = 1


def register_child(actor: Actor, carer: Volunteer, given: Registration, *, now: datetime, ages: Ages) -> Volunteer:
    """Register a child from the guardian's account, with an account of its own and no password, and link the two.

    Raises DomainError at the field at fault, as any registration does, and for who is not a child.
    """
    child = register.register(actor, given, now=now, ages=ages)
    if not linking.is_minor(child, now, ages):
        raise DomainError(
            "not_a_child",
            N_("这里只能为未满 %(n)d 周岁的孩子注册。成年家人请自己注册，再给您代办码。"),
            field="document_number",
            n=ages.adult,
        )
    linking.establish(actor, carer, child, CareKind.GUARDIAN, Proof.REGISTRATION, now=now, ages=ages)
    return child


def claim_with_card(actor: Actor, carer: Volunteer, child_id: int | None, *, now: datetime, ages: Ages) -> CareLink:
    """Link a guardian with a child whose printed card is in hand, and whose register names this guardian.

    Name and mobile must be those the registration gave for the guardian, and the mobile must have been proved:
    anybody can type one. Raises DomainError at field `card`, the same sentence whatever does not fit.
    """
    child = db.session.get(Volunteer, child_id) if child_id is not None else None
    guardian = volunteers.find_guardian(child.id) if child is not None else None
    own = volunteers.current_standing(carer.id)
    named = guardian is not None and (guardian.name, guardian.mobile) == (carer.name, carer.mobile)
    if child is None or not named or own is None or own.assurance < PROVED:
        raise DomainError(
            "card_does_not_fit",
            N_("这张卡已失效，或登记的监护人不是您，或您的手机号还没有核验。请带证件到就近的站点办理。"),
            field="card",
        )
    return linking.establish(actor, carer, child, CareKind.GUARDIAN, Proof.CARD, now=now, ages=ages)


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
    return linking.establish(actor, carer, cared, kind, Proof.DESK, now=now, ages=ages, evidence=evidence.strip())


def end(actor: Actor, link_id: int, *, now: datetime) -> None:
    """End a link, by the carer or by the adult cared for. Raises NotFound for anybody else.

    A minor does not end a guardian's; a desk can.
    """
    link = queries.get_open_link(link_id)
    cared = db.session.get_one(Volunteer, link.volunteer_id)
    own = link.kind is not CareKind.GUARDIAN and actor.account_id == cared.account_id
    if actor.by_account_id is not None or not (own or actor.account_id == link.carer_account_id):
        raise NotFound
    linking.end(actor, link, cared, now)


def end_at_desk(actor: Actor, cared: Volunteer, link_id: int, reason: str, *, now: datetime) -> None:
    """End a link by staff, with a reason. Raises NotFound for a link of somebody else, DomainError at `reason`."""
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    link = queries.get_open_link(link_id)
    if link.volunteer_id != cared.id:
        raise NotFound
    linking.end(actor, link, cared, now, reason.strip())


def act_for(actor: Actor, login_id: int, cared: Cared, *, now: datetime) -> None:
    """Let a browser of the carer act for somebody from its next request on, until it goes back or signs out."""
    act_by(actor.hand or 0, login_id, cared.link.id)
    linking.record(actor, "families.act_for", cared.link, cared.volunteer, now=now)


def acting(actor: Actor, cared: Cared) -> Actor:
    """Return the actor as whom one act is done for somebody, by somebody who acts for oneself otherwise."""
    return Actor(cared.volunteer.account_id, actor.label, address=actor.address, by_account_id=actor.hand)


def note_act(actor: Actor, cared: Cared, page: str, of: dict[str, int], *, now: datetime) -> None:
    """Leave the row for one act done for somebody while one acts for oneself otherwise, as for a whole family."""
    standing = volunteers.current_standing(cared.volunteer.id)
    region = standing.region_code if standing else None
    audit.record(actor, "families.acted", "volunteer", cared.volunteer.id, now=now, region=region, page=page, of=of)
