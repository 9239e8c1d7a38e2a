"""One spelling for a number typed in many ways: full-width digits, spaces, hyphens, +86."""

from __future__ import annotations

import re
import unicodedata

MAINLAND = re.compile(r"1[3-9][0-9]{9}")
_FILLER = re.compile(r"[\s\-‐‑‒–—―−－().·•_/]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


def fold(typed: str) -> str:
    """Return the one spelling of a number, valid or not: a mainland mobile as 11 digits, others with +."""
    if MAINLAND.fullmatch(typed):
        return typed
    folded = _FILLER.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", typed)))
    if folded.startswith("00"):
        folded = "+" + folded[2:]
    for prefix in ("+86", "86"):
        rest = folded.removeprefix(prefix)
        if rest != folded and MAINLAND.fullmatch(rest):
            return rest
    return folded
