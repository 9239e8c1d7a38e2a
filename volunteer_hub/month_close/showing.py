"""What the pages of a close print, from its content alone: an old close looks as it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import in_region
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.month_close import content, late, months, report, restating
from volunteer_hub.month_close.comparing import Difference
from volunteer_hub.month_close.content import Json, Period
from volunteer_hub.month_close.labels import CLASSES, KIND_HOURS, PERIODS
from volunteer_hub.month_close.late import Entries, Kept
from volunteer_hub.month_close.models import CloseState, MonthClose
from volunteer_hub.month_close.report import show
from volunteer_hub.statistics.definitions import Unit
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.models import Standing
from volunteer_hub.web.i18n import say


@dataclass(frozen=True)
class Table:
    """One table as it is printed."""

    period: str
    classes: str
    since: str | None
    until: str
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Change:
    """One difference as it is printed."""

    place: str
    figure: str
    period: str
    classes: str
    was: str
    now: str
    difference: str


@dataclass(frozen=True)
class Restatement:
    """What has changed in one period of a closed month."""

    period: str
    changes: Sequence[Change]
    entries: Entries


def tables(said: Json) -> list[Table]:
    """Return a content's tables as they are printed."""
    units = content.units(said["meanings"])
    names = [say(figure["name"]) for figure in said["meanings"]["figures"]]
    return [
        Table(
            period=say(PERIODS[Period(table["period"])]),
            classes=say(CLASSES[table["classes"]]),
            since=table["since"],
            until=table["until"],
            headings=[*names, *(say(KIND_HOURS, {"kind": kind}) for kind in table["classes"])],
            rows=[(_place(cell), _numbers(cell, units, table["classes"])) for cell in table["cells"]],
        )
        for table in said["tables"]
    ]


def whole(said: Json) -> list[tuple[str, str]]:
    """Return the month's figures of the division itself, as (name, number)."""
    units = content.units(said["meanings"])
    cell = said["tables"][0]["cells"][0]
    return [
        (say(figure["name"]), show(content.value(cell["figures"][figure["key"]]), units[figure["key"]]))
        for figure in said["meanings"]["figures"]
    ]


def targets(said: Json) -> list[tuple[str, int, str, str, str]]:
    """Return a content's targets as (figure, year, threshold, still missing, source)."""
    units = content.units(said["meanings"])
    names = {figure["key"]: figure["name"] for figure in said["meanings"]["figures"]}
    return [
        (
            say(names[each["figure"]]),
            each["year"],
            report.threshold(each, units[each["figure"]]),
            report.missing(each, units[each["figure"]]),
            each["source"],
        )
        for each in said["targets"]
    ]


def redefined(said: Json) -> list[str]:
    """Return the names of figures whose meaning has changed since: those are not restated."""
    same = content.same_meaning(said["meanings"])
    return [say(figure["name"]) for figure in said["meanings"]["figures"] if figure["key"] not in same]


def changes(found: Sequence[Difference | Json], said: Json) -> list[Change]:
    """Return differences as they are printed, fresh ones or those a content or a draft keeps."""
    units = content.units(said["meanings"])
    names = {figure["key"]: figure["name"] for figure in said["meanings"]["figures"]}
    return [_change(each if isinstance(each, dict) else each.as_json(), units, names) for each in found]


def restatements(close: MonthClose, *, now: datetime) -> list[Restatement]:
    """Return what has changed in a closed month since it was signed; periods without a change are left out."""
    kept = Kept(close)
    found = []
    for period in Period:
        entries = late.list_entries(kept, period, now=now)
        differences = restating.restate(kept, period, now=now)
        if entries.count or differences:
            found.append(Restatement(say(PERIODS[period]), changes(differences, kept.said), entries))
    return found


def still_here(close: MonthClose, found: Sequence[Restatement], *, now: datetime) -> set[int]:
    """Return the people behind listed entries whose pages can be opened: those registered in the division now."""
    people = {entry.volunteer_id for each in found for entry in each.entries.listed}
    statement = select(Standing.volunteer_id).where(
        Standing.volunteer_id.in_(people),
        Standing.since <= now,
        Standing.until > now,
        in_region(Standing.region_code, close.region_code),
    )
    return set(db.session.scalars(statement))


def asked(close: MonthClose, *, now: datetime) -> dict[str, str]:
    """Return the query arguments under which the statistics show the entries of a month as known now."""
    return Question(close.region_code, now, close.month, months.last_of(close.month)).args()


def moment(text: str) -> str:
    """Return a kept instant by the wall clock."""
    return f"{clock.local(content.read_instant(text)):%Y-%m-%d %H:%M:%S}"


def limit(month: date) -> date:
    """Return until when a month is to be closed."""
    return months.limit(month)


def is_overdue(close: MonthClose, *, now: datetime) -> bool:
    """Tell whether an open month has passed its limit; one closed anew has none."""
    open_still = close.state is not CloseState.CLOSED and close.version == 1
    return open_still and clock.civil_date(now) > months.limit(close.month)


def _place(cell: Json) -> str:
    return say(cell["name"]) if cell["rest"] else str(cell["name"])


def _numbers(cell: Json, units: dict[str, Unit], classes: str) -> list[str]:
    figures = [show(content.value(cell["figures"].get(key)), unit) for key, unit in units.items()]
    return [*figures, *(f"{hours_of(cell['class_minutes'][kind]):,}" for kind in classes)]


def _change(kept: Json, units: dict[str, Unit], names: dict[str, Any]) -> Change:
    unit = units.get(kept["key"], Unit.PEOPLE)
    numbers = [content.value(_number(kept[part])) for part in ("was", "now", "difference")]
    was, now, difference = (show(number, unit) for number in numbers)
    more = numbers[2] is not None and numbers[2] > 0
    return Change(
        place=say(kept["name"]) if kept["rest"] else kept["name"],
        figure=say(str(names.get(kept["key"], kept["key"]))),
        period=say(PERIODS[Period(kept["period"])]),
        classes=kept["classes"],
        was=was,
        now=now,
        difference=f"+{difference}" if more else difference,
    )


def _number(kept: int | str | None) -> int | Json | None:
    """Return a kept number in the shape in which a content keeps figures: decimals are texts."""
    return {"value": kept} if isinstance(kept, str) else kept
