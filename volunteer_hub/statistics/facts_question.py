"""What is asked of services done: a question, the dimension its rows run along, and what narrows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics import periods
from volunteer_hub.statistics.question import Args, Question, parse
from volunteer_hub.volunteers.models import Sex

Read = TypeVar("Read")


class By(StrEnum):
    """The dimension along which the rows run."""

    REGION = "region"
    STATION = "station"
    TEAM = "team"
    PROJECT = "project"
    CATEGORY = "category"
    AGE = "age"
    SEX = "sex"
    PARTY = "party"
    MONTH = "month"
    HOURS_CLASS = "class"


class AgeBand(StrEnum):
    """Full years on the day of service."""

    UNDER_14 = "under14"
    UNDER_18 = "under18"
    UNDER_35 = "under35"
    UNDER_60 = "under60"
    OLDER = "older"


#: Each band reaches up to, but not including, these full years; the last one is open.
BAND_ENDS = {AgeBand.UNDER_14: 14, AgeBand.UNDER_18: 18, AgeBand.UNDER_35: 35, AgeBand.UNDER_60: 60}
#: Dimensions of a person or of an hour. What an activity gave to others is not split by them.
PERSONAL = frozenset({By.AGE, By.SEX, By.PARTY, By.HOURS_CLASS})
#: Keys of the rows for what belongs to none of the others.
NOTHING, ELSEWHERE, ITSELF, UNKNOWN = "", "elsewhere", "itself", "unknown"
NOT_A_PLACE = frozenset({NOTHING, ELSEWHERE, ITSELF, UNKNOWN})
YES, NO = "yes", "no"


@dataclass(frozen=True)
class FactsQuestion:
    """Services counted over a question's region, period, classes and instant, in rows along one dimension.

    Whatever else is given narrows them: stations and teams with all below them.
    """

    question: Question
    by: By = By.REGION
    station: int | None = None
    team: int | None = None
    project: int | None = None
    category: str | None = None
    age: AgeBand | None = None
    sex: Sex | None = None
    party: bool | None = None

    @property
    def is_personal(self) -> bool:
        """Tell whether rows or filters go by what a person or an hour is."""
        narrowed = (self.age, self.sex, self.party) != (None, None, None) or len(self.question.classes) < len(
            HoursClass
        )
        return self.by in PERSONAL or narrowed

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but place, period, classes and instant limits what is counted."""
        limits = (self.station, self.team, self.project, self.category, self.age, self.sex, self.party)
        return any(limit is not None for limit in limits)

    def args(self, **other: str | None) -> dict[str, str]:
        """Return the question as query arguments that reproduce it; `other` replaces, None removes."""
        own = {
            "by": self.by.value,
            "station": None if self.station is None else str(self.station),
            "team": None if self.team is None else str(self.team),
            "project": None if self.project is None else str(self.project),
            "category": self.category,
            "age": self.age,
            "sex": self.sex,
            "party": None if self.party is None else YES if self.party else NO,
        }
        return {name: value for name, value in (self.question.args() | own | other).items() if value is not None}

    def narrowed(self, key: str) -> FactsQuestion | None:
        """Return the question about one row alone, or None where the row is no place of its own."""
        if key in NOT_A_PLACE:
            return None
        narrow: dict[By, Callable[[], FactsQuestion]] = {
            By.REGION: lambda: replace(self, question=self.question.at(key)),
            By.STATION: lambda: replace(self, station=int(key)),
            By.TEAM: lambda: replace(self, team=int(key)),
            By.PROJECT: lambda: replace(self, by=By.MONTH, project=int(key)),
            By.CATEGORY: lambda: replace(self, by=By.STATION, category=key),
            By.AGE: lambda: replace(self, by=By.REGION, age=AgeBand(key)),
            By.SEX: lambda: replace(self, by=By.REGION, sex=Sex(key)),
            By.PARTY: lambda: replace(self, by=By.REGION, party=key == YES),
            By.MONTH: lambda: replace(self, by=By.REGION, question=_in_month(self.question, key)),
            By.HOURS_CLASS: lambda: replace(
                self, by=By.STATION, question=replace(self.question, classes=(HoursClass(key),))
            ),
        }
        return narrow[self.by]()


def _in_month(question: Question, key: str) -> Question:
    since, until = periods.month(date.fromisoformat(f"{key}-01"))
    return replace(
        question,
        since=max(since, question.since) if question.since else since,
        until=min(until, question.until) if question.until else until,
    )


def parse_facts(args: Args, *, default_region: str, now: datetime) -> FactsQuestion:
    """Read the question from query arguments. Raises Unprocessable with the argument's name as `field`."""
    question = parse(args, default_region=default_region, now=now)
    return FactsQuestion(
        question=question,
        by=_choice(args, "by", By) or By.REGION,
        station=_number(args, "station"),
        team=_number(args, "team"),
        project=_number(args, "project"),
        category=_choice(args, "category", _category),
        age=_choice(args, "age", AgeBand),
        sex=_choice(args, "sex", Sex),
        party=_choice(args, "party", _yes_or_no),
    )


def _one(args: Args, name: str) -> str:
    return next((value.strip() for value in args.get(name, ()) if value.strip()), "")


def _choice(args: Args, name: str, read: Callable[[str], Read]) -> Read | None:
    text = _one(args, name)
    try:
        return read(text) if text else None
    except ValueError:
        raise Unprocessable("bad_choice", N_("请选择列表中的一项。"), field=name) from None


def _category(text: str) -> str:
    if text not in CATEGORIES:
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> bool:
    if text not in (YES, NO):
        raise ValueError(text)
    return text == YES


def _number(args: Args, name: str) -> int | None:
    text = _one(args, name)
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,15}", text, re.ASCII):
        raise Unprocessable("bad_number", N_("请选择列表中的一项。"), field=name)
    return int(text)
