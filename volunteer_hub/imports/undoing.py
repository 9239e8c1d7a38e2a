"""Takes a whole import back, batch by batch: hours by reversals, people and invitations by erasing who they were.

People who have done anything since, or whom anything else speaks of, stay, and are said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from volunteer_hub.activities.models import SignUp
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.text import N_
from volunteer_hub.imports.applying import Change, change, keep_changes
from volunteer_hub.imports.models import Import, Invitation, RowState
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.teams.models import Membership, MembershipState
from volunteer_hub.volunteers.models import Card
from volunteer_hub.volunteers.registering_many import list_untouched, withdraw_and_erase

HAS_ACTED = N_("本人导入后已登录、报名、服务或办过手续，保留登记。")
HAS_ANSWERED = N_("本人已同意登记，保留。")


def undo_people(found: Import, rows: Sequence[AnyRow], *, now: datetime) -> None:
    """Take back the people and invitations of some rows."""
    ids = [row.volunteer_id for row in rows if row.volunteer_id and row.invitation_id is None]
    erased = list_untouched(ids) - _list_spoken_of(ids)
    invitations = [row.invitation_id for row in rows if row.invitation_id]
    open_ones = set(
        db.session.scalars(
            select(Invitation.id).where(Invitation.id.in_(invitations), Invitation.answered_at.is_(None))
        )
    )
    changes: list[Change] = []
    for row in rows:
        if row.invitation_id is not None:
            gone, sentence = row.invitation_id in open_ones, HAS_ANSWERED
        else:
            gone, sentence = row.volunteer_id in erased, HAS_ACTED
        changes.append(change(row, RowState.UNDONE) if gone else change(row, RowState.KEPT, sentence, {}, ""))
    _drop_team_invitations(erased, now=now)
    withdraw_and_erase(sorted(erased), now=now)
    close_invitations(sorted(open_ones), now=now)
    undone = sum(1 for row_change in changes if RowState.UNDONE in row_change)
    keep_changes(found, changes, undone=undone, kept=len(changes) - undone)


def undo_hours(found: Import, rows: Sequence[AnyRow], *, now: datetime) -> None:
    """Reverse the credits of some rows; one that was reversed by hand before is taken back already."""
    actor = Actor(found.undone_by, found.undone_by_name)
    entries = [row.entry_id for row in rows if row.entry_id]
    ledger.reverse_many(actor, entries, now=now, reason=found.undo_reason)
    keep_changes(found, [change(row, RowState.UNDONE) for row in rows], undone=len(rows))


def close_invitations(ids: Sequence[int], *, now: datetime) -> None:
    """End invitations nobody answered, and erase what they said."""
    if ids:
        db.session.execute(
            update(Invitation)
            .where(Invitation.id.in_(ids), Invitation.answered_at.is_(None))
            .values(document_index=None, mobile_index=None, ending_index=None, payload=None, ends_at=now)
            .execution_options(synchronize_session=False)
        )


def _list_spoken_of(ids: Sequence[int]) -> set[int]:
    """Return those of these people of whom activities, scans, hours, cards or teams speak."""
    found: set[int] = set()
    for model in (SignUp, Scan, ServiceSession, HoursEntry, Card):
        column = model.volunteer_id
        found |= set(db.session.scalars(select(column).where(column.in_(ids)).distinct()))
    member = select(Membership.volunteer_id).where(
        Membership.volunteer_id.in_(ids), Membership.state != MembershipState.INVITED
    )
    return {id_ for id_ in found if id_} | set(db.session.scalars(member))


def _drop_team_invitations(ids: set[int], *, now: datetime) -> None:
    db.session.execute(
        update(Membership)
        .where(Membership.volunteer_id.in_(ids), Membership.state == MembershipState.INVITED)
        .values(state=MembershipState.DECLINED, decided_at=now)
        .execution_options(synchronize_session=False)
    )
