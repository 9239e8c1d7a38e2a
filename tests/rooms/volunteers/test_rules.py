"""Ages, mobiles and number letters as tables. No database."""

from __future__ import annotations

from datetime import date

import pytest

from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import ages, mobiles, numbers
from volunteer_hub.volunteers.ages import Ages, Band


@pytest.mark.parametrize(
    ("birth_on", "day", "years"),
    [
        (date(2008, 3, 5), date(2026, 3, 4), 17),
        (date(2008, 3, 5), date(2026, 3, 5), 18),
        (date(2008, 3, 5), date(2026, 3, 6), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 12, 31), date(2026, 1, 1), 17),
        (date(2026, 3, 5), date(2026, 3, 5), 0),
        (date(2026, 3, 6), date(2026, 3, 5), -1),
        (date(1926, 3, 5), date(2026, 3, 5), 100),
    ],
)
def test_a_year_is_full_on_the_birthday(birth_on: date, day: date, years: int) -> None:
    assert ages.full_years(birth_on, day) == years


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (-1, Band.TOO_YOUNG),
        (5, Band.TOO_YOUNG),
        (6, Band.ACCOMPANIED),
        (9, Band.ACCOMPANIED),
        (10, Band.SENSITIVE),
        (13, Band.SENSITIVE),
        (14, Band.MINOR),
        (17, Band.MINOR),
        (18, Band.ADULT),
        (99, Band.ADULT),
    ],
)
def test_bands_begin_at_their_threshold(years: int, band: Band) -> None:
    assert Ages().band(years) is band


def test_thresholds_are_settings() -> None:
    assert Ages(adult=16).band(16) is Band.ADULT
    assert Ages(minimum=10, accompanied=10).band(9) is Band.TOO_YOUNG


@pytest.mark.parametrize(
    "typed",
    [
        "13800437000",
        " 138 0043 7000 ",
        "138-0043-7000",
        "１３８００４３７０００",
        "+8613800437000",
        "+86 138 0043 7000",
        "+86-138-0043-7000",
        "008613800437000",
        "0086 138 0043 7000",
        "8613800437000",
        "＋８６　１３８　００４３　７０００",
        "(86)138 0043 7000",
        "（＋86）13800437000",
        "138.0043.7000",
        "138—0043—7000",
        "\u202d138 0043 7000\u202c",
        "\u200b13800437000\ufeff",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(typed: str) -> None:
    assert mobiles.normalise(typed) == "13800437000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("00852-9123-4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+1 (212) 555-2368", "+12125552368"),
        ("19912345678", "19912345678"),
    ],
)
def test_numbers_elsewhere_keep_their_country(typed: str, kept: str) -> None:
    assert mobiles.normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1380043700",
        "138004370000",
        "12800437000",
        "0437-5550100",
        "+86 437 555 0100",
        "91234567",
        "手机",
        "+852 1",
        "+999 123456789",
        "+",
        "13800437OOO",
    ],
)
def test_what_is_no_mobile_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        mobiles.normalise(typed, "guardian_mobile")
    assert refusal.value.field == "guardian_mobile"


def test_the_letter_notices_every_wrong_digit_and_every_exchange() -> None:
    digits = "2204032603000147"
    letter = numbers.check_letter(digits)
    for place in range(16):
        for other in "0123456789":
            changed = digits[:place] + other + digits[place + 1 :]
            assert (numbers.check_letter(changed) == letter) == (changed == digits)
    for left in range(16):
        for right in range(left):
            signs = list(digits)
            signs[left], signs[right] = signs[right], signs[left]
            assert (numbers.check_letter("".join(signs)) == letter) == (signs == list(digits))


def test_a_volunteer_number_is_known_by_its_letter() -> None:
    letter = numbers.check_letter("2204032603000147")
    assert letter not in "IOQ"
    assert numbers.is_number(f"V2204032603000147{letter}")
    assert not numbers.is_number(f"V2204032603000148{letter}")
    assert not numbers.is_number("V2204032603000147")
