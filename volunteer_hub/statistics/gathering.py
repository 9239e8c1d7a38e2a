"""What everybody in one division adds to the figures, gathered in one pass over their lines. Pure.

The same as `timeline.steps` of each of them, merged: a property test holds it to that. It is for making
every count anew, where a city's whole ledger goes through here: days are ordinals, minutes are added up once
for a month and spread over its year and the whole ledger when rows are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from volunteer_hub.statistics.models import MEASURES
from volunteer_hub.statistics.timeline import BEST, EVER, MINUTES, Counts

#: The civil day a line became known (as an ordinal), its month of service (202611), class, minutes.
Known = tuple[int, int, int, int]
#: No hours yet: comes after every class.
_NONE = 4
Key = tuple[int, int, int, int]
Row = tuple[str | int | date, ...]


class Span(NamedTuple):
    """A standing in the division: assurance, its first day and the day after its last (None while it holds)."""

    assurance: int
    first: int
    end: int | None


class Gathered:
    """The additions of people, and of divisions below: sums by day, not yet running over days."""

    def __init__(self) -> None:
        #: By assurance and day.
        self._registered: defaultdict[tuple[int, int], int] = defaultdict(int)
        #: By assurance, period, day and class.
        self._best: defaultdict[Key, int] = defaultdict(int)
        #: By assurance, month of service, day and class.
        self._minutes: defaultdict[Key, int] = defaultdict(int)

    def add(self, spans: Sequence[Span], lines: list[Known]) -> None:
        """Add one person: the standings in this division, and all lines, whose order is changed."""
        lines.sort()
        reversals = any(line[3] < 0 for line in lines)
        for span in spans:
            self._registered[span.assurance, span.first] += 1
            upto = lines
            if span.end is not None:
                end = span.end
                upto = [line for line in lines if line[0] < end]
                self._registered[span.assurance, end] -= 1
            left = self._add_sums(span, upto) if reversals else self._add_firsts(span, upto)
            if span.end is not None:
                self._end(span.assurance, span.end, upto, left)

    def merge(self, other: Gathered) -> None:
        """Add what was gathered for a division below."""
        for mine, theirs in (
            (self._registered, other._registered),
            (self._best, other._best),
            (self._minutes, other._minutes),
        ):
            for key, count in theirs.items():
                mine[key] += count  # type: ignore[index]  # each with its own kind of key

    def rows(self, region: str) -> Iterator[Row]:
        """Yield the rows of `figure_days` for a division: counts at the end of each day on which one changed."""
        for (period, assurance), days in sorted(self._series().items()):
            total = [0] * len(MEASURES)
            for day, counts in sorted(days.items()):
                if any(counts):
                    total = [held + more for held, more in zip(total, counts, strict=True)]
                    yield (region, period, assurance, date.fromordinal(day), *total)

    def _add_firsts(self, span: Span, lines: Sequence[Known]) -> dict[int, int]:
        """Add lines of which none takes anything back: the best class only ever becomes better.

        Return it for each period, as it is at the end.
        """
        assurance, first, _ = span
        minutes, best = self._minutes, self._best
        held: dict[int, int] = {}
        for known, month, kind, number in lines:
            day = known if known > first else first
            minutes[assurance, month, day, kind] += number
            for period in (month, month // 100, EVER):
                before = held.get(period, _NONE)
                if kind < before:
                    held[period] = kind
                    best[assurance, period, day, kind] += 1
                    if before < _NONE:
                        best[assurance, period, day, before] -= 1
        return held

    def _add_sums(self, span: Span, lines: Sequence[Known]) -> dict[int, int]:
        """Add lines with reversals among them, after which a class may have no minutes left."""
        assurance, first, _ = span
        held: dict[int, int] = {}
        sums: dict[int, list[int]] = {}
        for known, month, kind, number in lines:
            day = known if known > first else first
            self._minutes[assurance, month, day, kind] += number
            for period in (month, month // 100, EVER):
                total = sums.setdefault(period, [0] * _NONE)
                total[kind] += number
                before = held.get(period, _NONE)
                after = next((each for each, sum_ in enumerate(total) if sum_ > 0), _NONE)
                if after != before:
                    held[period] = after
                    for each, sign in ((before, -1), (after, 1)):
                        if each < _NONE:
                            self._best[assurance, period, day, each] += sign
        return held

    def _end(self, assurance: int, end: int, lines: Sequence[Known], left: dict[int, int]) -> None:
        """Take everything away again at the day on which a standing no longer holds."""
        for _, month, kind, number in lines:
            self._minutes[assurance, month, end, kind] -= number
        for period, kind in left.items():
            if kind < _NONE:
                self._best[assurance, period, end, kind] -= 1

    def _series(self) -> dict[tuple[int, int], defaultdict[int, Counts]]:
        """Return the additions by period and assurance, and by day, in the order of `MEASURES`."""
        found: defaultdict[tuple[int, int], defaultdict[int, Counts]]
        found = defaultdict(lambda: defaultdict(lambda: [0] * len(MEASURES)))
        for (assurance, day), people in self._registered.items():
            found[EVER, assurance][day][0] += people
        for (assurance, period, day, kind), people in self._best.items():
            found[period, assurance][day][BEST + kind] += people
        for (assurance, month, day, kind), minutes in self._minutes.items():
            for period in (month, month // 100, EVER):
                found[period, assurance][day][MINUTES + kind] += minutes
        return found
