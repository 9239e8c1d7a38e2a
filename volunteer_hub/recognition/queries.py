"""Reads star levels, grants, and what was entered about somebody beside the hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursBalance, HoursClass
from volunteer_hub.recognition.models import (
    Evaluation,
    Honour,
    StarChoice,
    StarGrant,
    StarLevel,
    Training,
)
from volunteer_hub.recognition.stars import DEFAULT, Star, StarRule, StarStanding, standing
from volunteer_hub.regions.codes import codes_above
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer

#: What is shown of each kind on one page.
SHOWN = 50


def star_rule(region_code: str, as_of: datetime | None = None) -> StarRule:
    """Return the levels that hold for an area now, or held at an instant."""
    return star_rules([region_code], as_of)[region_code]


def star_rules(codes: Iterable[str], as_of: datetime | None = None) -> dict[str, StarRule]:
    """Return the levels that held for each area, by code: its own latest choice, else that of the nearest above.

    Where none has chosen the default holds. Choices of the past hold for the past. Two statements.
    """
    lines = {code: [*codes_above(code), code] for code in codes}
    wanted = {area for line in lines.values() for area in line}
    statement = select(StarChoice).where(StarChoice.region_code.in_(wanted)).order_by(StarChoice.id)
    if as_of is not None:
        statement = statement.where(StarChoice.chosen_at <= as_of)
    latest = {choice.region_code: choice for choice in db.session.scalars(statement)}
    levels = _levels([choice.id for choice in latest.values()])
    chosen = {area: _rule(choice, levels[choice.id]) for area, choice in latest.items()}
    return {
        code: next((chosen[area] for area in reversed(line) if area in chosen), DEFAULT)
        for code, line in lines.items()
    }


def _levels(choice_ids: list[int]) -> dict[int, list[Star]]:
    found: dict[int, list[Star]] = defaultdict(list)
    if choice_ids:
        statement = select(StarLevel).where(StarLevel.choice_id.in_(choice_ids)).order_by(StarLevel.level)
        for row in db.session.scalars(statement):
            found[row.choice_id].append(Star(row.level, row.minutes, row.name))
    return found


def _rule(choice: StarChoice, stars: list[Star]) -> StarRule:
    classes = frozenset(HoursClass(letter) for letter in choice.classes)
    return StarRule(tuple(stars), classes, choice.source, choice.region_code)


def list_choices(region_code: str) -> list[tuple[StarChoice, list[Star]]]:
    """Return every choice an area made itself, the latest first, with its levels."""
    statement = select(StarChoice).where(StarChoice.region_code == region_code).order_by(StarChoice.id.desc())
    choices = list(db.session.scalars(statement))
    levels = _levels([choice.id for choice in choices])
    return [(choice, levels[choice.id]) for choice in choices]


def sums_of(balance: HoursBalance | None) -> dict[HoursClass, int]:
    """Return a balance's minutes by class."""
    return {kind: getattr(balance, f"class_{kind.value.lower()}") if balance else 0 for kind in HoursClass}


@dataclass(frozen=True)
class OwnStar:
    """Where somebody stands now by the levels of where they live, and which levels were granted."""

    rule: StarRule
    standing: StarStanding
    grants: list[StarGrant]

    @property
    def in_doubt(self) -> list[StarGrant]:
        """Return the grants whose hours have since been reversed in part."""
        return [grant for grant in self.grants if grant.under_review_since is not None]


def own_star(volunteer_id: int, now: datetime) -> OwnStar:
    """Return where somebody stands; by the default levels where the register no longer says where they live."""
    lives = volunteers.standing_at(volunteer_id, now)
    rule = star_rule(lives.region_code, now) if lives else DEFAULT
    balance = db.session.get(HoursBalance, volunteer_id)
    return OwnStar(rule, standing(rule, sums_of(balance)), list_grants(volunteer_id))


def list_grants(volunteer_id: int) -> list[StarGrant]:
    """Return the levels granted to somebody and not withdrawn, the highest first."""
    statement = select(StarGrant).where(StarGrant.volunteer_id == volunteer_id, StarGrant.withdrawn_at.is_(None))
    return list(db.session.scalars(statement.order_by(StarGrant.level.desc())))


def page_grants(scope: Scope, *, in_doubt: bool, number: int) -> Page[AnyRow]:
    """Return (grant, volunteer) of a scope: those in doubt, or all that stand, the latest first."""
    statement = _grants(scope).where(StarGrant.withdrawn_at.is_(None))
    if in_doubt:
        statement = statement.where(StarGrant.under_review_since.is_not(None))
    return page_of(db.session, statement.order_by(StarGrant.granted_at.desc(), StarGrant.id.desc()), number, 30)


def get_grant(scope: Scope, grant_id: int) -> StarGrant:
    """Return one grant. Raises NotFound outside the scope."""
    row = db.session.execute(_grants(scope).where(StarGrant.id == grant_id)).first()
    if row is None:
        raise NotFound
    grant: StarGrant = row[0]
    return grant


def _grants(scope: Scope) -> AnySelect:
    return (
        select(StarGrant, Volunteer)
        .join(Volunteer, Volunteer.id == StarGrant.volunteer_id)
        .where(scope.where(region=StarGrant.region_code))
    )


def _whose(model: type[Training | Honour | Evaluation], volunteer_id: int) -> ColumnElement[bool]:
    """Return the condition that a row is about a person, under a registration merged into this one too."""
    merged = select(Volunteer.id).where(Volunteer.merged_into_id == volunteer_id)
    return or_(model.volunteer_id == volunteer_id, model.volunteer_id.in_(merged))


def list_trainings(volunteer_id: int) -> list[Training]:
    """Return the trainings of somebody that stand, the latest first."""
    statement = select(Training).where(_whose(Training, volunteer_id), Training.taken_back_at.is_(None))
    return list(db.session.scalars(statement.order_by(Training.held_on.desc(), Training.id.desc()).limit(SHOWN)))


def list_honours(volunteer_id: int) -> list[Honour]:
    """Return the honours of somebody that stand, the latest first."""
    statement = select(Honour).where(_whose(Honour, volunteer_id), Honour.taken_back_at.is_(None))
    return list(db.session.scalars(statement.order_by(Honour.granted_on.desc(), Honour.id.desc()).limit(SHOWN)))


def list_evaluations(volunteer_id: int) -> list[AnyRow]:
    """Return (evaluation, title of the activity) of somebody that stand, the latest first."""
    statement = (
        select(Evaluation, Activity.title)
        .join(Shift, Shift.id == Evaluation.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(_whose(Evaluation, volunteer_id), Evaluation.taken_back_at.is_(None))
        .order_by(Evaluation.evaluated_on.desc(), Evaluation.id.desc())
    )
    return list(db.session.execute(statement.limit(SHOWN)))


def map_homes(volunteer_ids: Iterable[int]) -> dict[int, str]:
    """Return where each of these people lives now, by id; who has left the register is left out."""
    rows = db.session.execute(
        select(Standing.volunteer_id, Standing.region_code).where(
            and_(Standing.volunteer_id.in_(list(volunteer_ids)), Standing.until == STILL)
        )
    )
    return {row.volunteer_id: row.region_code for row in rows}
