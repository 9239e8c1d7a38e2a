"""Ages in full years, and what the law asks of each band. Pure; the thresholds are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Band(StrEnum):
    """What age asks of a registration."""

    #: Not accepted.
    TOO_YOUNG = "too_young"
    #: A guardian consents, separately too, and comes along.
    ACCOMPANIED = "accompanied"
    #: A guardian consents, and separately to the use of a child's data (PIPL art 28, 29, 31).
    SENSITIVE = "sensitive"
    #: A guardian consents.
    MINOR = "minor"
    ADULT = "adult"


@dataclass(frozen=True)
class Ages:
    """Thresholds in full years; each band reaches up to, but not including, the next."""

    adult: int = 18
    sensitive: int = 14
    accompanied: int = 10
    minimum: int = 6

    def band(self, years: int) -> Band:
        """Return the band of an age."""
        if years < self.minimum:
            return Band.TOO_YOUNG
        if years < self.accompanied:
            return Band.ACCOMPANIED
        if years < self.sensitive:
            return Band.SENSITIVE
        return Band.MINOR if years < self.adult else Band.ADULT


def full_years(birth_on: date, day: date) -> int:
    """Return the full years lived on a civil date; negative before birth.

    A year is full on the birthday. Who was born on 29 February completes it on 1 March of a common
    year, never a day early.
    """
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def is_minor(band: Band) -> bool:
    """Tell whether a guardian has to answer."""
    return band is not Band.ADULT


def needs_separate_consent(band: Band) -> bool:
    """Tell whether the guardian must consent separately to the use of a child's data."""
    return band in (Band.ACCOMPANIED, Band.SENSITIVE)
