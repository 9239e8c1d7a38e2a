"""What the dashboard and the race show of a division, read in as many statements however many parts it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from volunteer_hub.boards import queries, ranking, spans
from volunteer_hub.boards.queries import Quiet
from volunteer_hub.boards.ranking import Place, Standing
from volunteer_hub.boards.spans import Span
from volunteer_hub.core.scope import Scope
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.question import Question

#: What divisions are compared by: figures that do not grow with the division, and its hours.
COMPARED = ("registration_ratio", "hours_ratio", "participation_ratio", "hours_per_registered", "minutes")
#: Of these the race asks how things stand at the end of the month, of the others what was done in it.
WHOLE = frozenset({"registration_ratio", "hours_ratio"})


@dataclass(frozen=True)
class Dashboard:
    """One division: its figures, how they came about, its parts side by side, and what needs a hand."""

    answer: Answer
    lineage: Sequence[Region]
    points: Sequence[tuple[date, Cell]]
    places: Sequence[Place]
    quiet: Quiet
    waiting: int


@dataclass(frozen=True)
class Race:
    """The parts of a division in one month, against the month before."""

    answer: Answer
    before: Answer
    lineage: Sequence[Region]
    standings: Sequence[Standing]
    waiting: int


def read(question: Question, scope: Scope, *, compared: str, span: Span, today: date) -> Dashboard:
    """Return a division's dashboard. `compared` is the key of a figure. Raises NotFound outside the scope."""
    answer = statistics.ratios(question, scope)
    # Where much waits to be folded it is answered as of an earlier instant: all of the page is about that one.
    question = answer.question
    return Dashboard(
        answer,
        statistics.list_lineage(question.region, scope),
        statistics.trend(question, scope, spans.days_of(span, today)),
        ranking.rank(answer.parts, compared),
        queries.find_quiet(question.region, question.as_of),
        queries.count_waiting(question.region),
    )


def race(question: Question, scope: Scope, *, ranked: str, month: date) -> Race:
    """Return the race of a division's parts in a month. `ranked` is the key of a figure.

    Only the ledger is asked, so only approved minutes rank; a month's race is as its last day knew it.
    Raises NotFound outside the scope.
    """
    whole = ranked in WHOLE
    now = statistics.ratios(spans.in_month(question, month, whole=whole), scope)
    before = statistics.ratios(spans.in_month(question, spans.month_before(month), whole=whole), scope)
    places, earlier = ranking.rank(now.parts, ranked), ranking.rank(before.parts, ranked)
    return Race(
        now,
        before,
        statistics.list_lineage(question.region, scope),
        ranking.compare(places, earlier),
        queries.count_waiting(question.region),
    )
