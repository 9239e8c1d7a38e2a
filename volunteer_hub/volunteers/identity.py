"""Identity documents: one spelling for each number, and what a resident identity number says of itself. Pure.

The only file that touches stdnum. Its list of counties is not used: it lags behind the divisions, and a
number stays valid for life although its county was renamed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import DocumentKind, Sex

#: First two digits: provinces of the mainland and Taiwan.
PROVINCES = frozenset(
    str(code)
    for code in (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71)
)
#: Hong Kong, Macao and Taiwan residents' permits carry these, and the same check digit.
PERMIT_PLACES = frozenset({"81", "82", "83"})
EARLIEST_BIRTH = date(1900, 1, 1)
#: What input methods give for the check letter X.
_LIKE_X = str.maketrans(dict.fromkeys("×✕✖╳хХΧχ", "X"))
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_OLD_RESIDENT = re.compile(r"[0-9]{15}")
_OTHER = re.compile(r"[0-9A-Z]{5,20}")


@dataclass(frozen=True)
class Facts:
    """What the number itself says; nothing where the document does not derive it."""

    birth_on: date | None = None
    sex: Sex | None = None


def normalise(kind: DocumentKind, typed: str) -> str:
    """Return the one spelling under which a document is kept and compared; says nothing about validity.

    Full-width forms become plain, spaces and dashes of every kind go, letters become capitals, and a
    15-digit resident number of the first generation gets its century and check digit.
    """
    if typed.isascii() and typed.isalnum():
        number = typed.upper()
    else:
        folded = unicodedata.normalize("NFKC", typed)
        number = "".join(sign for sign in folded if not _is_filler(sign)).upper()
    if kind is DocumentKind.RESIDENT_ID:
        number = number.translate(_LIKE_X)
        if _OLD_RESIDENT.fullmatch(number):
            number = upgrade(number)
    return number


def upgrade(number: str) -> str:
    """Return the 18-character form of a 15-digit number (GB 11643-1989): births of 19xx only."""
    body = f"{number[:6]}19{number[6:]}"
    return body + ric.calc_check_digit(body + "0")


def check(kind: DocumentKind, number: str, today: date) -> Facts:
    """Return what a normalised number says of its holder.

    Raises DomainError at field `document_number` for a number that cannot be one: for a resident
    identity number by GB 11643-1999, for other documents by length and letters only.
    """
    if kind is DocumentKind.RESIDENT_ID:
        return _check_resident(number, today)
    if not _OTHER.fullmatch(number):
        raise _refusal("document_format", N_("证件号码应为 5 到 20 位字母或数字。"))
    if looks_resident(number):
        raise _refusal("document_kind_differs", N_("这是居民身份证号码，证件类型请选“居民身份证”。"))
    return Facts()


def looks_resident(number: str) -> bool:
    """Tell whether a number is a resident identity number, whatever it was called.

    One person must not be two by naming the same number a passport.
    """
    return (
        _RESIDENT.fullmatch(number) is not None
        and number[:2] not in PERMIT_PLACES
        and number[-1] == ric.calc_check_digit(number)
    )


def _check_resident(number: str, today: date) -> Facts:
    if len(number) != 18:
        raise _refusal("document_length", N_("居民身份证号码是 18 位，您填了 %(n)d 位。"), n=len(number))
    if not _RESIDENT.fullmatch(number):
        raise _refusal("document_characters", N_("居民身份证号码只有数字，最后一位可以是 X。"))
    if number[:2] in PERMIT_PLACES:
        raise _refusal("document_kind_differs", N_("这是港澳台居民居住证号码，证件类型请选“港澳台居民居住证”。"))
    if number[:2] not in PROVINCES:
        raise _refusal("document_place", N_("身份证号码开头的地区代码不对，请检查。"))
    birth_on = _birth_date(number)
    if birth_on is None or birth_on < EARLIEST_BIRTH or birth_on > today:
        raise _refusal("document_birth", N_("身份证号码里的出生日期不对，请检查第 7 到 14 位。"))
    if number[-1] != ric.calc_check_digit(number):
        raise _refusal("document_check_digit", N_("身份证号码的校验位对不上，请逐位检查。"))
    return Facts(birth_on, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _is_filler(sign: str) -> bool:
    """Tell whether a sign only separates: spaces, dashes, and what cannot be seen."""
    return unicodedata.category(sign) in {"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"} or sign in "−·•._/"


def _refusal(code: str, sentence: str, **params: object) -> DomainError:
    return DomainError(code, sentence, field="document_number", **params)
