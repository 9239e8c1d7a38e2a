"""What a 12-digit division code says of itself. Pure.

Two digits for the province, two for the city, two for the county, three for the street, three for the
community; zeros on the right where a division ends earlier (National Bureau of Statistics, 2009).
"""

from __future__ import annotations

import re

#: How many digits are significant at each level, from the province to the community.
LENGTHS = (2, 4, 6, 9, 12)


def full_code(code_or_prefix: str) -> str | None:
    """Return the 12-digit code of a code or its significant digits, or None if it cannot be one."""
    typed = code_or_prefix.strip()
    fit = len(typed) in LENGTHS and re.fullmatch(r"[1-9][0-9]+", typed)
    return typed.ljust(12, "0") if fit else None


def level_of(code: str) -> int:
    """Return 1 (province) to 5 (community) for a 12-digit code.

    A city without counties (东莞 4419) has streets directly below it; its code stands for both levels
    and counts as the upper one.
    """
    if code[9:] != "000":
        return 5
    if code[6:9] != "000":
        return 4
    if code[4:6] != "00":
        return 3
    return 2 if code[2:4] != "00" else 1


def codes_above(code: str) -> list[str]:
    """Return the codes that may stand above this one, from the province down, without itself.

    Not each of them exists: a street of 东莞 has no county.
    """
    above = [code[:length].ljust(12, "0") for length in LENGTHS]
    return [upper for upper in dict.fromkeys(above) if upper != code]
