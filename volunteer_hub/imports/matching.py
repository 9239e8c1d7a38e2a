"""Holds rows of a roster against the register, open invitations, and the rows above them in the same file."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import among
from volunteer_hub.core.text import N_
from volunteer_hub.imports.found import Found, same_name
from volunteer_hub.imports.models import ImportRow, Invitation, Outcome
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer


@dataclass(frozen=True)
class Known:
    """Somebody in the register: whoever a document leads to, through merges. No region: not in it any more."""

    id: int
    name: str
    region_code: str | None


def find_known(indexes: Collection[str]) -> dict[str, Known]:
    """Return who is behind each document, by its keyed hash."""
    other = aliased(Volunteer)
    rows = db.session.execute(
        select(Volunteer.document_index, Volunteer.id, Volunteer.name, Standing.region_code, Volunteer.merged_into_id)
        .outerjoin(Standing, (Standing.volunteer_id == Volunteer.id) & (Standing.until == STILL))
        .where(among(db.session, Volunteer.document_index, indexes))
    ).all()
    merged = [row.merged_into_id for row in rows if row.merged_into_id is not None]
    into = {}
    if merged:
        into = {
            row.id: row.region_code
            for row in db.session.execute(
                select(other.id, Standing.region_code)
                .outerjoin(Standing, (Standing.volunteer_id == other.id) & (Standing.until == STILL))
                .where(other.id.in_(merged))
            )
        }
    return {
        row.document_index: Known(
            row.merged_into_id or row.id, row.name, into.get(row.merged_into_id, row.region_code)
        )
        for row in rows
    }


def find_invited(indexes: Collection[str]) -> set[str]:
    """Return the documents for which an invitation waits."""
    found = db.session.scalars(
        select(Invitation.document_index).where(among(db.session, Invitation.document_index, indexes))
    )
    return {index for index in found if index}


def match(import_id: int, rows: Sequence[Found]) -> None:
    """Settle the outcome of rows that are in order so far: new, already there, or in conflict."""
    indexes = {row.document_index for row in rows if row.document_index and row.outcome is Outcome.NEW}
    known, invited = find_known(indexes), find_invited(indexes)
    above = _find_above(import_id, indexes)
    for row in rows:
        if row.outcome is not Outcome.NEW or row.document_index is None or row.payload is None:
            continue
        name = row.payload["name"]
        if earlier := above.get(row.document_index):
            _match_row(row, name, earlier)
        elif person := known.get(row.document_index):
            _match_person(row, name, person)
        elif row.document_index in invited:
            row.say(Outcome.MATCH, N_("已发过邀请，等本人同意。"))
        if row.outcome is Outcome.NEW:
            above[row.document_index] = (row.number, name)


def _match_row(row: Found, name: str, earlier: tuple[int, str]) -> None:
    number, other = earlier
    if same_name(name, other):
        row.say(Outcome.MATCH, N_("与第 %(row)d 行是同一个人。"), row=number)
    else:
        row.say(Outcome.CONFLICT, N_("证件号码与第 %(row)d 行相同，姓名却不同。"), "name", row=number)


def _match_person(row: Found, name: str, person: Known) -> None:
    row.volunteer_id = person.id
    if not same_name(name, person.name):
        row.say(Outcome.CONFLICT, N_("这个证件号码已登记，登记的姓名与表里的不同。"), "name")
    elif person.region_code is None:
        row.say(Outcome.CONFLICT, N_("本人已退出志愿者登记；要恢复，请本人到站点办理。"))
    else:
        row.say(Outcome.MATCH, N_("已在登记册里，不改动。"))


def _find_above(import_id: int, indexes: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return number and name of the rows of this import that already brought these documents."""
    rows = db.session.execute(
        select(ImportRow.document_index, ImportRow.number, ImportRow.payload).where(
            ImportRow.import_id == import_id,
            among(db.session, ImportRow.document_index, indexes),
            ImportRow.outcome == Outcome.NEW,
        )
    )
    return {
        row.document_index: (row.number, json.loads(row.payload)["name"])
        for row in rows
        if row.document_index and row.payload
    }
