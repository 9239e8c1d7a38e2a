"""Erases what imports keep of people, once its time has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from volunteer_hub.core.db import db
from volunteer_hub.imports.models import Import, ImportRow, ImportState, Invitation
from volunteer_hub.imports.service import drop_file
from volunteer_hub.imports.undoing import close_invitations


def erase_old(*, now: datetime) -> int:
    """Erase the personal data of imports whose time has come, and end old invitations; return how many imports.

    What an undo needs stays: which row made whom, and which line of the ledger.
    """
    old = db.session.scalars(select(Import).where(Import.erase_at <= now).with_for_update(skip_locked=True)).all()
    for found in old:
        if found.state in (ImportState.APPLYING, ImportState.UNDOING):
            continue
        drop_file(found)
        found.sample, found.erase_at = None, None
        if found.state in (ImportState.UPLOADED, ImportState.MAPPING, ImportState.READY):
            found.state = ImportState.EXPIRED
        mine = ImportRow.import_id == found.id
        if found.confirmed_at is None:
            db.session.execute(delete(ImportRow).where(mine))
        else:
            db.session.execute(
                update(ImportRow)
                .where(mine)
                .values(payload=None, cells=None, document_index=None, activity_index=None)
            )
    ended = db.session.scalars(
        select(Invitation.id).where(Invitation.document_index.is_not(None), Invitation.ends_at <= now).limit(1000)
    ).all()
    close_invitations(ended, now=now)
    db.session.flush()
    return len(old)
