"""Cells as the words on paper: every character either drawn or named, every number as the page shows it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from volunteer_hub.core import clock
from volunteer_hub.core.pdf import can_draw
from volunteer_hub.core.tabular import NUMBERS, UNKNOWN, Kind, decimal_of, hours_of, share_of

#: Words and characters come again and again in a list.
REMEMBERED = 16_384


@lru_cache(maxsize=REMEMBERED)
def visible(text: str) -> str:
    """Return text as it can be drawn: marks without a shape are left out, unknown characters named by code point."""
    return "".join(_shown(character) for character in text)


def printed(kind: Kind, value: Any) -> str:
    """Return a cell's value as people read it: thousands apart, shares in percent, minutes as hours."""
    if value is None:
        return UNKNOWN if kind in NUMBERS else ""
    if kind is Kind.TEXT:
        return visible(str(value))
    if kind is Kind.INTEGER:
        return f"{int(value):,}"
    if kind is Kind.HOURS:
        return f"{hours_of(int(value)):,}"
    if kind is Kind.DECIMAL:
        return f"{decimal_of(value):,}"
    if kind is Kind.PERCENT:
        return f"{share_of(value) * 100:,.2f}%"
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value.isoformat())


@lru_cache(maxsize=REMEMBERED)
def _shown(character: str) -> str:
    if character == "\n" or can_draw(character):
        return character
    if character.isspace():
        return " "
    return "" if _is_shapeless(character) else f"〈U+{ord(character):04X}〉"


def _is_shapeless(character: str) -> bool:
    """Tell whether a character only steers its neighbours: controls, joiners and variation selectors."""
    point = ord(character)
    return not character.isprintable() or 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF
