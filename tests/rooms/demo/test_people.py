"""The invented people keep every rule of registration."""

from __future__ import annotations

from datetime import date
from random import Random

from volunteer_hub.core import clock
from volunteer_hub.demo.people import Person, choose_with_hours, make_people
from volunteer_hub.demo.plan import DISTRICT_PREFIX, YEAR, Plan
from volunteer_hub.volunteers import identity
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import DocumentKind

PLAN = Plan(people=2000)
WEIGHTS = {"220403001001": 3.0, "220403002001": 1.0, "220403100200": 0.2}


def people() -> list[Person]:
    return make_people(PLAN, WEIGHTS, Random(1))


def test_every_identity_number_passes_the_check_of_registration_and_says_birth_and_sex() -> None:
    for person in people():
        number = identity.normalise(DocumentKind.RESIDENT_ID, person.document_number)
        facts = identity.check(DocumentKind.RESIDENT_ID, number, clock.civil_date(person.registered_at))
        assert number == person.document_number
        assert (facts.birth_on, facts.sex) == (person.birth_on, person.sex)


def test_no_number_is_given_twice_and_most_are_of_the_district() -> None:
    numbers = [person.document_number for person in people()]
    assert len(set(numbers)) == len(numbers)
    assert sum(number.startswith(DISTRICT_PREFIX) for number in numbers) > len(numbers) / 2


def test_mobiles_belong_to_a_range_nobody_has() -> None:
    assert all(person.mobile.startswith("142") and len(person.mobile) == 11 for person in people())


def test_who_registered_as_a_minor_has_a_guardian_and_nobody_else() -> None:
    made = people()
    minors = [p for p in made if full_years(p.birth_on, clock.civil_date(p.registered_at)) < 18]
    assert minors
    assert [person for person in made if person.guardian] == minors
    assert min(full_years(p.birth_on, clock.civil_date(p.registered_at)) for p in minors) >= 10


def test_everybody_is_registered_before_the_year_ends() -> None:
    assert max(person.registered_at for person in people()) < clock.at(date(YEAR, 12, 31))


def test_communities_differ_in_size_and_in_their_share_with_hours() -> None:
    made = people()
    chosen = choose_with_hours(made, PLAN, Random(2))
    sizes = [sum(p.region_code == code for p in made) for code in WEIGHTS]
    shares = [
        sum(made[place].region_code == code for place in chosen) / size
        for code, size in zip(WEIGHTS, sizes, strict=True)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert max(shares) > min(shares) * 1.1


def test_exactly_the_reported_share_is_chosen() -> None:
    made = people()
    chosen = choose_with_hours(made, PLAN, Random(2))
    assert len(set(chosen)) == PLAN.with_hours == round(2000 * 13252 / 25028)
