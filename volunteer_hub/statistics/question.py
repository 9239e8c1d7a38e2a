"""What is asked of the statistics: where, as of when, over which period, which hours, against which people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.codes import full_code
from volunteer_hub.regions.models import PopulationBase

ALL_CLASSES = tuple(HoursClass)
#: Nothing was known before; calendars of the first centuries end where periods are counted back from them.
EARLIEST_YEAR = 1949

Args = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Question:
    """One question. The same question has the same answer on the page, in the API and in a file."""

    #: 12 digits.
    region: str
    #: What was known at this instant, and no later.
    as_of: datetime
    #: Civil dates of service, both inclusive; None is open on that side.
    since: date | None = None
    until: date | None = None
    classes: tuple[HoursClass, ...] = ALL_CLASSES
    base: PopulationBase = PopulationBase.CENSUS
    #: None takes the latest figure up to the year of `as_of`.
    year: int | None = None
    #: True where no instant was asked for: the answer may then come from the kept balances.
    live: bool = False

    @property
    def ever(self) -> bool:
        """Tell whether the period is the whole ledger."""
        return self.since is None and self.until is None

    @property
    def latest_year(self) -> int:
        """Return the civil year up to which population figures are taken when no year was asked for."""
        return clock.civil_date(self.as_of).year

    def period(self) -> tuple[str, dict[str, str]]:
        """Return the period as a marked sentence and what fills its places."""
        places = {"since": str(self.since), "until": str(self.until)}
        if self.since and self.until:
            return N_("%(since)s 至 %(until)s"), places
        if self.since:
            return N_("%(since)s 起"), places
        return (N_("%(until)s 及以前"), places) if self.until else (N_("全部时间"), {})

    def at(self, region: str) -> Question:
        """Return the same question about another division."""
        return replace(self, region=region)

    def args(self, region: str | None = None) -> dict[str, str]:
        """Return the question as query arguments that reproduce it, the instant included."""
        args = {
            "region": region or self.region,
            "as_of": self.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "base": self.base.value,
            "classes": "".join(self.classes),
        }
        if self.year:
            args["year"] = str(self.year)
        if self.since:
            args["from"] = self.since.isoformat()
        if self.until:
            args["to"] = self.until.isoformat()
        return args


def parse(args: Args, *, default_region: str, now: datetime) -> Question:
    """Read a question from query arguments.

    Raises Unprocessable with the argument's name as `field`: for a region code that is none, an instant
    in the future, a period that ends before it begins, an unknown class, base or year.
    """
    since, until = _day(args, "from"), _day(args, "to")
    if since and until and until < since:
        raise Unprocessable("period_backwards", N_("周期的开始不能晚于结束。"), field="from")
    as_of = _instant(args, now)
    return Question(
        region=region_code(_one(args, "region") or default_region),
        as_of=as_of or now,
        since=since,
        until=until,
        classes=_classes(args),
        base=_base(args),
        year=_year(args),
        live=as_of is None,
    )


def region_code(text: str) -> str:
    """Return the 12-digit code of a division given in full or by its significant digits: 220403."""
    code = full_code(text)
    if code is None:
        raise Unprocessable("bad_region", N_("区划代码应为 2、4、6、9 或 12 位数字。"), field="region")
    return code


def _one(args: Args, name: str) -> str:
    return next((value.strip() for value in args.get(name, ()) if value.strip()), "")


def _day(args: Args, name: str) -> date | None:
    text = _one(args, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unprocessable("bad_date", N_("日期应写作 2022-12-31。"), field=name) from None


def _instant(args: Args, now: datetime) -> datetime | None:
    """Read `as_of`: a civil date means its last moment, today means now; without a zone, the civil one.

    A plus sign that arrived as a space (an unescaped +08:00) is put back.
    """
    text = re.sub(r"(T[\d:.]+) (\d\d:?\d\d)$", r"\1+\2", _one(args, "as_of"))
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            if day == clock.civil_date(now):
                return None
            asked = clock.end_of(day)
        else:
            read = datetime.fromisoformat(text)
            asked = read.astimezone(UTC) if read.tzinfo else clock.from_wall(read)
    except (ValueError, OverflowError):
        raise _bad_instant() from None
    if asked.year < EARLIEST_YEAR:
        raise _bad_instant()
    if asked > now:
        raise Unprocessable("future", N_("截止时间不能晚于现在。"), field="as_of")
    return asked


def _bad_instant() -> Unprocessable:
    return Unprocessable("bad_instant", N_("截止时间应写作 2022-12-31 或 2022-12-31T18:00:00+08:00。"), field="as_of")


def _classes(args: Args) -> tuple[HoursClass, ...]:
    """Read `classes`, as AB, A,B or repeated; left out means all four."""
    if "classes" not in args:
        return ALL_CLASSES
    letters = set(re.sub(r"[\s,]", "", "".join(args["classes"])).upper())
    if not letters or not letters <= set(ALL_CLASSES):
        raise Unprocessable("bad_classes", N_("时长类别只有 A、B、C、D，至少选一类。"), field="classes")
    return tuple(kind for kind in ALL_CLASSES if kind in letters)


def _base(args: Args) -> PopulationBase:
    text = _one(args, "base")
    try:
        return PopulationBase(text) if text else PopulationBase.CENSUS
    except ValueError:
        raise Unprocessable("bad_base", N_("没有这种人口口径。"), field="base") from None


def _year(args: Args) -> int | None:
    text = _one(args, "year")
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not EARLIEST_YEAR <= int(text) <= 2200:
        raise Unprocessable("bad_year", N_("年份应为四位数字。"), field="year")
    return int(text)
