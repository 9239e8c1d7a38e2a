"""Reads an account's notices."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.notices.models import Notice


def count_unread(account_id: int) -> int:
    """Return how many notices of an account wait to be read."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
        )
        or 0
    )


def page_notices(account_id: int, number: int = 1) -> Page[Notice]:
    """Return an account's notices, the latest first."""
    statement = (
        select(Notice)
        .where(Notice.account_id == account_id)
        .options(joinedload(Notice.for_account))
        .order_by(Notice.told_at.desc(), Notice.id.desc())
    )
    return page_of(db.session, statement, number, 20)


def get_notice(account_id: int, notice_id: int) -> Notice:
    """Return one notice of an account. Raises NotFound for another's."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.account_id != account_id:
        raise NotFound
    return notice
