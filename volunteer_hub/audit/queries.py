"""Reads the trail for the auditor."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope


def page_entries(
    scope: Scope,
    *,
    action: str | None = None,
    since: date | None = None,
    until: date | None = None,
    number: int = 1,
) -> Page[AuditEntry]:
    """Return the trail inside the scope, newest first: of one action (or one room's: `rooms.`), of civil dates.

    Rows of the whole deployment, which name no division, are for who may read everything.
    """
    statement = select(AuditEntry).where(scope.where(region=AuditEntry.region_code)).order_by(AuditEntry.id.desc())
    if action:
        statement = statement.where(AuditEntry.action.startswith(action, autoescape=True))
    if since:
        statement = statement.where(AuditEntry.at >= clock.at(since))
    if until:
        statement = statement.where(AuditEntry.at <= clock.end_of(until))
    return page_of(db.session, statement, number)
