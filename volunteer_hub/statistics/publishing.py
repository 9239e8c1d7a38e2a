"""What anybody may read of an area's figures: the answer with its small groups hidden, on every page alike.

The tables of a published area hang together: a street's total stands in the district's table too. So the
hidden cells are settled from the highest published division down to the one asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import protection, queries
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.protection import Table, key_of
from volunteer_hub.statistics.question import ALL_CLASSES, Question

#: Of a lower division's trend every third point is shown: each wants all the tables above it.
EVERY = 3


@dataclass(frozen=True)
class Shown:
    """A cell, and which of its figures may be read by anybody."""

    cell: Cell
    figures: frozenset[str]

    @property
    def people(self) -> bool:
        """Tell whether it may be read how many are registered."""
        return protection.REGISTERED in self.figures

    @property
    def minutes(self) -> bool:
        """Tell whether the hours may be read."""
        return protection.MINUTES in self.figures


@dataclass(frozen=True)
class PublicAnswer:
    """An answer as anybody may read it. `answer` itself holds the hidden figures: print only what is shown."""

    answer: Answer
    whole: Shown
    parts: Sequence[Shown]
    #: The highest division published together with this one.
    top: str

    @property
    def cells(self) -> tuple[Shown, ...]:
        """Return every row of the table, the division itself first."""
        return (self.whole, *self.parts)

    @property
    def anything_hidden(self) -> bool:
        """Tell whether any cell's people are hidden."""
        return not all(shown.people for shown in self.cells)


def month_ends(before: date, count: int) -> list[date]:
    """Return the last days of the months that have ended before a civil date, oldest first."""
    ends: list[date] = []
    day = before
    for _ in range(count):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    return ends[::-1]


def gives_minutes(question: Question) -> bool:
    """Tell whether minutes may be published for a question: of everything, as of the end of a month.

    Any finer period, instant or choice of classes could be subtracted from another, down to one person.
    """
    return _is_month_end(question) and question.ever and gives_hours(question)


def gives_hours(question: Question) -> bool:
    """Tell whether it may be published how many have hours: of all classes alone.

    Who has hours of some classes has hours of all: a group shown under all of them bounds the same group hidden
    under some, often to one number, and the difference of the two may be one person.
    """
    return question.classes == ALL_CLASSES


def _is_month_end(question: Question) -> bool:
    end = clock.civil_date(question.as_of)
    return question.as_of == clock.end_of(end) and (end + timedelta(days=1)).day == 1


def published(question: Question) -> PublicAnswer:
    """Answer a question for anybody. Raises NotFound for a division that does not exist or is not published."""
    line = _published_line(question.region)
    if not line:
        raise NotFound
    return _veiled(question, line, minutes=gives_minutes(question))


def shielded(question: Question) -> PublicAnswer:
    """Answer a question for a screen that strangers see, of an area that may publish nothing.

    A screen in the division above shows this one as a part: so the cells are settled from the top here too.
    Raises NotFound for a division that does not exist.
    """
    return _veiled(question, _shown_line(question.region), minutes=True)


def trend(question: Question, days: Sequence[date]) -> list[tuple[date, Shown]]:
    """Return a division's cell at the end of each day, without its minutes.

    Of the highest division that is shown only its own size matters. Whether a lower one is hidden on a day is
    settled by the tables above it: they are read for every third day, the last one included, and the other
    days are left out. Raises NotFound.
    """
    line = _shown_line(question.region)
    if line[:-1]:
        tables = ((day, _veiled(_on(question, day), line, minutes=False).whole) for day in days[::-1][::EVERY][::-1])
        return list(tables)
    points = queries.trend(question, EVERYTHING, days)
    return [(day, Shown(cell, protection.veil([Table(cell, (), {})], minutes=False).whole)) for day, cell in points]


def _on(question: Question, day: date) -> Question:
    """Return the question as of the end of a day; the day of its own instant stands for that instant."""
    if day >= clock.civil_date(question.as_of):
        return question
    return replace(question, as_of=clock.end_of(day), live=False)


def find_top(region: str) -> str | None:
    """Return the highest division that is published together with this one; None where it is not published."""
    return next(iter(_published_line(region)), None)


def _published_line(region: str) -> list[str]:
    """Return the divisions from the highest published one down to this, all of them published; or nothing."""
    return _published_run([*(above.code for above in regions.list_ancestors(region)), region])


def _published_run(line: Sequence[str]) -> list[str]:
    choices = regions.settings_at(line, None)
    run: list[str] = []
    for code in line:
        run = [*run, code] if choices[code].publishes_ratios else []
    return run


def _shown_line(region: str) -> list[str]:
    """Return the published divisions down to this; of what publishes nothing, all those whose screens may show it.

    A division with a single part is left out above: the part's table says the same.
    """
    line = [*(above.code for above in regions.list_ancestors(region)), region]
    run = _published_run(line)
    if run:
        return run
    parted = select(Region.parent_code).where(Region.parent_code.in_(line[:-1])).group_by(Region.parent_code)
    compared = set(db.session.scalars(parted.having(func.count() > 1)))
    first = next((place for place, code in enumerate(line) if code in compared), len(line) - 1)
    return line[first:]


def _veiled(question: Question, line: Sequence[str], *, minutes: bool) -> PublicAnswer:
    """Read the tables of the line and hide what must be hidden: ten statements for each level at most."""
    answers = [queries.ratios(question.at(code), EVERYTHING) for code in line]
    tables = [Table(each.whole, each.parts, _served(each.question) if minutes else {}) for each in answers]
    answer, kept = answers[-1], protection.veil(tables, minutes=minutes, hours=gives_hours(question))
    parts = [Shown(cell, kept.shows(key_of(cell))) for cell in answer.parts]
    return PublicAnswer(answer, Shown(answer.whole, kept.whole), parts, line[0])


def _served(question: Question) -> dict[str, int]:
    """Return how many people of each row served in the last whole month, as was known at the question's instant."""
    day = clock.civil_date(question.as_of)
    end = day if _is_month_end(question) else month_ends(day, 1)[0]
    month = replace(question, since=end.replace(day=1), until=end)
    return {key_of(cell): cell.participants for cell in queries.ratios(month, EVERYTHING).cells}
