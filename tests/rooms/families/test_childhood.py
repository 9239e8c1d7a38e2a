"""Childhood ends on the day the ages room says, never a day early or late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from volunteer_hub.families.childhood import grown_up_born_until, of_age_on
from volunteer_hub.volunteers.ages import full_years


@pytest.mark.parametrize("day", [date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 29), date(2026, 11, 21)])
@pytest.mark.parametrize("adult", [14, 16, 18])
def test_the_birth_dates_of_the_grown_up_are_those_with_enough_full_years(day: date, adult: int) -> None:
    latest = grown_up_born_until(day, adult)
    for days in range(-3, 4):
        birth_on = latest + timedelta(days=days)
        assert (full_years(birth_on, day) >= adult) == (birth_on <= latest)


@pytest.mark.parametrize("birth_on", [date(2004, 2, 28), date(2004, 2, 29), date(2004, 3, 1), date(2008, 12, 31)])
def test_who_comes_of_age_does_so_on_the_first_day_with_enough_years(birth_on: date) -> None:
    day = of_age_on(birth_on, 18)
    assert full_years(birth_on, day) == 18
    assert full_years(birth_on, day - timedelta(days=1)) == 17
