"""What one person adds to the figures, and from which day on. Pure.

A person is counted where they live, at the assurance they have, as known at an instant; their hours are
counted over periods of service. A rollup holds the sum of this over everybody, for the end of every day.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from volunteer_hub.core import clock
from volunteer_hub.statistics.models import MEASURES
from volunteer_hub.volunteers.models import STILL

#: Counts in the order of MEASURES.
Counts = list[int]
#: Division of residence, period, assurance, and the civil day from which something is added.
Key = tuple[str, int, int, date]
Steps = dict[Key, Counts]
EVER = 0
#: Where the people by class and the minutes by class begin in MEASURES.
BEST, MINUTES = MEASURES.index("best_a"), MEASURES.index("minutes_a")
CLASSES = "ABCD"


class Stay(NamedTuple):
    """A standing: where, at which assurance, from and until which instant (exclusive)."""

    region: str
    assurance: int
    since: datetime
    until: datetime


class Line(NamedTuple):
    """A line of the ledger: when it was served and recorded, its class as an index, its minutes."""

    service_on: date
    recorded_at: datetime
    kind: int
    minutes: int


def periods_of(day: date) -> tuple[int, int, int]:
    """Return the periods in which a day of service counts: ever, its year, its month."""
    return EVER, day.year, day.year * 100 + day.month


def period_of(since: date | None, until: date | None) -> int | None:
    """Return the period of two civil dates, both inclusive, or None where no rollup holds just these."""
    if since is None and until is None:
        return EVER
    if since is None or until is None or since.day != 1 or (since.year, since.month) > (until.year, until.month):
        return None
    if (since.month, until.month, until.day) == (1, 12, 31) and since.year == until.year:
        return since.year
    whole = until.replace(day=1) == since and until.day == monthrange(until.year, until.month)[1]
    return since.year * 100 + since.month if whole else None


def counts_at(
    stays: Iterable[Stay], lines: Iterable[Line], period: int, instant: datetime
) -> tuple[Stay, Counts] | None:
    """Return the standing that holds at an instant and what the person counts there; None outside the register.

    `registered` is 1 whichever period is asked for.
    """
    stay = next((stay for stay in stays if stay.since <= instant < stay.until), None)
    if stay is None:
        return None
    sums = [0, 0, 0, 0]
    for line in lines:
        if line.recorded_at <= instant and period in periods_of(line.service_on):
            sums[line.kind] += line.minutes
    return stay, [1, *_best(sums), *sums]


def steps(stays: Sequence[Stay], lines: Iterable[Line], news: News | None = None) -> Steps:
    """Return everything a person adds, by place, period and day.

    The sum of the steps up to a day is what `counts_at` says of its last moment; `registered` is added once,
    in the period that is the whole ledger. Given `news`, what cannot differ by it may be left out or be dated
    alike, so that only differences of two such results mean something.
    """
    found: Steps = {}
    spans = list(_spans(stays))
    for stay, first, end in spans:
        _add(found, (stay.region, EVER, stay.assurance, first), [1], 0, 1)
        if end is not None:
            _add(found, (stay.region, EVER, stay.assurance, end), [1], 0, -1)
    if spans:
        for period, grown in _growth(lines, news).items():
            for stay, first, end in spans:
                _place(found, stay, period, grown, first, end)
    return {key: counts for key, counts in found.items() if any(counts)}


class News(NamedTuple):
    """What lines that are new can change: from which day on, and in which periods."""

    since: date
    periods: frozenset[int]


def news_of(lines: Sequence[Line]) -> News:
    """Return what these lines can change."""
    return News(
        min(clock.civil_date(line.recorded_at) for line in lines),
        frozenset(period for line in lines for period in periods_of(line.service_on)),
    )


def subtract(found: Steps, folded: Steps) -> Steps:
    """Return the difference of two people's steps, or of one person's at two times."""
    left = {key: list(counts) for key, counts in found.items()}
    for key, counts in folded.items():
        _add(left, key, counts, 0, -1)
    return {key: counts for key, counts in left.items() if any(counts)}


def merge(into: Steps, more: Steps) -> None:
    """Add steps to others, in place."""
    for key, counts in more.items():
        _add(into, key, counts, 0, 1)


def _spans(stays: Iterable[Stay]) -> Iterator[tuple[Stay, date, date | None]]:
    """Yield each standing that holds at the end of some day, with its first day and the day after its last."""
    for stay in stays:
        first, end = clock.civil_date(stay.since), _day_of(stay.until)
        if end is None or first < end:
            yield stay, first, end


def _day_of(until: datetime) -> date | None:
    return None if until >= STILL else clock.civil_date(until)


def _growth(lines: Iterable[Line], news: News | None) -> dict[int, tuple[list[date], list[Counts]]]:
    """Return for each period the days on which hours became known, and the counts since each of them."""
    known = [(clock.civil_date(line.recorded_at), line) for line in lines]
    if news:
        settled = news.since - timedelta(days=1)
        known = [(max(day, settled), line) for day, line in known]
    known.sort(key=itemgetter(0))
    sums: dict[int, list[int]] = {}
    grown: dict[int, tuple[list[date], list[Counts]]] = {}
    for day, line in known:
        for period in periods_of(line.service_on):
            if news and period not in news.periods:
                continue
            total = sums.setdefault(period, [0, 0, 0, 0])
            total[line.kind] += line.minutes
            days, counts = grown.setdefault(period, ([], []))
            if not days or days[-1] != day:
                days.append(day)
                counts.append([])
            counts[-1] = total.copy()
    for _, counts in grown.values():
        counts[:] = [[*_best(total), *total] for total in counts]
    return grown


def _best(sums: Sequence[int]) -> Counts:
    """Return a one at the most trusted class in which there are minutes, zeros elsewhere."""
    best = [0, 0, 0, 0]
    for kind, minutes in enumerate(sums):
        if minutes > 0:
            best[kind] = 1
            break
    return best


def _place(
    found: Steps, stay: Stay, period: int, grown: tuple[list[date], list[Counts]], first: date, end: date | None
) -> None:
    """Add what a period's hours are worth while one standing holds: at its first day, then as they grow."""
    days, counts = grown
    last: Counts | None = None
    start = max(0, bisect_right(days, first) - 1)
    for day, now in zip(days[start:], counts[start:], strict=True):
        if end is not None and day >= end:
            break
        key = (stay.region, period, stay.assurance, max(day, first))
        _add(found, key, now, BEST, 1)
        if last is not None:
            _add(found, key, last, BEST, -1)
        last = now
    if end is not None and last is not None:
        _add(found, (stay.region, period, stay.assurance, end), last, BEST, -1)


def _add(found: Steps, key: Key, counts: Sequence[int], offset: int, sign: int) -> None:
    held = found.get(key)
    if held is None:
        held = found[key] = [0] * len(MEASURES)
    for number, count in enumerate(counts, start=offset):
        held[number] += sign * count
