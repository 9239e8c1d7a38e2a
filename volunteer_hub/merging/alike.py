"""When two names may be one person's. Pure."""

from __future__ import annotations

import unicodedata

#: Between the parts of a name; people leave it out.
FILLERS = frozenset(" ·•・.-'’")


def plain(name: str) -> str:
    """Return a name without spaces, dots and case."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign not in FILLERS)


def are_alike(one: str, other: str) -> bool:
    """Tell whether two names are the same but for spelling, or differ in one character, added, left out or wrong.

    Of two characters one may not differ: 王芳 and 王刚 are two people.
    """
    a, b = sorted((plain(one), plain(other)), key=len)
    if a == b:
        return True
    if len(a) < 2 or len(b) < 3 or len(b) - len(a) > 1:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return any(b[:place] + b[place + 1 :] == a for place in range(len(b)))
