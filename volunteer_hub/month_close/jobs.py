"""The timetable's share of the month close: drafts of months that have ended, and reminders."""

from __future__ import annotations

import logging

from flask import current_app

from volunteer_hub.core import clock
from volunteer_hub.core.actor import TIMETABLE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.one_by_one import each
from volunteer_hub.month_close import composing, months, queries, service, telling
from volunteer_hub.month_close.models import MonthClose

log = logging.getLogger(__name__)


def prepare_months() -> None:
    """Prepare the drafts that are missing, then tell what is due. By state, so a late or second run does no more."""
    each(queries.list_responsible(current_app.config["HOME_REGION"], clock.now()), _prepare)
    each([close.id for close in queries.list_open()], _remind)


def _prepare(region_code: str) -> None:
    """Prepare each month since the last one there is; of a division without any, the month that has just ended."""
    today = clock.today()
    latest = queries.latest_month(region_code)
    for month in months.complete(months.after(latest) if latest else months.before(months.first_of(today)), today):
        now = clock.now()
        composed = composing.compose(region_code, month, version=1, as_of=composing.cut_off(now))
        with transaction():
            made = service.prepare(composed, now=now, actor=TIMETABLE)
        if made is not None:
            log.info("prepared the close of %s for %s", months.named(month), region_code)


def _remind(close_id: int) -> None:
    now = clock.now()
    with transaction():
        close = db.session.get_one(MonthClose, close_id)
        stage = telling.due(close, now)
        told = telling.remind(close, stage, now=now) if stage else 0
    if told:
        log.info("reminded %d accounts of a month that is still open", told)
