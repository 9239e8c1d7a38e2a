"""Reads opening hours as they are printed on a door: 周一至周五 8:30–17:00. Pure; what it cannot read, it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from volunteer_hub.core import clock

EVERY_DAY = frozenset(range(1, 8))
DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
GROUPS = {
    "每日": EVERY_DAY,
    "每天": EVERY_DAY,
    "全年": EVERY_DAY,
    "天天": EVERY_DAY,
    "工作日": frozenset(range(1, 6)),
    "周末": frozenset({6, 7}),
    "双休日": frozenset({6, 7}),
}
_TO = r"\s*(?:-|–|—|~|～|－|至|到)\s*"
_WEEK = r"(?:周|星期|礼拜)"
_TIME = r"\d{1,2}\s*(?:[:：]\s*\d{2}|[点时](?:\s*\d{2}\s*分?|半)?)"
_TOKEN = re.compile(
    rf"(?P<group>{'|'.join(GROUPS)})"
    rf"|(?P<span>{_WEEK}[一二三四五六日天]{_TO}{_WEEK}?[一二三四五六日天])"
    rf"|(?P<listed>{_WEEK}[一二三四五六日天](?:[、,，和]?{_WEEK}?[一二三四五六日天])*)"
    rf"|(?P<always>全天|24\s*小时)"
    rf"|(?P<hours>(?P<late>下午|晚上|晚)?\s*{_TIME}{_TO}{_TIME})"
    rf"|(?P<filler>上午|早上|早|开放时间|开放|营业时间|时间|[\s，,、；;。：:()（）和及]+)"
)
_PARTS = re.compile(r"(\d{1,2})\s*(?:[:：]\s*(\d{2})|[点时]\s*(\d{2}|半)?)")


@dataclass(frozen=True)
class Hours:
    """Open on these days of the week (1 is Monday) from one minute of the day to another."""

    days: frozenset[int]
    begin: int
    end: int


def read(text: str) -> tuple[Hours, ...] | None:
    """Return what a door says, or None where any part of it is not understood: then nothing is held against it."""
    hours: list[Hours] = []
    days, has_hours, place = EVERY_DAY, False, 0
    for token in _TOKEN.finditer(text):
        if token.start() != place:
            return None
        place = token.end()
        if token["hours"] or token["always"]:
            begin, end = (0, 24 * 60) if token["always"] else _minutes(token["hours"], is_late=bool(token["late"]))
            if not 0 <= begin < end <= 24 * 60:
                return None
            hours.append(Hours(days, begin, end))
            has_hours = True
        elif not token["filler"]:
            named = _days(token)
            days, has_hours = (named, False) if has_hours or days is EVERY_DAY else (days | named, False)
    return tuple(hours) if hours and place == len(text) else None


def is_outside(hours: Sequence[Hours], begin: datetime, end: datetime, margin: timedelta) -> bool:
    """Tell whether a stay shares no time with any opening, widened by the margin on both sides."""
    return not any(begin < closes + margin and end > opens - margin for opens, closes in _openings(hours, begin, end))


def minutes_at_night(begin: datetime, end: datetime, first_hour: int, last_hour: int) -> int:
    """Return the whole minutes of a stay between an hour of the evening and an hour of the next morning."""
    together = timedelta()
    day = clock.civil_date(begin) - timedelta(days=1)
    while clock.at(day) <= end:
        dusk, dawn = clock.at(day, time(first_hour)), clock.at(day + timedelta(days=1), time(last_hour))
        together += max(timedelta(), min(end, dawn) - max(begin, dusk))
        day += timedelta(days=1)
    return int(together // timedelta(minutes=1))


def _openings(hours: Sequence[Hours], begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    day, last = clock.civil_date(begin) - timedelta(days=1), clock.civil_date(end) + timedelta(days=1)
    while day <= last:
        for one in hours:
            if day.isoweekday() in one.days:
                yield clock.at(day) + timedelta(minutes=one.begin), clock.at(day) + timedelta(minutes=one.end)
        day += timedelta(days=1)


def _days(token: re.Match[str]) -> frozenset[int]:
    if token["group"]:
        return GROUPS[token["group"]]
    named = [DAYS[sign] for sign in token.group() if sign in DAYS]
    if token["listed"]:
        return frozenset(named)
    first, last = named
    return frozenset(range(first, last + 1)) if first <= last else frozenset({*range(first, 8), *range(1, last + 1)})


def _minutes(text: str, *, is_late: bool) -> tuple[int, int]:
    """Return from which minute of the day to which; `下午 1:30–5:00` is in the afternoon."""
    begin, end = (
        int(hour) * 60 + (30 if half == "半" else int(exact or half or 0))
        for hour, exact, half in _PARTS.findall(text)
    )
    return (begin + 12 * 60, end + 12 * 60) if is_late and end <= 12 * 60 and begin < 12 * 60 else (begin, end)
