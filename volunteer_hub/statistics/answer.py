"""The answer to a question: one cell for the division and one for each part of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics.definitions import Ratio
from volunteer_hub.statistics.question import Question


@dataclass(frozen=True)
class Population:
    """A denominator with where it comes from."""

    value: int
    base: PopulationBase
    year: int
    source: str


@dataclass(frozen=True)
class Cell:
    """The figures of one division, or of the people registered on it directly (`rest`)."""

    code: str
    name: str
    registered: int
    with_hours: int
    participants: int
    #: Of the chosen classes only; others are absent.
    class_minutes: Mapping[HoursClass, int]
    population: Population | None = None
    #: Identity assurance from which a person counts here.
    counted_assurance: int = 0
    rest: bool = False

    @property
    def minutes(self) -> int:
        """Return the minutes of the chosen classes."""
        return sum(self.class_minutes.values())

    @property
    def registration_ratio(self) -> Ratio:
        """Registered ÷ population."""
        population = self.population.value if self.population else None
        return Ratio(self.registered, population, d.NOT_APPLICABLE if self.rest else d.NO_POPULATION)

    @property
    def hours_ratio(self) -> Ratio:
        """With hours ÷ registered."""
        return Ratio(self.with_hours, self.registered, d.NOBODY_REGISTERED)

    @property
    def participation_ratio(self) -> Ratio:
        """Participants ÷ registered."""
        return Ratio(self.participants, self.registered, d.NOBODY_REGISTERED)

    @property
    def hours_per_registered(self) -> Ratio:
        """Minutes ÷ registered."""
        return Ratio(self.minutes, self.registered, d.NOBODY_REGISTERED)

    @property
    def hours_per_active(self) -> Ratio:
        """Minutes ÷ with hours."""
        return Ratio(self.minutes, self.with_hours, d.NOBODY_WITH_HOURS)

    def class_share(self, kind: HoursClass) -> Ratio:
        """Minutes of one class ÷ minutes of the chosen classes."""
        return Ratio(self.class_minutes.get(kind, 0), self.minutes, d.NO_HOURS)

    def figure(self, key: str) -> int | Ratio | None:
        """Return a figure by the key of its definition; None for a population that is not known."""
        if key == "population":
            return self.population.value if self.population else None
        value: int | Ratio = getattr(self, d.BY_KEY[key].key)
        return value


@dataclass(frozen=True)
class Version:
    """The last ledger entry, the last standing and the last change of either: what the data looked like."""

    ledger: int
    standings: int
    #: Counts what changes no other: somebody who withdraws.
    changes: int

    def __str__(self) -> str:
        """Print as one word that can be copied: L60012-S25028-C85040."""
        return f"L{self.ledger}-S{self.standings}-C{self.changes}"


@dataclass(frozen=True)
class Answer:
    """A question with its figures, and what the figures need said about them."""

    question: Question
    full_name: str
    whole: Cell
    parts: Sequence[Cell]
    version: Version

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return every row of the table, the division itself first."""
        return (self.whole, *self.parts)

    def remarks(self) -> Iterator[tuple[str, str]]:
        """Yield (name of the row, marked sentence) for ratios without a value and above 100 %."""
        for cell in self.cells:
            if cell.rest:
                continue
            ratio = cell.registration_ratio
            if ratio.reason:
                yield cell.name, ratio.reason
            elif ratio.numerator > (ratio.denominator or 0):
                yield cell.name, d.ABOVE_WHOLE
