"""Rules over the sums of a month that is over: class C, the last days, the same two people together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from volunteer_hub.anomalies.models import Rule
from volunteer_hub.anomalies.rows import Finding, Subject, SubjectKind, evidence, share, subject
from volunteer_hub.anomalies.thresholds import Limits
from volunteer_hub.core import clock
from volunteer_hub.core.tabular import hours_of


@dataclass(frozen=True)
class Month:
    """A civil month, and what else closes with it."""

    first: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        """Return its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """Return the month after it."""
        return Month((self.first + timedelta(days=32)).replace(day=1))

    @property
    def begins(self) -> datetime:
        """Return its first instant."""
        return clock.at(self.first)

    @property
    def ends(self) -> datetime:
        """Return the first instant after it."""
        return clock.at(self.next.first)

    @property
    def closes(self) -> Closing:
        """Return the longest period that ends with it."""
        if self.first.month == 12:
            return Closing.YEAR
        return Closing.QUARTER if self.first.month % 3 == 0 else Closing.MONTH


class Closing(StrEnum):
    """What comes to its end."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def days(self, limits: Limits) -> int:
        """Return how many of its last days are compared with those before."""
        return {
            Closing.MONTH: limits.spike_month_days,
            Closing.QUARTER: limits.spike_quarter_days,
            Closing.YEAR: limits.spike_year_days,
        }[self]


@dataclass(frozen=True)
class Sums:
    """What one station, or one who records, has in a month: minutes in all, and those entered afterwards."""

    subject: Subject
    #: The station itself, or where most of the class C minutes were.
    station_id: int
    minutes: int
    made_up: int
    entries: int
    people: int
    #: Some of the ledger lines of class C.
    entry_ids: Sequence[int] = ()


@dataclass(frozen=True)
class Spike:
    """What a station recorded in the last days of a period, and in the days before them."""

    station_id: int
    last_minutes: int
    before_minutes: int
    #: Different days of service among those before.
    active_days: int


@dataclass(frozen=True)
class Together:
    """One act that took two people: who asked and who agreed, at which station, and what it was about."""

    number: int
    first_id: int
    second_id: int
    station_id: int
    #: What it added, in minutes.
    minutes: int = 0
    volunteer_id: int | None = None
    shift_id: int | None = None
    #: True where who agreed is also who scanned, or whose device it was.
    is_own: bool = False

    @property
    def pair(self) -> tuple[int, int]:
        """Return the two, whoever asked."""
        return min(self.first_id, self.second_id), max(self.first_id, self.second_id)


def months_over(since: datetime, now: datetime) -> list[Month]:
    """Return the civil months that came to their end after the one instant and not after the other."""
    month = Month(clock.civil_date(since).replace(day=1))
    found = []
    while month.ends <= now:
        if month.ends > since:
            found.append(month)
        month = month.next
    return found


def made_up_shares(rule: Rule, rows: Iterable[Sums], month: Month, limits: Limits) -> list[Finding]:
    """Flag each station, or each who records, with much entered afterwards and little scanned in a month.

    A station that scans is allowed its quota and stays below; so does one with a few make-ups and nothing else.
    """
    return [
        Finding(
            rule,
            row.subject,
            str(month),
            row.station_id,
            month.first,
            month.last,
            {
                "month": str(month),
                "made_up": str(hours_of(row.made_up)),
                "all": str(hours_of(row.minutes)),
                "share": share(row.made_up, row.minutes),
                "entries": row.entries,
                "people": row.people,
            },
            evidence(entries=row.entry_ids),
            (row.subject,),
        )
        for row in rows
        if row.made_up >= limits.made_up_minutes and row.made_up * 100 >= row.minutes * limits.made_up_share
    ]


def closing_spikes(rows: Iterable[Spike], month: Month, limits: Limits) -> list[Finding]:
    """Flag each station that recorded many times its own usual just before a month, quarter or year closed.

    A station that is always busy is its own measure; one that hardly opened before has none, and is left out.
    """
    days, found = month.closes.days(limits), []
    for row in rows:
        usual, lately = row.before_minutes * days, row.last_minutes * limits.spike_before_days
        if (
            row.active_days >= limits.spike_active_days
            and row.last_minutes >= limits.spike_minutes
            and lately >= usual * limits.spike_times
        ):
            station = subject(SubjectKind.STATION, row.station_id)
            facts: dict[str, str | int] = {
                "closing": month.closes.value,
                "month": str(month),
                "days": days,
                "hours": str(hours_of(row.last_minutes)),
                "before_days": limits.spike_before_days,
                "before_hours": str(hours_of(row.before_minutes)),
                "times": f"{lately / usual:.1f}" if usual else "—",
            }
            last = month.last - timedelta(days=days - 1)
            found.append(
                Finding(
                    Rule.CLOSING_SPIKE, station, str(month), row.station_id, last, month.last, facts, {}, (station,)
                )
            )
    return found


def lengthened(rows: Iterable[Together], month: Month, limits: Limits) -> list[Finding]:
    """Flag each two people whose corrections made scanned stays longer again and again in a month.

    Make-up hours have a monthly quota; lengthening a scanned stay goes round it.
    """
    found = []
    for pair, made in _by_pair(row for row in rows if row.minutes > 0).items():
        added = sum(row.minutes for row in made)
        if len(made) >= limits.lengthened_times and added >= limits.lengthened_minutes:
            facts: dict[str, str | int] = {"month": str(month), "times": len(made), "hours": str(hours_of(added))}
            found.append(_pair_finding(Rule.LENGTHENED, pair, made, month, facts, "corrections"))
    return found


def same_pairs(rows: Sequence[Together], month: Month, limits: Limits) -> list[Finding]:
    """Flag each two people from whom most of a station's make-ups of a month came."""
    at_station: dict[int, list[Together]] = defaultdict(list)
    for row in rows:
        at_station[row.station_id].append(row)
    found = []
    for station_id, all_made in at_station.items():
        for pair, made in _by_pair(all_made).items():
            if len(made) >= limits.pair_make_ups and len(made) * 100 >= len(all_made) * limits.pair_share:
                facts: dict[str, str | int] = {
                    "month": str(month),
                    "times": len(made),
                    "of": len(all_made),
                    "hours": str(hours_of(sum(row.minutes for row in made))),
                    "share": share(len(made), len(all_made)),
                }
                period = f"{month}:station:{station_id}"
                found.append(_pair_finding(Rule.SAME_PAIR, pair, made, month, facts, "entries", period))
    return found


def vouchings(rows: Sequence[Together], month: Month, limits: Limits) -> list[Finding]:
    """Flag each operator whose quarantined scans were admitted by himself, or nearly all by one other person.

    `first_id` is who scanned, `second_id` who admitted. A station whose network was down has many such
    scans honestly; they are admitted by whoever is on duty.
    """
    of: dict[int, list[Together]] = defaultdict(list)
    for row in rows:
        of[row.first_id].append(row)
    found = []
    for operator_id, made in of.items():
        by: dict[int, list[Together]] = defaultdict(list)
        for row in made:
            by[row.second_id].append(row)
        for other_id, admitted in by.items():
            own = sum(row.is_own for row in admitted)
            many = len(admitted) >= limits.vouched_scans and len(admitted) * 100 >= len(made) * limits.vouched_share
            if own >= limits.vouched_own or many:
                facts: dict[str, str | int] = {
                    "month": str(month),
                    "scans": len(admitted),
                    "of": len(made),
                    "own": own,
                }
                pair = (min(operator_id, other_id), max(operator_id, other_id))
                period = f"{month}:account:{operator_id}"
                found.append(_pair_finding(Rule.VOUCHING, pair, admitted, month, facts, "scans", period))
    return found


def _by_pair(rows: Iterable[Together]) -> dict[tuple[int, int], list[Together]]:
    pairs: dict[tuple[int, int], list[Together]] = defaultdict(list)
    for row in rows:
        pairs[row.pair].append(row)
    return pairs


def _pair_finding(
    rule: Rule,
    pair: tuple[int, int],
    made: Sequence[Together],
    month: Month,
    facts: Mapping[str, str | int],
    kind: str,
    period: str | None = None,
) -> Finding:
    return Finding(
        rule,
        subject(SubjectKind.PAIR, *pair),
        period or str(month),
        max(row.station_id for row in made),
        month.first,
        month.last,
        facts,
        evidence(
            **{kind: (row.number for row in made)},
            volunteers=(row.volunteer_id for row in made),
            shifts=(row.shift_id for row in made),
        ),
        tuple(subject(SubjectKind.ACCOUNT, number) for number in dict.fromkeys(pair)),
    )
