"""Finding somebody at the door by name and last four digits: among those expected there, masked, never a list."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.masking import mask_middle, mask_mobile
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import people
from volunteer_hub.volunteers.models import Volunteer

#: As many characters must be typed, so many people are shown, and so long a pick is good.
SHORTEST = 3
MOST = 8
PICK_SECONDS = 120
#: As many searches one account may make a minute: enough for a queue, too few to read out a roster.
SEARCHES_PER_MINUTE = 30
ACTION = "checkin.look_up"
_FOUR = re.compile(r"(?<![0-9])([0-9]{3}[0-9X])$")


@dataclass(frozen=True)
class Sought:
    """Part of a name, and the last four of a mobile or a document; either may be empty."""

    name: str
    digits: str


@dataclass(frozen=True)
class Match:
    """Somebody found, as far as the door may see: 王*国, 138****1234, and a pick that is good for two minutes."""

    name: str
    mobile: str
    number: str
    pick: str


@dataclass(frozen=True)
class Found:
    """The matches shown, and whether there were more."""

    matches: tuple[Match, ...]
    more: bool


class TooManySearches(DomainError):
    """One account searches faster than a queue moves."""

    status = 429


def read(typed: str) -> Sought:
    """Return what was typed, understood. Raises DomainError at `q` for fewer than three characters or odd digits."""
    text = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    if len(text) < SHORTEST:
        raise DomainError("too_short", N_("请至少输入三个字：姓名，或姓名加手机号、证件号后四位。"), field="q")
    match = _FOUR.search(text)
    name = text[: match.start()] if match else text
    if any(sign.isdigit() for sign in name):
        raise DomainError("four_digits", N_("数字请输入手机号或证件号的后四位。"), field="q")
    return Sought(name, match.group(1) if match else "")


def find(actor: Actor, shift_id: int, region: str, typed: str, *, now: datetime) -> Found:
    """Return those expected at a shift who match, masked, eight at most. Leaves a row in the trail without the words.

    Raises DomainError at `q` for too little, and TooManySearches beyond what a queue needs.
    """
    sought = read(typed)
    if _searches_since(actor, now - timedelta(minutes=1)) >= SEARCHES_PER_MINUTE:
        raise TooManySearches("too_many_searches", N_("查找太频繁，请一分钟后再试。"), field="q")
    here = [person for person in people.list_here(shift_id) if _fits(person, sought)]
    audit.record(actor, ACTION, "shift", shift_id, now=now, region=region, found=len(here))
    return Found(tuple(_match(actor, shift_id, person) for person in here[:MOST]), len(here) > MOST)


def picked(pick: str, actor: Actor, shift_id: int) -> int:
    """Return whom a pick stands for. Raises DomainError for one that is stale, foreign, or of another shift."""
    claims = tokens.unseal("door-pick", pick)
    if claims is None or claims["a"] != actor.account_id or claims["s"] != shift_id:
        raise DomainError("pick_stale", N_("查找结果已过期，请重新查找。"))
    return int(claims["v"])


def pick_for(actor: Actor, shift_id: int, volunteer_id: int) -> str:
    """Return a pick: the proof that this account has just identified this person for this shift."""
    return tokens.seal("door-pick", {"a": actor.account_id, "s": shift_id, "v": volunteer_id}, PICK_SECONDS)


def _fits(person: Volunteer, sought: Sought) -> bool:
    name = "".join(unicodedata.normalize("NFKC", person.name).upper().split())
    if sought.name not in name:
        return False
    return not sought.digits or sought.digits in (person.mobile[-4:], person.document_number[-4:])


def _match(actor: Actor, shift_id: int, person: Volunteer) -> Match:
    return Match(
        mask_middle(person.name),
        mask_mobile(person.mobile),
        person.number[-4:],
        pick_for(actor, shift_id, person.id),
    )


def _searches_since(actor: Actor, since: datetime) -> int:
    statement = select(func.count()).where(
        AuditEntry.at > since, AuditEntry.action == ACTION, AuditEntry.actor_account_id == actor.account_id
    )
    return db.session.scalar(statement) or 0
