"""Tells accounts what concerns them, and notes what they have read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select, update

from volunteer_hub.core import channels
from volunteer_hub.core.db import UtcDateTime, db, table_of
from volunteer_hub.core.dialect import upsert
from volunteer_hub.notices import copies, topics
from volunteer_hub.notices.models import ContactPoint, Delivery, Notice, NoticeWishes


def tell(
    account_id: int,
    subject: str,
    params: Mapping[str, str | int],
    *,
    key: str,
    link: str | None = None,
    now: datetime,
) -> bool:
    """Tell an account something once, in the caller's transaction; False if it was told under this key before.

    `subject` is a marked Chinese sentence (`N_`), translated when it is read; `params` fill its places and
    hold no identity number or mobile. `link` is a path of this application. Whoever acts for the account gets a copy
    of what concerns shifts, and a guardian of what concerns the record.
    """
    said = {"key": key, "subject": subject, "params": dict(params), "link": link, "told_at": now}
    if not _write(account_id, said):
        return False
    for carer_id in copies.carers_for(account_id, key, now):
        _write(carer_id, {**said, "key": f"{key}@{account_id}", "for_account_id": account_id})
    return True


def _write(account_id: int, said: dict[str, Any]) -> bool:
    table = table_of(Notice)
    told = db.session.scalar(
        upsert(db.session, table)
        .values(account_id=account_id, **said)
        .on_conflict_do_nothing(index_elements=["account_id", "key"])
        .returning(table.c.id)
    )
    if told is not None:
        _plan(told, account_id, said["key"], said["told_at"])
    return told is not None


def _plan(notice_id: int, account_id: int, key: str, now: datetime) -> None:
    """Write down the ways out a notice is to take; they are sent after the commit, and lost with a rollback."""
    if not channels.kinds():
        return
    wanted = select(
        literal(notice_id), ContactPoint.channel, literal("waiting"), literal(now, UtcDateTime()), literal(0)
    ).where(
        ContactPoint.account_id == account_id,
        ContactPoint.proved_at.is_not(None),
        ContactPoint.channel.in_([kind.value for kind in channels.kinds()]),
    )
    topic = topics.topic_of(key)
    muted = db.session.scalar(select(NoticeWishes.muted).where(NoticeWishes.account_id == account_id))
    if topic is not None and topic in (muted or []):
        return
    table = table_of(Delivery)
    names = ["notice_id", "channel", "state", "due_at", "tries"]
    db.session.execute(insert(table).from_select(names, wanted))


def mark_read(account_id: int, *, now: datetime, notice_id: int | None = None) -> None:
    """Note that an account has read one notice, or all of them. What was read before keeps its instant."""
    statement = update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    db.session.execute(statement.values(read_at=now).execution_options(synchronize_session=False))
