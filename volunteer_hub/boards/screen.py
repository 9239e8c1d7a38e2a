"""What a wall shows: a few scenes of one division's figures as of last midnight, with small groups hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from volunteer_hub.activities.queries import Listed
from volunteer_hub.boards import queries, ranking, spans
from volunteer_hub.boards.ranking import Place, Standing
from volunteer_hub.boards.spans import Span
from volunteer_hub.core import clock
from volunteer_hub.statistics import publishing
from volunteer_hub.statistics.public_showing import shows
from volunteer_hub.statistics.publishing import PublicAnswer, Shown
from volunteer_hub.statistics.question import Question

#: Rows that can be read from across a hall.
ROWS = 10
COMING = 6
MINUTES_OF_TEN_HOURS = 600
MINUTES_OF_THOUSAND_HOURS = 60_000


@dataclass(frozen=True)
class Screen:
    """The scenes of one wall."""

    answer: PublicAnswer
    points: Sequence[tuple[date, Shown]]
    registered: Sequence[Place]
    race: Sequence[Standing]
    coming: Sequence[Listed]
    #: Hours, rounded down so that the difference of two days is nobody's: see decision 0103. None is hidden.
    hours: int | None


def read(region: str, *, now: datetime) -> Screen:
    """Return what a wall shows now. Raises NotFound for a division that does not exist."""
    yesterday = clock.civil_date(now) - timedelta(days=1)
    question = Question(region=region, as_of=clock.end_of(yesterday))
    answer = publishing.shielded(question)
    month = publishing.month_ends(yesterday, 1)[0]
    before = publishing.shielded(Question(region=region, as_of=clock.end_of(month)))
    race = ranking.compare(_ranked(answer, "hours_ratio"), _ranked(before, "hours_ratio"))
    return Screen(
        answer,
        publishing.trend(question, spans.days_of(Span.YEAR, yesterday)),
        _ranked(answer, "registration_ratio")[:ROWS],
        race[:ROWS],
        queries.list_coming(region, now, COMING),
        _rounded(answer.whole.cell.minutes) if answer.whole.minutes else None,
    )


def _ranked(answer: PublicAnswer, key: str) -> list[Place]:
    """Return the parts in the order of a figure that anybody may read; the others do not run."""
    readable = [shown.cell for shown in answer.parts if shows(shown, key) and shown.cell.registered]
    return ranking.rank(readable, key)


def _rounded(minutes: int) -> int:
    """Return hours in full hundreds, below a thousand in full tens."""
    step = MINUTES_OF_TEN_HOURS * (10 if minutes >= MINUTES_OF_THOUSAND_HOURS else 1)
    return minutes // step * step // 60
