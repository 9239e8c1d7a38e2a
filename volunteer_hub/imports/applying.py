"""Carries out a confirmed import batch by batch: each row's effect and its new state in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db, table_of
from volunteer_hub.core.dialect import change_many, new_keys, write_many
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.text import N_
from volunteer_hub.imports import matching
from volunteer_hub.imports.counting import add_counts
from volunteer_hub.imports.entering import Desk
from volunteer_hub.imports.models import Import, ImportRow, Invitation, Outcome, RowState
from volunteer_hub.imports.roster import KEPT_INVITED, paper_texts
from volunteer_hub.teams import service as teams
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registering_many import Entrant, register_many

BATCH = 300
#: How many of a document's last characters an invited person gives.
ENDING = 6
Change = tuple[Any, ...]
_WORKED_ON = (
    ImportRow.id,
    ImportRow.number,
    ImportRow.reasons,
    ImportRow.document_index,
    ImportRow.volunteer_id,
    ImportRow.service_on,
    ImportRow.minutes,
    ImportRow.entry_id,
    ImportRow.invitation_id,
)
#: What a change says of a row, in this order.
_CHANGED = ("id", "state", "reasons", "volunteer_id", "entry_id", "invitation_id")


def next_rows(import_id: int, state: RowState) -> Sequence[AnyRow]:
    """Return the next rows to work on, in the order of the file; to take them back nobody need read who they were."""
    columns = [*_WORKED_ON, ImportRow.payload] if state is RowState.STAGED else _WORKED_ON
    return db.session.execute(
        select(*columns)
        .where(ImportRow.import_id == import_id, ImportRow.state == state, ImportRow.outcome == Outcome.NEW)
        .order_by(ImportRow.number)
        .limit(BATCH)
    ).all()


def change(row: AnyRow, state: RowState, *reason: Any, **links: Any) -> Change:
    """Return what becomes of a row."""
    return (
        row.id,
        state,
        [*row.reasons, list(reason)] if reason else row.reasons,
        links.get("volunteer_id", row.volunteer_id),
        links.get("entry_id", row.entry_id),
        links.get("invitation_id", row.invitation_id),
    )


def keep_changes(found: Import, changes: Sequence[Change], **counts: int) -> None:
    """Write what became of rows, and add it to the import's counts."""
    change_many(db.session, table_of(ImportRow), _CHANGED, changes)
    found.rows_done += len(changes)
    add_counts(found, {name: number for name, number in counts.items() if number})
    db.session.flush()
    db.session.expire_all()


def actor_of(found: Import) -> Actor:
    """Return who confirmed the import, in whose name it is carried out."""
    return Actor(found.confirmed_by, found.confirmed_by_name)


def apply_people(found: Import, rows: Sequence[AnyRow], ages: Ages, *, now: datetime) -> None:
    """Register, or invite, the people of some rows. Who got into the register meanwhile is passed over."""
    indexes = {row.document_index for row in rows if row.document_index}
    known, invited = matching.find_known(indexes), matching.find_invited(indexes)
    changes: list[Change] = []
    entering: list[tuple[AnyRow, Entrant, dict[str, Any]]] = []
    inviting: list[tuple[AnyRow, dict[str, Any]]] = []
    desk = Desk(paper_texts(found.holder), ages, clock.civil_date(now))
    for row in rows:
        payload = json.loads(row.payload or "null")
        if payload is None:
            changes.append(change(row, RowState.PASSED, N_("个人信息已清除。"), {}, ""))
        elif row.document_index in known or row.document_index in invited:
            changes.append(change(row, RowState.PASSED, N_("导入前已登记或已邀请，没有再写入。"), {}, ""))
        elif payload["paper_on"] is None:
            inviting.append((row, payload))
        else:
            try:
                entering.append((row, desk.entrant(payload), payload))
            except DomainError as refusal:
                changes.append(change(row, RowState.PASSED, refusal.message, refusal.params, refusal.field or ""))
    passed = len(changes)
    changes += _register(found, entering, now=now)
    changes += _invite(found, inviting, now=now)
    keep_changes(found, changes, registered=len(entering), invited=len(inviting), passed=passed)


def _register(
    found: Import, entering: Sequence[tuple[AnyRow, Entrant, dict[str, Any]]], *, now: datetime
) -> list[Change]:
    ids = register_many([entrant for _, entrant, _ in entering], now=now)
    changes = []
    for id_, (row, _, payload) in zip(ids, entering, strict=True):
        refused = invite_to_team(actor_of(found), payload.get("team_id"), id_, now=now)
        reason = (refused.message, refused.params, "team") if refused else ()
        changes.append(change(row, RowState.APPLIED, *reason, volunteer_id=id_))
    return changes


def invite_to_team(actor: Actor, team_id: int | None, volunteer_id: int, *, now: datetime) -> DomainError | None:
    """Invite somebody to the team the file named, if any; return why that is no longer possible.

    A team dissolved since the dry run must keep nobody out of the register.
    """
    if team_id is None:
        return None
    try:
        teams.invite(actor, EVERYTHING, team_id, db.session.get_one(Volunteer, volunteer_id).number, now=now)
    except DomainError as refusal:
        return refusal
    return None


def _invite(found: Import, inviting: Sequence[tuple[AnyRow, dict[str, Any]]], *, now: datetime) -> list[Change]:
    ids = new_keys(db.session, table_of(Invitation), len(inviting)) if inviting else []
    written = [
        {
            "id": id_,
            "import_id": found.id,
            "region_code": payload["region"],
            "document_index": row.document_index,
            "mobile_index": volunteers.mobile_index(payload["mobile"]),
            "ending_index": ending_index(payload["number"]),
            "payload": row.payload,
            "invited_at": now,
            "answered_at": None,
            "volunteer_id": None,
            "ends_at": now + KEPT_INVITED,
        }
        for id_, (row, payload) in zip(ids, inviting, strict=True)
    ]
    if written:
        rows = [tuple(row.values()) for row in written]
        write_many(db.session, table_of(Invitation), list(written[0]), rows)
    return [change(row, RowState.APPLIED, invitation_id=id_) for id_, (row, _) in zip(ids, inviting, strict=True)]


def ending_index(number: str) -> str:
    """Return the keyed hash of a document's last characters, by which an invitation is found beside its mobile."""
    return crypto.blind_index("document-ending", number[-ENDING:].upper())


#: An unconfirmed import is erased so long after the upload; one carried out so long after it ended.
KEPT_AFTER = timedelta(days=14)
