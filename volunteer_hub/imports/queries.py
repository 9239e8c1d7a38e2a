"""Reads imports inside a scope, their rows, and invitations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.imports.models import Import, ImportRow, ImportState, Invitation, Outcome, RowState

#: What the timetable works on.
BUSY = (ImportState.UPLOADED, ImportState.APPLYING, ImportState.UNDOING)


def page_imports(scope: Scope, number: int) -> Page[Import]:
    """Return imports for divisions inside the scope, the latest first."""
    statement = select(Import).where(scope.where(region=Import.area_code)).order_by(Import.id.desc())
    return page_of(db.session, statement, number, 20)


def get_import(scope: Scope, import_id: int) -> Import:
    """Return an import for a division inside the scope. Raises NotFound."""
    found = db.session.scalar(select(Import).where(Import.id == import_id, scope.where(region=Import.area_code)))
    if found is None:
        raise NotFound
    return found


def find_busy() -> Import | None:
    """Return the import the timetable works on next: the oldest that waits for it."""
    return db.session.scalar(select(Import).where(Import.state.in_(BUSY)).order_by(Import.id).limit(1))


def find_same_file(found: Import) -> Import | None:
    """Return an earlier import of the same file that was carried out, if there is one."""
    return db.session.scalar(
        select(Import)
        .where(
            Import.file_digest == found.file_digest,
            Import.area_code == found.area_code,
            Import.id < found.id,
            Import.state == ImportState.DONE,
        )
        .order_by(Import.id.desc())
        .limit(1)
    )


def first_rows(import_id: int, outcome: Outcome, most: int) -> Sequence[ImportRow]:
    """Return the first rows of an outcome, in the order of the file."""
    return db.session.scalars(
        select(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.outcome == outcome)
        .order_by(ImportRow.number)
        .limit(most)
    ).all()


def rows_not_imported(import_id: int) -> Iterator[ImportRow]:
    """Yield the rows that were, or will be, left out: conflicts, errors, and what was passed over."""
    last = 0
    while True:
        rows = db.session.scalars(
            select(ImportRow)
            .where(
                ImportRow.import_id == import_id,
                ImportRow.number > last,
                ImportRow.outcome.in_((Outcome.CONFLICT, Outcome.ERROR)) | (ImportRow.state == RowState.PASSED),
            )
            .order_by(ImportRow.number)
            .limit(1000)
        ).all()
        if not rows:
            return
        last = rows[-1].number
        for row in rows:
            yield row
            db.session.expunge(row)


def rows_kept(import_id: int, most: int) -> Sequence[ImportRow]:
    """Return the first rows an undo left as they were."""
    return db.session.scalars(
        select(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.state.in_((RowState.KEPT, RowState.PASSED)))
        .order_by(ImportRow.number)
        .limit(most)
    ).all()


def count_answered(import_id: int) -> tuple[int, int]:
    """Return how many invitations of an import were accepted, and how many still wait."""
    accepted, waiting = db.session.execute(
        select(
            func.count().filter(Invitation.answered_at.is_not(None)),
            func.count().filter(Invitation.document_index.is_not(None)),
        ).where(Invitation.import_id == import_id)
    ).one()
    return accepted, waiting


def find_invitation(mobile_index: str, ending_index: str, now: datetime) -> Invitation | None:
    """Return the open invitation for a mobile and the end of a document, if there is exactly one."""
    found = db.session.scalars(
        select(Invitation)
        .where(
            Invitation.mobile_index == mobile_index,
            Invitation.ending_index == ending_index,
            Invitation.answered_at.is_(None),
            Invitation.ends_at > now,
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
