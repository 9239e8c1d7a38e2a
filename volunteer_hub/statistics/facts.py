"""Services done, counted along one dimension: people, times, hours, activities and whom they reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import func, or_, select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics.facts_counting import Narrowed, count_activities, count_people
from volunteer_hub.statistics.facts_dimensions import Dimension, Name, dimension
from volunteer_hub.statistics.facts_question import FactsQuestion
from volunteer_hub.statistics.question import ALL_CLASSES
from volunteer_hub.teams.models import Team

Tree = TypeVar("Tree", Station, Team)


@dataclass(frozen=True)
class Fact:
    """One row: the services of one place, band or month; or of all of them together."""

    #: What narrows the question to this row; see `FactsQuestion.narrowed`.
    key: str
    name: str
    #: 人数: each person once in this row.
    people: int = 0
    #: 人次: credits of the ledger.
    times: int = 0
    #: 小时, in whole minutes.
    minutes: int = 0
    #: Of the chosen classes only; others are absent.
    class_minutes: Mapping[HoursClass, int] = field(default_factory=dict)
    #: Activities at which somebody of this row served, each once.
    activities: int = 0
    #: 受益人次 of those activities, as far as stations have reported them; None where rows go by person or hour.
    beneficiaries: int | None = None
    #: The name is a marked sentence, to be translated.
    is_marked: bool = False


@dataclass(frozen=True)
class FactsAnswer:
    """A question with its rows, and the whole, in which everybody counts once more."""

    asked: FactsQuestion
    #: Of the division asked for.
    full_name: str
    whole: Fact
    rows: Sequence[Fact]
    #: The last ledger entry there was: what the data looked like.
    version: str
    #: Names of what narrows the question, by argument: station, team, project.
    filters: Mapping[str, str]

    @property
    def adds_up(self) -> bool:
        """Tell whether the people of the rows happen to add up to those of the whole."""
        return sum(row.people for row in self.rows) == self.whole.people


def facts(asked: FactsQuestion, scope: Scope) -> FactsAnswer:
    """Count what a question asks for.

    A number of statements that depends on the question's kind, never on the rows. Raises NotFound for a
    division, station or team that does not exist, and for a division outside the scope.
    """
    here, parts = _divisions(asked.question.region, scope)
    narrowed, filters = _narrow(asked)
    along = dimension(asked, parts)
    found = _count(asked, along, narrowed)
    whole = replace(found.pop(None), key="", name=here.name)
    return FactsAnswer(asked, here.full_name, whole, _rows(asked, along, found), _version(), filters)


def refuse(asked: FactsQuestion, scope: Scope) -> None:
    """Raise NotFound where `facts` would, without counting anything."""
    _divisions(asked.question.region, scope)
    _narrow(asked)


def _divisions(region: str, scope: Scope) -> tuple[Region, list[Region]]:
    wanted = or_(Region.code == region, Region.parent_code == region)
    found = db.session.scalars(
        select(Region).where(wanted, scope.where(region=Region.code)).order_by(Region.code)
    ).all()
    here = next((row for row in found if row.code == region), None)
    if here is None:
        raise NotFound
    return here, [row for row in found if row.code != region]


def _narrow(asked: FactsQuestion) -> tuple[Narrowed, dict[str, str]]:
    """Return what the chosen station and team cover, and their names."""
    filters: dict[str, str] = {}
    station = _get(Station, asked.station)
    team = _get(Team, asked.team)
    if station:
        filters["station"] = station.name
    if team:
        filters["team"] = team.name
    return Narrowed(
        select(Station.id).where(Station.path.startswith(station.path, autoescape=True)) if station else None,
        select(Team.id).where(Team.path.startswith(team.path, autoescape=True)) if team else None,
    ), filters


def _get(model: type[Tree], key: int | None) -> Tree | None:
    if key is None:
        return None
    found = db.session.get(model, key)
    if found is None:
        raise NotFound
    return found


def _count(asked: FactsQuestion, along: Dimension, narrowed: Narrowed) -> dict[str | None, Fact]:
    """Return what was counted by the key of the row, with None for the whole; names are still missing."""
    found: dict[str | None, Fact] = {}
    for is_whole, key, people, times, *minutes in count_people(asked, along.key, narrowed):
        by_class = dict(zip(ALL_CLASSES, (int(number or 0) for number in minutes), strict=True))
        found[None if is_whole else key] = Fact(
            key=key or "",
            name="",
            people=people,
            times=int(times or 0),
            minutes=sum(by_class.values()),
            class_minutes={kind: by_class[kind] for kind in asked.question.classes},
            beneficiaries=None if asked.is_personal else 0,
        )
    for is_whole, key, activities, beneficiaries in count_activities(asked, along.key, narrowed):
        place = None if is_whole else key
        so_far = found.get(place)
        if so_far is None:
            # This row's first service was committed between the two statements: it comes with the next look.
            continue
        served = None if asked.is_personal else (so_far.beneficiaries or 0) + int(beneficiaries)
        found[place] = replace(so_far, activities=so_far.activities + activities, beneficiaries=served)
    return found


def _rows(asked: FactsQuestion, along: Dimension, found: Mapping[str | None, Fact]) -> list[Fact]:
    """Return the rows in order: those that are always shown, those only now known, and the rest."""
    keys = {key for key in found if key is not None}
    others = along.find_names(sorted(keys - along.rows.keys() - along.rest.keys()))
    names = along.rows | others | {key: name for key, name in along.rest.items() if key in keys}
    nothing = Fact(
        "",
        "",
        class_minutes=dict.fromkeys(asked.question.classes, 0),
        beneficiaries=None if asked.is_personal else 0,
    )
    return [_named(found.get(key, nothing), key, name) for key, name in names.items()]


def _named(row: Fact, key: str, name: Name) -> Fact:
    return replace(row, key=key, name=name.text, is_marked=name.is_marked)


def _version() -> str:
    return f"L{db.session.scalar(select(func.max(HoursEntry.id))) or 0}"
