"""Volunteer numbers: V, six digits of the division, year and month, six of a series, and a check letter."""

from __future__ import annotations

import re
from datetime import date

from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import upsert
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import NumberSeries

#: 23 letters, a prime, without I, O and Q, which are read as 1 and 0.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
LARGEST = 999_999
_WEIGHTS = tuple(pow(5, place, 23) for place in range(16))
_FORM = re.compile(r"V([0-9]{16})([A-Z])")


def next_number(region_code: str, day: date) -> str:
    """Return a number nobody has: the next of the division's county and month.

    One statement counts and reads, so that two who register at once get different serials; a
    registration that is undone gives its serial back. Raises DomainError when the series is used up.
    """
    prefix = f"{region_code[:6]}{day:%y%m}"
    table = NumberSeries.__table__
    serial = db.session.scalar(
        upsert(db.session, table)  # type: ignore[arg-type]  # declared as FromClause, is a Table
        .values(prefix=prefix, last=1)
        .on_conflict_do_update(index_elements=["prefix"], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    if serial is None or serial > LARGEST:
        raise DomainError("series_used_up", N_("本月的志愿者编号已经用完，请联系管理员。"))
    digits = f"{prefix}{serial:06d}"
    return f"V{digits}{check_letter(digits)}"


def check_letter(digits: str) -> str:
    """Return the letter of 16 digits. One wrong digit, or two exchanged, always changes it.

    5 is a primitive root of 23: all weights differ, and so does what any exchange adds.
    """
    return LETTERS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 23]


def is_number(typed: str) -> bool:
    """Tell whether a text, in capitals and without spaces, is a volunteer number with the right letter."""
    match = _FORM.fullmatch(typed)
    return match is not None and check_letter(match[1]) == match[2]
