"""Until when somebody is a child. Pure; the age of majority is handed in."""

from __future__ import annotations

from datetime import date, timedelta


def grown_up_born_until(day: date, adult: int) -> date:
    """Return the latest birth date of those who have so many full years on a civil date.

    It agrees with `volunteers.ages.full_years`: who was born on 29 February completes a year on 1 March.
    """
    try:
        return day.replace(year=day.year - adult)
    except ValueError:
        # 29 February, and no such day then: who was born on 28 February of that year is of age.
        return day.replace(year=day.year - adult, day=28)


def of_age_on(birth_on: date, adult: int) -> date:
    """Return the civil date from which somebody has so many full years."""
    try:
        return birth_on.replace(year=birth_on.year + adult)
    except ValueError:
        return birth_on.replace(year=birth_on.year + adult, day=28) + timedelta(days=1)
