"""Finds exactly one person by what a paper list shows: the volunteer number, or a name and four last digits."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import Standing, Volunteer

#: More namesakes than any city has; whoever is not among them is found by number.
NAMESAKES = 5000


@dataclass(frozen=True)
class Who:
    """A volunteer number, or a whole name with the last four signs of the document or the mobile."""

    number: str = ""
    name: str = ""
    last_four: str = ""


def find_person(who: Who) -> Volunteer:
    """Return the one person meant. Raises DomainError at `number`, `name` or `last_four`, also where two fit."""
    number = _fold(who.number)
    if number:
        return _by_number(number)
    name, last_four = " ".join(unicodedata.normalize("NFKC", who.name).split()), _fold(who.last_four)
    if not name:
        raise DomainError("who_missing", N_("请填写志愿者编号，或姓名和号码后四位。"), field="number")
    if len(last_four) != 4:
        raise DomainError("last_four", N_("请填写证件号码或手机号的后四位。"), field="last_four")
    namesakes = db.session.scalars(_live().where(Volunteer.name == name).limit(NAMESAKES))
    found = [person for person in namesakes if last_four in (person.document_number[-4:], person.mobile[-4:])]
    if not found:
        raise DomainError("nobody", N_("没有找到姓名和后四位都相符的志愿者。"), field="last_four")
    if len(found) > 1:
        raise DomainError("several", N_("有 %(n)d 人相符，请改用志愿者编号。"), field="number", n=len(found))
    return found[0]


def standing_on(volunteer_id: int, day: date, at: datetime) -> Standing:
    """Return what the register said of a person at an instant, or later that day. Raises DomainError if nothing."""
    begin, end = clock.at(day), clock.at(day + timedelta(days=1))
    that_day = db.session.scalars(
        select(Standing)
        .where(Standing.volunteer_id == volunteer_id, Standing.since < end, Standing.until > begin)
        .order_by(Standing.since)
    ).all()
    if not that_day:
        raise DomainError("not_registered", N_("此人当天还没有注册，或已注销，不能补录。"), field="number")
    return next((one for one in that_day if one.since <= at < one.until), that_day[-1])


def _by_number(number: str) -> Volunteer:
    person = db.session.scalar(_live().where(Volunteer.number == number))
    if person is None:
        raise DomainError("unknown_number", N_("没有这个编号的志愿者。"), field="number")
    return person


def _live() -> Select[Volunteer]:
    return select(Volunteer).where(Volunteer.merged_into_id.is_(None))


def _fold(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).split()).upper()
