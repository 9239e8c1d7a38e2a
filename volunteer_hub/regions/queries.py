"""Reads divisions, the population set against them, and what areas have chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, exists, select, tuple_, union_all
from sqlalchemy.orm import aliased

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.regions.codes import codes_above, full_code
from volunteer_hub.regions.models import AreaSettings, PopulationBase, PopulationFigure, Region, RegionLevel

#: Words of a search beyond these are not looked at.
MOST_WORDS = 5


def find_region(code_or_prefix: str) -> Region | None:
    """Return the division of a code or of its significant digits (220403), or None."""
    code = full_code(code_or_prefix)
    return db.session.get(Region, code) if code else None


def get_region(code_or_prefix: str) -> Region:
    """Return the division of a code or of its significant digits. Raises NotFound."""
    region = find_region(code_or_prefix)
    if region is None:
        raise NotFound
    return region


def get_managed(scope: Scope, code_or_prefix: str) -> Region:
    """Return a division that lies in the scope. Raises NotFound, outside it too."""
    region = get_region(code_or_prefix)
    if not scope.covers(region=region.code):
        raise NotFound
    return region


def list_children(code: str | None) -> list[Region]:
    """Return the divisions directly below one, by code; without one, the top of what is loaded."""
    below = Region.parent_code == code if code else Region.parent_code.is_(None)
    return list(db.session.scalars(select(Region).where(below).order_by(Region.code)))


def list_ancestors(code: str) -> list[Region]:
    """Return the divisions above one, from the province down, without itself."""
    return list(db.session.scalars(select(Region).where(Region.code.in_(codes_above(code))).order_by(Region.level)))


def list_tops(scope: Scope) -> list[Region]:
    """Return the divisions at which the scope begins: one's own districts, or the top of what is loaded."""
    if scope.everything:
        return list_children(None)
    codes = {code for prefix in scope.regions if (code := full_code(prefix))}
    return list(db.session.scalars(select(Region).where(Region.code.in_(codes)).order_by(Region.code)))


def map_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the name of each of the divisions, by code."""
    rows = db.session.execute(select(Region.code, Region.name).where(Region.code.in_(set(codes))))
    return {row.code: row.name for row in rows}


def have_children(regions: Sequence[Region]) -> set[str]:
    """Return the codes of those that have divisions below them."""
    codes = [region.code for region in regions]
    parents = db.session.scalars(select(Region.parent_code).where(Region.parent_code.in_(codes)).distinct())
    return {code for code in parents if code}


def search_regions(text: str, within: str | None = None, limit: int = 20) -> list[Region]:
    """Return divisions whose full name holds every word, the shortest way down first.

    Where the last word stands in a division's own name, it comes before those that merely lie below such
    a one. Over the whole country it takes half a second; `within` a subtree it is quick.
    """
    words = text.split()[:MOST_WORDS]
    if not words:
        return []
    statement = select(Region).where(and_(*(Region.full_name.contains(word, autoescape=True) for word in words)))
    if within:
        statement = statement.where(in_region(Region.code, within))
    own_name = case((Region.name.contains(words[-1], autoescape=True), 0), else_=1)
    statement = statement.order_by(own_name, Region.level, Region.code)
    return list(db.session.scalars(statement.limit(limit)))


def home_region(configured: str) -> Region | None:
    """Return where pages open: the configured division, else the one all that is loaded lies in, else None.

    A deployment that loaded one district needs no setting: the way down is followed while there is no choice.
    """
    chosen = find_region(configured)
    if chosen is not None:
        return chosen
    home, below = None, _find_only_child(None)
    while below is not None and (home is None or home.level < RegionLevel.COUNTY):
        home, below = below, _find_only_child(below)
    return home


def _find_only_child(region: Region | None) -> Region | None:
    below = Region.parent_code == region.code if region else Region.parent_code.is_(None)
    children = db.session.scalars(select(Region).where(below).limit(2)).all()
    return children[0] if len(children) == 1 else None


def get_residence(code: str) -> Region:
    """Return the division a person may be said to live in: the lowest there is. Raises NotFound."""
    region = get_region(code)
    if have_children([region]):
        raise NotFound
    return region


def has_elsewhere(home: Region) -> bool:
    """Tell whether anything is loaded beside a division, what lies in it and what lies above it."""
    other = aliased(Region)
    outside = ~in_region(other.code, home.code) & other.code.not_in(codes_above(home.code))
    return bool(db.session.scalar(select(exists().where(outside))))


def list_population(region_code: str) -> list[PopulationFigure]:
    """Return every population figure that holds for one division, by base, the latest year first."""
    return list_population_of([region_code])


def list_population_of(codes: Iterable[str]) -> list[PopulationFigure]:
    """Return every population figure that holds for several divisions, by division and base, latest year first."""
    order = (PopulationFigure.region_code, PopulationFigure.base, PopulationFigure.year.desc())
    statement = select(PopulationFigure).where(
        PopulationFigure.region_code.in_(list(codes)), ~PopulationFigure.withdrawn
    )
    return list(db.session.scalars(statement.where(_entered_last(None)).order_by(*order)))


def list_population_history(region_code: str) -> list[PopulationFigure]:
    """Return every row ever entered for a division, by base and year, the latest of both first."""
    statement = select(PopulationFigure).where(PopulationFigure.region_code == region_code)
    order = (
        PopulationFigure.base,
        PopulationFigure.year.desc(),
        PopulationFigure.entered_at.desc(),
        PopulationFigure.id.desc(),
    )
    return list(db.session.scalars(statement.order_by(*order)))


def find_population(region_code: str, base: PopulationBase, year: int | None = None) -> PopulationFigure | None:
    """Return a division's figure of a base that holds now: the latest, or the latest of that year or earlier."""
    figures = [
        figure
        for figure in list_population(region_code)
        if figure.base is base and (year is None or figure.year <= year)
    ]
    return max(figures, key=lambda figure: figure.year, default=None)


def find_entered_last(region_code: str, base: PopulationBase, year: int) -> PopulationFigure | None:
    """Return the row entered last for a division, base and year, withdrawn or not."""
    statement = select(PopulationFigure).filter_by(region_code=region_code, base=base, year=year)
    return db.session.scalar(
        statement.order_by(PopulationFigure.entered_at.desc(), PopulationFigure.id.desc()).limit(1)
    )


def populations_at(
    codes: Iterable[str], base: PopulationBase, year: int | None, as_of: datetime
) -> dict[str, PopulationFigure]:
    """Return for each division the figure of a base as it was known at an instant, by code.

    Of the year asked for, or else of the latest year up to the instant's own. Divisions of which none was
    known by then are left out. One statement.
    """
    known = select(PopulationFigure).where(
        PopulationFigure.region_code.in_(list(codes)),
        PopulationFigure.base == base,
        PopulationFigure.year == year if year else PopulationFigure.year <= clock.civil_date(as_of).year,
        PopulationFigure.entered_at <= as_of,
        ~PopulationFigure.withdrawn,
        _entered_last(as_of),
    )
    return {figure.region_code: figure for figure in db.session.scalars(known.order_by(PopulationFigure.year))}


def _entered_last(as_of: datetime | None) -> ColumnElement[bool]:
    """Return the condition that nothing was entered for the same division, base and year later, by an instant."""
    later = aliased(PopulationFigure)
    same = exists().where(
        later.region_code == PopulationFigure.region_code,
        later.base == PopulationFigure.base,
        later.year == PopulationFigure.year,
        tuple_(later.entered_at, later.id) > tuple_(PopulationFigure.entered_at, PopulationFigure.id),
    )
    return ~(same if as_of is None else same.where(later.entered_at <= as_of))


@dataclass(frozen=True)
class Choice:
    """What holds for an area: chosen by itself, by an area above it, or by nobody (`chosen_by` is None)."""

    chosen_by: str | None = None
    publishes_ratios: bool = False
    counted_assurance: int = 0


def find_settings(region_code: str, as_of: datetime | None = None) -> Choice:
    """Return what holds for an area now, or held at an instant: see `settings_at`."""
    return settings_at([region_code], as_of)[region_code]


def settings_at(codes: Iterable[str], as_of: datetime | None) -> dict[str, Choice]:
    """Return what held for each area at an instant, or holds now, by code. One statement.

    That is its own latest choice by then, else that of the nearest area above, else the defaults.
    """
    lines = {code: [*codes_above(code), code] for code in codes}
    wanted = {area for line in lines.values() for area in line}
    statement = select(AreaSettings).where(AreaSettings.region_code.in_(wanted)).order_by(AreaSettings.id)
    if as_of is not None:
        statement = statement.where(AreaSettings.chosen_at <= as_of)
    chosen = {
        row.region_code: Choice(row.region_code, row.publishes_ratios, row.counted_assurance)
        for row in db.session.scalars(statement)
    }
    return {
        code: next((chosen[area] for area in reversed(line) if area in chosen), Choice())
        for code, line in lines.items()
    }


def counted_assurances_at(codes: Iterable[str], as_of: datetime) -> dict[str, int]:
    """Return for each division the assurance from which a person counted there at an instant. One statement."""
    return {code: choice.counted_assurance for code, choice in settings_at(codes, as_of).items()}


def list_choices(region_code: str) -> list[AreaSettings]:
    """Return every choice an area made itself, the latest first."""
    statement = select(AreaSettings).where(AreaSettings.region_code == region_code)
    return list(db.session.scalars(statement.order_by(AreaSettings.id.desc())))


def list_epochs(region_code: str) -> list[datetime]:
    """Return the instants at which a division's denominators may have changed, in order.

    Between two of them `populations_at` and `settings_at` give the same for every instant.
    """
    lineage = [*codes_above(region_code), region_code]
    entered = select(PopulationFigure.entered_at).where(PopulationFigure.region_code == region_code)
    chosen = select(AreaSettings.chosen_at).where(AreaSettings.region_code.in_(lineage))
    instants = set(db.session.scalars(union_all(entered, chosen)))
    years = select(PopulationFigure.year).where(PopulationFigure.region_code == region_code).distinct()
    # The latest year up to the instant's own is taken: a new year may bring another figure.
    instants |= {clock.at(date(year, 1, 1)) for year in db.session.scalars(years)}
    return sorted(instants)
