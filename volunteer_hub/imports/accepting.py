"""Answers to invitations: only with them does somebody enter the register."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.spelling import fold
from volunteer_hub.core.text import N_
from volunteer_hub.imports import queries
from volunteer_hub.imports.applying import ending_index, invite_to_team
from volunteer_hub.imports.models import Invitation
from volunteer_hub.imports.roster import registration_of
from volunteer_hub.imports.undoing import close_invitations
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import GuardianAnswer, Registration, Texts


def find(mobile: str, ending: str, *, now: datetime) -> Invitation:
    """Return the invitation of who knows both. Raises DomainError, the same whichever of them is wrong."""
    found = queries.find_invitation(volunteers.mobile_index(fold(mobile)), ending_index(fold(ending)), now)
    if found is None:
        raise DomainError(
            "no_invitation", N_("没有找到邀请，请核对手机号和证件号码后六位；也可以直接注册。"), field="ending"
        )
    return found


def get_open(invitation_id: int, *, now: datetime) -> Invitation:
    """Return an invitation that waits for an answer. Raises NotFound."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.answered_at is not None or found.payload is None or found.ends_at <= now:
        raise NotFound
    return found


def registration_for(found: Invitation, texts: Texts) -> Registration:
    """Return what the office entered, without anybody's agreement."""
    return registration_of(json.loads(found.payload or "{}"), texts)


def accept(
    actor: Actor,
    found: Invitation,
    texts: Texts,
    guardian: GuardianAnswer,
    *,
    agrees: bool,
    password_hash: str,
    now: datetime,
    ages: Ages,
) -> Volunteer:
    """Register who was invited, by their own agreement, under the rules of any registration.

    Raises DomainError at the field at fault; NotFound for an invitation that was answered meanwhile.
    """
    take_turn(db.session, f"invitation:{found.id}")
    db.session.refresh(found, with_for_update=True)
    get_open(found.id, now=now)
    payload = json.loads(found.payload or "{}")
    given = registration_of(payload, texts)
    answered = replace(given.guardian, agrees=guardian.agrees, agrees_to_child_data=guardian.agrees_to_child_data)
    given = replace(given, agrees=agrees, guardian=answered, password_hash=password_hash)
    # The document is free for the register before it is taken there.
    found.document_index = found.mobile_index = found.ending_index = found.payload = None
    db.session.flush()
    volunteer = service.register(actor, given, now=now, ages=ages)
    found.answered_at, found.volunteer_id = now, volunteer.id
    invite_to_team(actor, payload.get("team_id"), volunteer.id, now=now)
    db.session.flush()
    return volunteer


def refuse(found: Invitation, *, now: datetime) -> None:
    """End an invitation at the wish of who was invited, and erase it."""
    close_invitations([found.id], now=now)


def drop_overtaken(*, now: datetime) -> int:
    """End invitations of people who have registered by themselves or at a desk; return how many."""
    ids = db.session.scalars(
        select(Invitation.id).join(Volunteer, Volunteer.document_index == Invitation.document_index).limit(1000)
    ).all()
    close_invitations(ids, now=now)
    return len(ids)
