"""Printed cards: given out at a desk, replaced when lost, taken back. A person has one live card at most."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import Card, Volunteer


def issue(actor: Actor, volunteer: Volunteer, *, now: datetime) -> Card:
    """Give somebody a card; an earlier one is dead from this moment.

    Raises DomainError for who has left the register. Of two desks at once the slower one's card is the live one.
    """
    standing = queries.current_standing(volunteer.id)
    if standing is None:
        raise DomainError("not_registered", N_("此人目前不是在册志愿者，不能发卡。"))
    replaced = _end(actor, volunteer.id, now)
    card = Card(volunteer_id=volunteer.id, issued_at=now, issued_by=actor.account_id)
    db.session.add(card)
    db.session.flush()
    action = "volunteers.replace_card" if replaced else "volunteers.issue_card"
    audit.record(actor, action, "volunteer", volunteer.id, now=now, region=standing.region_code, card=card.id)
    return card


def revoke(actor: Actor, volunteer: Volunteer, *, now: datetime) -> None:
    """Take the live card back. Raises DomainError where there is none."""
    if not _end(actor, volunteer.id, now):
        raise DomainError("no_card", N_("此人没有在用的卡。"))
    standing = queries.current_standing(volunteer.id)
    region = standing.region_code if standing else None
    audit.record(actor, "volunteers.revoke_card", "volunteer", volunteer.id, now=now, region=region)


def issue_missing(actor: Actor, volunteers: Collection[Volunteer], *, now: datetime) -> dict[int, int]:
    """Give a card to each who has none, and return everybody's live card, by volunteer; the departed are left out."""
    held = live_cards([volunteer.id for volunteer in volunteers])
    for volunteer in volunteers:
        if volunteer.id not in held and queries.current_standing(volunteer.id) is not None:
            held[volunteer.id] = issue(actor, volunteer, now=now).id
    return held


def live_cards(volunteer_ids: Collection[int]) -> dict[int, int]:
    """Return the live card of each of these people who has one, by volunteer: the newest, where a merge left two."""
    return {holder: max(held) for holder, held in queries.list_live_cards(list(volunteer_ids)).items()}


def _end(actor: Actor, volunteer_id: int, now: datetime) -> bool:
    """End the live card, and those of registrations merged into this one.

    Desks that deal with one person's card take turns.
    """
    take_turn(db.session, f"card:{volunteer_id}")
    ended = db.session.execute(
        update(Card)
        .where(Card.volunteer_id.in_(queries.family_of(volunteer_id)), Card.revoked_at.is_(None))
        .execution_options(synchronize_session=False)
        .values(revoked_at=now, revoked_by=actor.account_id)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
