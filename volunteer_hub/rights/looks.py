"""Who opened or took out a person's identity number: when, why, and in which office, which is all that is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.accounts import subtrees
from volunteer_hub.accounts.models import Role, RoleGrant
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.exchange import identity_queries
from volunteer_hub.rights.queries import Subject

#: Acts of the trail by which somebody sees more of a person than the masked page.
LOOKS = (
    "volunteers.open_identity",
    "volunteers.correct_identity",
    "statistics.open_person",
    "rights.open_request",
    "rights.leave_at_desk",
)


@dataclass(frozen=True)
class Office:
    """In which role, and of which place, somebody acted; an empty place is the whole deployment."""

    role: Role
    place: str


@dataclass(frozen=True)
class Look:
    """One look: the act of the trail, or `export` for a file that held the number; when, why, by which office."""

    at: datetime
    act: str
    reason: str | None
    offices: tuple[Office, ...]
    #: Of a file: who agreed, and in how many people's company the number was.
    approvers: tuple[Office, ...] = ()
    people: int | None = None


def list_looks(subject: Subject) -> list[Look]:
    """Return every look at a person's identity, the newest first."""
    ids = [str(volunteer_id) for volunteer_id in subject.volunteers]
    opened = db.session.scalars(
        select(AuditEntry).where(
            AuditEntry.object_type == "volunteer", AuditEntry.object_id.in_(ids), AuditEntry.action.in_(LOOKS)
        )
    ).all()
    files = {
        listed.asked.id: listed.asked
        for volunteer_id in subject.volunteers
        for listed in identity_queries.list_with_person(volunteer_id, EVERYTHING)
    }.values()
    acted = {entry.actor_account_id for entry in opened} | {asked.requested_by for asked in files}
    grants = _grants(one for one in (*acted, *(asked.decided_by for asked in files)) if one is not None)
    looks = [
        Look(entry.at, entry.action, entry.reason, _held(grants, entry.actor_account_id, entry.at))
        for entry in opened
    ]
    for asked in files:
        at = asked.decided_at or asked.requested_at
        offices, approvers = (
            _held(grants, asked.requested_by, asked.requested_at),
            _held(grants, asked.decided_by, at),
        )
        looks.append(Look(at, "export", asked.reason, offices, approvers, asked.people))
    return sorted(looks, key=lambda look: look.at, reverse=True)


@dataclass(frozen=True)
class _Held:
    grant: RoleGrant
    place: str


def _grants(accounts: Iterable[int]) -> Sequence[_Held]:
    found = db.session.scalars(
        select(RoleGrant).where(RoleGrant.account_id.in_(set(accounts))).order_by(RoleGrant.id)
    ).all()
    named = subtrees.name_all([(grant.scope_kind, grant.scope_value) for grant in found])
    return [
        _Held(grant, tree.name if (tree := named.get((grant.scope_kind, grant.scope_value))) else "")
        for grant in found
    ]


def _held(grants: Sequence[_Held], account_id: int | None, at: datetime) -> tuple[Office, ...]:
    """Return the offices somebody held at an instant."""
    return tuple(
        Office(held.grant.role, held.place)
        for held in grants
        if held.grant.account_id == account_id
        and held.grant.granted_at <= at
        and not any(end is not None and end <= at for end in (held.grant.revoked_at, held.grant.expires_at))
    )
