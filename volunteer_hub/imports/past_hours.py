"""Rows of historic hours, held against the register, the ledger, the day's cap and the rows above them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from volunteer_hub.core import clock, crypto
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.imports import cells
from volunteer_hub.imports.found import Found, same_name
from volunteer_hub.imports.matching import Known, find_invited, find_known
from volunteer_hub.imports.models import ImportRow, Outcome
from volunteer_hub.imports.places import Places
from volunteer_hub.imports.roster import Problems
from volunteer_hub.imports.words import KIND_WORDS
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.volunteers import identity, queries, registration

EARLIEST = date(1990, 1, 1)
#: Between what was done and for whom, in the ledger's line.
BETWEEN = "｜"
LONGEST_ACTIVITY, LONGEST_ORGANISER = 120, 70
Day = tuple[int, date]


@dataclass(frozen=True)
class Credit:
    """A live credit of the ledger."""

    minutes: int
    hours_class: HoursClass
    activity: str


@dataclass
class DayBefore:
    """What one person already has on one day: in the ledger, and by rows above in the file."""

    credits: list[Credit] = field(default_factory=list)
    #: Row number, minutes and activity of earlier rows.
    rows: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """Return the minutes of both."""
        return sum(credit.minutes for credit in self.credits) + sum(minutes for _, minutes, _ in self.rows)


def read_hours(row: Found, said: Mapping[str, Any], today: date, *, counts_minutes: bool) -> None:
    """Read a row of hours into `row`; everything wrong with it is told."""
    problems = Problems()
    attempt = problems.attempt
    name = attempt(lambda: registration.check_name(cells.text(said.get("name"), "name")), "")
    row.document_index = attempt(lambda: _document(said, today))
    activity = attempt(lambda: _activity(said), "")
    row.service_on = attempt(lambda: _service_day(said, today))
    row.minutes = attempt(lambda: _minutes(said, counts_minutes=counts_minutes))
    organiser = attempt(lambda: cells.text(said.get("organiser"), "organiser"), "")
    if problems.refusals:
        row.service_on = row.minutes = None
    for refusal in problems.refusals:
        row.refuse(refusal)
    row.activity_index = crypto.blind_index("import-activity", _key(activity))
    row.payload = {"name": name, "activity": activity, "organiser": organiser[:LONGEST_ORGANISER]}


def _document(said: Mapping[str, Any], today: date) -> str:
    typed = cells.document(said.get("document_number"))
    if not typed:
        raise DomainError("document_number_missing", N_("没有证件号码。"), field="document_number")
    kind = KIND_WORDS.get(cells.text(said.get("document_kind"), "document_kind").replace(" ", ""))
    if kind is None:
        raise DomainError("document_kind_unknown", N_("证件类型看不懂。"), field="document_kind")
    number = identity.normalise(kind, typed)
    try:
        identity.check(kind, number, today)
    except DomainError:
        if cells.lost_its_end(number):
            raise cells.mangled() from None
        raise
    return queries.document_index(kind, number)


def _activity(said: Mapping[str, Any]) -> str:
    activity = cells.text(said.get("activity"), "activity")
    if not activity:
        raise DomainError("activity_missing", N_("没有活动或项目名称。"), field="activity")
    return activity[:LONGEST_ACTIVITY]


def _service_day(said: Mapping[str, Any], today: date) -> date:
    day = cells.day(said.get("service_on"), "service_on")
    if day is None:
        raise DomainError("service_on_missing", N_("没有服务日期。"), field="service_on")
    if day > today:
        raise DomainError(
            "service_on_future",
            N_("服务日期在将来。若整列都差 4 年零 1 天，是表格的日期系统不同。"),
            field="service_on",
        )
    if day < EARLIEST:
        raise DomainError("service_on_too_early", N_("服务日期早于 1990 年，请检查。"), field="service_on")
    return day


def _minutes(said: Mapping[str, Any], *, counts_minutes: bool) -> int:
    minutes = cells.minutes(said.get("duration"), counts_minutes=counts_minutes)
    if not 0 < minutes <= 24 * 60:
        raise DomainError("duration_impossible", N_("一天的时长要大于 0，不超过 24 小时。"), field="duration")
    return minutes


def match_hours(import_id: int, rows: Sequence[Found], places: Places, *, now: datetime) -> None:
    """Settle the outcome of rows that can be read."""
    wanted = [row for row in rows if row.outcome is Outcome.NEW and row.document_index]
    known = find_known({row.document_index for row in wanted if row.document_index})
    invited = find_invited({row.document_index for row in wanted if row.document_index})
    for row in wanted:
        _match_holder(row, known.get(row.document_index or ""), invited, places)
    settled = [row for row in wanted if row.outcome is Outcome.NEW]
    before = _find_days(import_id, settled)
    regions = {person.id: person.region_code or "" for person in known.values()}
    for row in settled:
        if row.volunteer_id is None or row.service_on is None:
            continue
        held = before[row.volunteer_id, row.service_on]
        _match_day(row, held, day_cap(regions[row.volunteer_id], row.service_on, now=now))
        if row.outcome is Outcome.NEW:
            held.rows.append((row.number, row.minutes or 0, row.activity_index or ""))


def _match_holder(row: Found, person: Known | None, invited: set[str], places: Places) -> None:
    if person is None:
        row.say(
            Outcome.ERROR,
            N_("已邀请，本人还没有同意登记；同意后再导入时长。")
            if row.document_index in invited
            else N_("登记册里没有这个人，请先导入花名册。"),
            "document_number",
        )
        return
    row.volunteer_id = person.id
    if not same_name((row.payload or {})["name"], person.name):
        row.say(Outcome.CONFLICT, N_("这个证件号码已登记，登记的姓名与表里的不同。"), "name")
    elif person.region_code is None:
        row.say(Outcome.CONFLICT, N_("本人已退出志愿者登记。"))
    elif not places.covers(person.region_code):
        row.say(Outcome.ERROR, N_("这位志愿者不住在这次导入的区划里。"), "document_number")


def _match_day(row: Found, held: DayBefore, cap: int) -> None:
    """Tell the same hours, the same service in other words, and a day that would be too long."""
    activity = _key((row.payload or {})["activity"])
    imported = [
        credit for credit in held.credits if credit.hours_class is HoursClass.D and credit.activity == activity
    ]
    twice = next((number for number, _, index in held.rows if index == row.activity_index), None)
    if any(credit.minutes == row.minutes for credit in imported):
        row.say(Outcome.MATCH, N_("这次服务的时长已经导入过。"))
    elif imported:
        row.say(Outcome.CONFLICT, N_("同一天同一活动已导入过，时长不同。"), "duration")
    elif twice is not None:
        row.say(Outcome.CONFLICT, N_("与第 %(row)d 行是同一个人同一天的同一活动。"), row=twice)
    elif any(credit.hours_class is not HoursClass.D for credit in held.credits):
        row.say(Outcome.CONFLICT, N_("当天系统里已有记录的时长，可能是同一次服务，请核对。"), "service_on")
    elif held.minutes + (row.minutes or 0) > cap:
        row.say(
            Outcome.ERROR,
            N_("当天合计会超过每人每天 %(cap)s 小时的上限（已有 %(had)s 小时）。"),
            "duration",
            cap=f"{cap / 60:g}",
            had=f"{held.minutes / 60:.4g}",
        )


def settled_meanwhile(activity: str, live: Iterable[Credit]) -> str | None:
    """Return why a row is not entered any more, given what the ledger has of its day by now; None where it may be.

    Two files can both be read before either is carried out.
    """
    held = list(live)
    if any(credit.hours_class is HoursClass.D and credit.activity == _key(activity) for credit in held):
        return N_("这次服务的时长已经导入过。")
    if any(credit.hours_class is not HoursClass.D for credit in held):
        return N_("当天系统里已有记录的时长，可能是同一次服务，请核对。")
    return None


def day_cap(region_code: str, day: date, *, now: datetime) -> int:
    """Return the cap in minutes that held for one person on a day; before the first rules, the first."""
    return policy_on(region_code, day, now=now).policy.day_cap


def policy_on(region_code: str, day: date, *, now: datetime) -> PolicyVersion:
    """Return the hour rules that held in a division on a day; before the first rules, the first."""
    return ledger.policy_for(region_code, max(clock.at(day), ledger.THE_BEGINNING), now=now)


def live_credits(days: Iterable[Day]) -> dict[Day, list[Credit]]:
    """Return the credits nobody has taken back, of several people on several days."""
    wanted = set(days)
    held: dict[Day, list[Credit]] = defaultdict(list)
    if not wanted:
        return held
    reversal = aliased(HoursEntry)
    rows = db.session.execute(
        select(
            HoursEntry.volunteer_id,
            HoursEntry.service_on,
            HoursEntry.minutes,
            HoursEntry.hours_class,
            HoursEntry.reason,
        )
        .outerjoin(reversal, reversal.reverses_id == HoursEntry.id)
        .where(
            HoursEntry.volunteer_id.in_({volunteer_id for volunteer_id, _ in wanted}),
            HoursEntry.service_on.in_({day for _, day in wanted}),
            HoursEntry.kind == EntryKind.CREDIT,
            reversal.id.is_(None),
        )
    )
    for row in rows:
        credit = Credit(row.minutes, row.hours_class, _key((row.reason or "").partition(BETWEEN)[0]))
        held[row.volunteer_id, row.service_on].append(credit)
    return held


def reason_of(payload: Mapping[str, Any]) -> str:
    """Return what the ledger's line says: the activity, and who organised it."""
    activity, organiser = str(payload["activity"]), payload["organiser"]
    return activity.replace(BETWEEN, "|") + (f"{BETWEEN}{organiser}" if organiser else "")


def _find_days(import_id: int, rows: Sequence[Found]) -> dict[Day, DayBefore]:
    days = {(row.volunteer_id, row.service_on) for row in rows if row.volunteer_id and row.service_on}
    held: dict[Day, DayBefore] = defaultdict(DayBefore)
    for day, live in live_credits(days).items():
        held[day].credits = live
    staged = db.session.execute(
        select(
            ImportRow.volunteer_id,
            ImportRow.service_on,
            ImportRow.number,
            ImportRow.minutes,
            ImportRow.activity_index,
        ).where(
            ImportRow.import_id == import_id,
            ImportRow.volunteer_id.in_({volunteer_id for volunteer_id, _ in days}),
            ImportRow.outcome == Outcome.NEW,
        )
    )
    for row in staged:
        if row.volunteer_id and row.service_on:
            held[row.volunteer_id, row.service_on].rows.append(
                (row.number, row.minutes or 0, row.activity_index or "")
            )
    return held


def _key(activity: str) -> str:
    """Return an activity's name in one spelling."""
    return "".join(unicodedata.normalize("NFKC", activity).replace(BETWEEN, "|").split()).casefold()
