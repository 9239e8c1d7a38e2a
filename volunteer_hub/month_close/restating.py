"""What was signed and is known better since: figure by figure, with the ledger entries behind it.

A closed month's figures are restated on the register as it stood at the close's instant and the ledger as
it is known now: who registered or moved away afterwards belongs to later months, but hours for service in
the closed month belong to it whenever they are entered or taken back (decision 0082).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from volunteer_hub.core.scope import Scope, region_prefix
from volunteer_hub.month_close import asking, content, late, months, queries
from volunteer_hub.month_close.comparing import Difference, differences
from volunteer_hub.month_close.content import Json, Period, Value
from volunteer_hub.month_close.late import ChangedEntry, Entries, Kept
from volunteer_hub.regions import queries as regions
from volunteer_hub.statistics.question import ALL_CLASSES


@dataclass(frozen=True)
class Restated:
    """One figure of one row of a closed month that is another now."""

    close_id: int
    #: The first day of the closed month.
    month: date
    version: int
    period: Period
    #: ABCD or AB.
    classes: str
    code: str
    name: str
    rest: bool
    #: The key of the figure's definition.
    key: str
    was: Value
    now: Value
    difference: Value
    entries: tuple[ChangedEntry, ...]


def list_restated(region_code: str, scope: Scope, *, now: datetime) -> list[Restated]:
    """Return what has changed in a division's closed months since each was signed, earliest month first.

    For each month its own figures; the year to date and the sums over all years only of the month closed
    last, since every later close carries a correction on. Raises NotFound outside the scope.
    """
    region = regions.get_managed(scope, region_code)
    found: list[Restated] = []
    for kept, periods in _changed(region.code, now=now):
        for period in periods:
            found += _as_restated(kept, restate(kept, period, now=now), late.list_entries(kept, period, now=now))
    return found


def _as_restated(kept: Kept, changed: Sequence[Difference], entries: Entries) -> list[Restated]:
    close = kept.close
    return [
        Restated(
            close_id=close.id,
            month=close.month,
            version=close.version,
            period=Period(each.period),
            classes=each.classes,
            code=each.code,
            name=each.name,
            rest=each.rest,
            key=each.key,
            was=each.was,
            now=each.now,
            difference=each.difference,
            entries=entries.listed,
        )
        for each in changed
    ]


def documented(region_code: str, *, before: date, now: datetime) -> list[Json]:
    """Return the restatements of the months before one, as that month's document carries them."""
    return [
        {
            "month": months.named(kept.close.month),
            "version": kept.close.version,
            "digest": kept.close.digest,
            "period": period.value,
            "differences": [each.as_json() for each in restate(kept, period, now=now)],
            "entries": late.entries_json(late.list_entries(kept, period, now=now)),
        }
        for kept, periods in _changed(region_code, before=before, now=now)
        for period in periods
    ]


def _changed(region_code: str, *, now: datetime, before: date | None = None) -> list[tuple[Kept, list[Period]]]:
    """Return the closes in force of which something may have changed, with the periods to look at."""
    closes = queries.current_closes(region_code, at=now, before=before)
    counts = late.count_late(closes, now=now)
    found = []
    for close in closes:
        kept = Kept(close)
        again = late.register_changed(kept)
        periods = [Period.MONTH] if again or close.id in counts else []
        if close is closes[-1]:
            periods += [
                period for period in (Period.YEAR, Period.EVER) if again or late.any_late(kept, period, now=now)
            ]
        if periods:
            found.append((kept, periods))
    return found


def restate(kept: Kept, period: Period, *, now: datetime) -> list[Difference]:
    """Return how a period's figures differ from what was signed; figures whose meaning has changed are left out."""
    close = kept.close
    signed = [table for table in kept.said["tables"] if table["period"] == period]
    fresh = asking.tables(close.region_code, close.month, close.as_of) if late.register_changed(kept) else signed
    moved = late.moved(kept, period, now=now)
    now_known = [_with(table, moved) for table in fresh if table["period"] == period]
    return differences(signed, now_known, content.same_meaning(kept.said["meanings"]))


def _with(table: Json, moved: Sequence[Row[Any]]) -> Json:
    """Return a table with what these people's hours have changed in it."""
    heads = {region_prefix(cell["code"]): cell["code"] for cell in table["cells"][1:] if not cell["rest"]}
    shares: dict[tuple[str, bool], list[Row[Any]]] = {}
    whole = table["cells"][0]["code"]
    for row in moved:
        part = next((code for head, code in heads.items() if row.region_code.startswith(head)), None)
        for cell in ((whole, False), (part, False) if part else (whole, True)):
            shares.setdefault(cell, []).append(row)
    return {
        **table,
        "cells": [
            _changed_row(cell, shares.get((cell["code"], cell["rest"]), []), table["classes"])
            for cell in table["cells"]
        ],
    }


def _changed_row(cell: Json, people: Sequence[Row[Any]], classes: str) -> Json:
    if not people:
        return cell
    counted = [tuple(row)[2:] for row in people if row.assurance >= cell["counted_assurance"]]
    size = len(ALL_CLASSES)
    chosen = [number for number, kind in enumerate(ALL_CLASSES) if kind.value in classes]
    with_hours = participants = 0
    minutes = dict.fromkeys(ALL_CLASSES, 0)
    for sums in counted:
        before, after = [int(each) for each in sums[:size]], [int(each) for each in sums[size:]]
        with_hours += (sum(after[n] for n in chosen) > 0) - (sum(before[n] for n in chosen) > 0)
        participants += (sum(after) > 0) - (sum(before) > 0)
        for number, kind in enumerate(ALL_CLASSES):
            minutes[kind] += after[number] - before[number]
    return content.row(
        content.changed(content.read_row(cell), with_hours=with_hours, participants=participants, minutes=minutes)
    )
