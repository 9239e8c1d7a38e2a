"""Documents: one spelling each, and what a resident identity number says of itself. Tables, no database."""

from __future__ import annotations

from datetime import date

import pytest

from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import identity
from volunteer_hub.volunteers.models import DocumentKind, Sex

RESIDENT, PASSPORT = DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT
TODAY = date(2026, 3, 5)
#: Right by GB 11643-1999; invented. WITH_X ends in X and has a first-generation form.
WITH_X = "22040319850305048X"
OLD = "220403850305048"
PLAIN = "220403198503050041"


def check_digit(body: str) -> str:
    """Return the check digit by the weights printed in the standard, not by the code under test."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def full(body: str) -> str:
    return body + check_digit(body)


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


SPELLINGS = [
    WITH_X,
    WITH_X.lower(),
    wide(WITH_X),
    wide(WITH_X.lower()),
    WITH_X[:-1] + "Ｘ",
    WITH_X[:-1] + "ｘ",
    WITH_X[:-1] + "×",
    WITH_X[:-1] + "х",
    WITH_X[:-1] + "Х",
    WITH_X[:-1] + "Ⅹ",
    WITH_X[:-1] + "ⅹ",
    WITH_X[:-1] + "Χ",
    f" {WITH_X} ",
    f"\t{WITH_X}\n",
    f"\u3000{WITH_X}\u3000",
    f"\u00a0{WITH_X}",
    f"\u200b{WITH_X}\ufeff",
    f"\u202d{WITH_X}\u202c",
    "220403 19850305 048X",
    "220403-19850305-048X",
    "220403－19850305－048Ｘ",
    "220403–19850305—048x",
    "2204 0319 8503 0504 8X",
    "220403.19850305.048X",
    "220403·19850305·048X",
    "220403_19850305_048x",
    "220403−19850305−048X",
    "２２０４０３　１９８５０３０５　０４８ｘ",
    "²²⁰⁴⁰³¹⁹⁸⁵⁰³⁰⁵⁰⁴⁸X",
    OLD,
    f" {OLD}",
    wide(OLD),
    "220403 850305 048",
    "220403-850305-048",
    "220403　850305　048",
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_is_one_number(typed: str) -> None:
    assert identity.normalise(RESIDENT, typed) == WITH_X


@pytest.mark.parametrize(
    "typed", ["e12345678", "E 1234 5678", "Ｅ１２３４５６７８", "e-1234-5678", "\u200bE12345678"]
)
def test_every_spelling_of_a_passport_is_one_number(typed: str) -> None:
    assert identity.normalise(PASSPORT, typed) == "E12345678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("110101491231001", full("11010119491231001")),
        ("440524 880101 001", full("44052419880101001")),
        ("22040385030500", "22040385030500"),
        ("2204038503050481", "2204038503050481"),
        ("220403850305X02", "220403850305X02"),
        ("", ""),
        ("   ", ""),
        ("二二〇四", "二二〇四"),
    ],
)
def test_only_fifteen_digits_are_taken_for_the_first_generation(typed: str, kept: str) -> None:
    assert identity.normalise(RESIDENT, typed) == kept


def test_the_cross_stays_a_letter_only_in_resident_numbers() -> None:
    assert identity.normalise(PASSPORT, "E1234567×") == "E1234567×"


@pytest.mark.parametrize(
    ("number", "birth_on", "sex"),
    [
        (WITH_X, date(1985, 3, 5), Sex.FEMALE),
        (PLAIN, date(1985, 3, 5), Sex.FEMALE),
        (full("22040319850305001"), date(1985, 3, 5), Sex.MALE),
        (full("11010520000229011"), date(2000, 2, 29), Sex.MALE),
        (full("65010020240229002"), date(2024, 2, 29), Sex.FEMALE),
        (full("71000019491001004"), date(1949, 10, 1), Sex.FEMALE),
        (full("22040319000101004"), date(1900, 1, 1), Sex.FEMALE),
        (full("22040320260305004"), TODAY, Sex.FEMALE),
        # A county that has been renamed or merged since: the number stays valid for life.
        (full("22049919631231999"), date(1963, 12, 31), Sex.MALE),
        # Published in the standard itself.
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("440524188001010014", None, None),
    ],
)
def test_a_number_says_birth_and_sex(number: str, birth_on: date | None, sex: Sex | None) -> None:
    if birth_on is None:
        with pytest.raises(DomainError, match="document_birth"):
            identity.check(RESIDENT, number, TODAY)
    else:
        facts = identity.check(RESIDENT, number, TODAY)
        assert (facts.birth_on, facts.sex) == (birth_on, sex)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "document_length"),
        ("1", "document_length"),
        (WITH_X[:-1], "document_length"),
        (WITH_X + "0", "document_length"),
        ("22040319850305X02X", "document_characters"),
        ("X2040319850305048X", "document_characters"),
        ("22040319850305048Y", "document_characters"),
        ("٢٢٠٤٠٣١٩٨٥٠٣٠٥٠٠٢X", "document_characters"),
        ("二二〇四〇三一九八五〇三〇五〇〇二X", "document_characters"),
        (full("00040319850305048"), "document_place"),
        (full("16040319850305048"), "document_place"),
        (full("24040319850305048"), "document_place"),
        (full("47040319850305048"), "document_place"),
        (full("99040319850305048"), "document_place"),
        (full("81000019850305048"), "document_kind_differs"),
        (full("83000019850305048"), "document_kind_differs"),
        (full("22040319850229048"), "document_birth"),
        (full("22040319000229002"), "document_birth"),
        (full("22040320230229048"), "document_birth"),
        (full("22040319851301048"), "document_birth"),
        (full("22040319850001048"), "document_birth"),
        (full("22040319850431048"), "document_birth"),
        (full("22040319850300048"), "document_birth"),
        (full("22040300000305048"), "document_birth"),
        (full("22040318991231048"), "document_birth"),
        (full("22040320260306048"), "document_birth"),
        (full("22040329990101048"), "document_birth"),
        (WITH_X[:-1] + "0", "document_check_digit"),
        (WITH_X[:-1] + "1", "document_check_digit"),
        ("220403198503050014", "document_check_digit"),
        ("220403198503060480", "document_check_digit"),
        ("220304198503050041", "document_check_digit"),
    ],
)
def test_an_impossible_number_is_refused(number: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        identity.check(RESIDENT, number, TODAY)
    assert (refusal.value.code, refusal.value.field) == (code, "document_number")


def test_every_wrong_digit_and_every_exchange_of_neighbours_is_noticed() -> None:
    for place in range(17):
        for digit in "0123456789":
            changed = PLAIN[:place] + digit + PLAIN[place + 1 :]
            assert (changed == PLAIN) == (check_digit(changed[:17]) == changed[17])


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (PASSPORT, "E12345678", None),
        (PASSPORT, "12345", None),
        (DocumentKind.TRAVEL_PERMIT_HM, "H01234567", None),
        (DocumentKind.TRAVEL_PERMIT_TW, "01234567", None),
        (DocumentKind.PERMANENT_RESIDENT, "CHN110185030500", None),
        (DocumentKind.RESIDENCE_PERMIT_HMT, full("81000019850305048"), None),
        (PASSPORT, "1234", "document_format"),
        (PASSPORT, "A" * 21, "document_format"),
        (PASSPORT, "E1234567×", "document_format"),
        (PASSPORT, "", "document_format"),
        (PASSPORT, "护照12345", "document_format"),
        # One person must not become two by calling the same number a passport.
        (PASSPORT, WITH_X, "document_kind_differs"),
        (DocumentKind.RESIDENCE_PERMIT_HMT, PLAIN, "document_kind_differs"),
    ],
)
def test_other_documents_are_taken_without_derivation(kind: DocumentKind, number: str, code: str | None) -> None:
    if code is None:
        assert identity.check(kind, number, TODAY) == identity.Facts(None, None)
    else:
        with pytest.raises(DomainError, match=code):
            identity.check(kind, number, TODAY)
