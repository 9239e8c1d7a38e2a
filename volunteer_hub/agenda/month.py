"""A month as weeks of days, Monday first, for a calendar page. Pure."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

_WEEKS = Calendar(firstweekday=0)


@dataclass(frozen=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    @property
    def after(self) -> Month:
        """Return the next month."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> Month:
        """Return the month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def weeks(self) -> list[list[date]]:
        """Return its weeks, whole: the first and last reach into the neighbouring months."""
        return _WEEKS.monthdatescalendar(self.year, self.number)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def read(text: str, today: date) -> Month:
    """Return the month written as 2026-05; the present one for anything else."""
    year, _, number = text.partition("-")
    if year.isdecimal() and number.isdecimal() and 2000 <= int(year) <= 2100 and 1 <= int(number) <= 12:
        return Month(int(year), int(number))
    return Month(today.year, today.month)
