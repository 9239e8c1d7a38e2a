"""What somebody at an office looks for: a name in part, or one person by a full number. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.spelling import fold
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import identity
from volunteer_hub.volunteers.models import DocumentKind

_VOLUNTEER_NUMBER = re.compile(r"V[0-9]{16}[A-Z]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}|\+[0-9]{8,15}")
_DOCUMENT = re.compile(r"(?=.*[0-9])[0-9A-Z]{7,20}")
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Sought:
    """One of: part of a name, a volunteer number, a mobile, or a number some document may carry."""

    name: str = ""
    number: str = ""
    mobile: str = ""
    documents: tuple[tuple[DocumentKind, str], ...] = ()

    @property
    def exact(self) -> bool:
        """Tell whether only who knows a full number could have typed it."""
        return not self.name


def read(typed: str) -> Sought:
    """Return what was typed, understood. Raises DomainError at field `words` where it is too little to go by."""
    compact = identity.normalise(DocumentKind.PASSPORT, typed)
    if _VOLUNTEER_NUMBER.fullmatch(compact):
        return Sought(number=compact)
    mobile = fold(typed)
    if _MOBILE.fullmatch(mobile):
        return Sought(mobile=mobile)
    if _DOCUMENT.fullmatch(compact):
        return Sought(documents=tuple((kind, identity.normalise(kind, typed)) for kind in DocumentKind))
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if any(sign.isdigit() for sign in name):
        raise DomainError("search_incomplete", N_("号码要输完整：志愿者编号、手机号或证件号码。"), field="words")
    if len(name) < SHORTEST_NAME:
        raise DomainError("search_too_short", N_("请输入至少两个字的姓名，或完整的号码。"), field="words")
    return Sought(name=name)
