"""Enters confirmed historic hours in the ledger, class D, once for each row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.text import N_
from volunteer_hub.imports.applying import Change, change, keep_changes
from volunteer_hub.imports.models import Import, RowState
from volunteer_hub.imports.past_hours import live_credits, policy_on, reason_of, settled_meanwhile
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.service import Line, Service
from volunteer_hub.volunteers.models import STILL, Standing


def apply_hours(found: Import, rows: Sequence[AnyRow], *, now: datetime) -> None:
    """Credit the hours of some rows. What no longer fits, because the ledger has moved on, is passed over."""
    standings = _standings({row.volunteer_id for row in rows if row.volunteer_id})
    live = live_credits({(row.volunteer_id, row.service_on) for row in rows if row.volunteer_id and row.service_on})
    held = {day: sum(credit.minutes for credit in before) for day, before in live.items()}
    changes: list[Change] = []
    lines: list[tuple[AnyRow, Line]] = []
    for row in rows:
        payload = json.loads(row.payload or "null")
        spans = standings.get(row.volunteer_id or 0, [])
        if payload is None or row.service_on is None or row.minutes is None or row.volunteer_id is None:
            changes.append(change(row, RowState.PASSED, N_("个人信息已清除。"), {}, ""))
            continue
        if not spans or spans[-1].until != STILL:
            changes.append(change(row, RowState.PASSED, N_("本人已退出志愿者登记。"), {}, ""))
            continue
        region = _region_on(spans, row.service_on)
        rules = policy_on(region, row.service_on, now=now)
        day = (row.volunteer_id, row.service_on)
        if overtaken := settled_meanwhile(payload["activity"], live.get(day, ())):
            changes.append(change(row, RowState.PASSED, overtaken, {}, ""))
            continue
        held[day] = held.get(day, 0) + row.minutes
        if held[day] > rules.policy.day_cap:
            held[day] -= row.minutes
            changes.append(change(row, RowState.PASSED, N_("当天合计已超过每人每天的上限。"), {}, "duration"))
            continue
        service = Service(row.volunteer_id, row.service_on, region, rules.id, rules.policy.day_cap)
        lines.append((row, Line(service, f"import:{found.id}:{row.number}", row.minutes, reason_of(payload))))
    passed = len(changes)
    ids = ledger.credit_many(
        [line for _, line in lines], hours_class=HoursClass.D, now=now, recorded_by=found.confirmed_by
    )
    changes += [change(row, RowState.APPLIED, entry_id=ids[line.source]) for row, line in lines]
    minutes = sum(line.minutes for _, line in lines)
    keep_changes(found, changes, credited=len(lines), minutes=minutes, passed=passed)


def _standings(volunteer_ids: set[int]) -> dict[int, list[Standing]]:
    spans: dict[int, list[Standing]] = {}
    for standing in db.session.scalars(
        select(Standing).where(Standing.volunteer_id.in_(volunteer_ids)).order_by(Standing.since)
    ):
        spans.setdefault(standing.volunteer_id, []).append(standing)
    return spans


def _region_on(spans: Sequence[Standing], day: date) -> str:
    """Return where somebody lived at the end of a day; before the register knew them, where it first did."""
    at = clock.end_of(day)
    return next((span.region_code for span in reversed(spans) if span.since <= at), spans[0].region_code)
