"""Loads divisions, enters population figures, and keeps what areas choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, func, insert, select, update

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, dialect
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import in_region
from volunteer_hub.core.text import N_
from volunteer_hub.regions import queries
from volunteer_hub.regions.divisions import Division
from volunteer_hub.regions.models import AreaSettings, PopulationBase, PopulationFigure, Region

EARLIEST_YEAR = 1949
MOST_PEOPLE = 2_000_000_000


@dataclass(frozen=True)
class Loaded:
    """How many divisions were added and renamed."""

    added: int = 0
    renamed: int = 0

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(self.added + other.added, self.renamed + other.renamed)


def load_divisions(actor: Actor, batch: Sequence[Division], *, now: datetime) -> Loaded:
    """Add a batch of divisions, in the order of their codes and parents first; take over changed names.

    A second time it changes nothing. Divisions that are no longer listed stay: people live in them.
    """
    known = _names_between(batch[0].code, batch[-1].code) if batch else {}
    new = [division for division in batch if division.code not in known]
    renamed = [division for division in batch if known.get(division.code, division.name) != division.name]
    if new:
        db.session.execute(insert(Region.__table__), [division._asdict() for division in new])  # type: ignore[arg-type]  # declared as FromClause, is a Table
    for division in renamed:
        _rename(division)
    loaded = Loaded(len(new), len(renamed))
    if new or renamed:
        audit.record(
            actor,
            "regions.load",
            "region",
            batch[0].code,
            now=now,
            last=batch[-1].code,
            added=loaded.added,
            renamed=loaded.renamed,
        )
    return loaded


def _names_between(first: str, last: str) -> dict[str, str]:
    rows = db.session.execute(select(Region.code, Region.name).where(Region.code.between(first, last)))
    return {row.code: row.name for row in rows}


def _rename(division: Division) -> None:
    """Take over a name, and let the full names below begin with the new one."""
    old = queries.get_region(division.code).full_name
    db.session.execute(
        update(Region)
        .where(in_region(Region.code, division.code), Region.full_name.startswith(old, autoescape=True))
        .values(full_name=division.full_name + func.substr(Region.full_name, len(old) + 1, type_=String))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(Region)
        .where(Region.code == division.code)
        .values(name=division.name, full_name=division.full_name)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def set_population(
    actor: Actor,
    region_code: str,
    base: PopulationBase,
    year: int,
    value: int,
    source: str,
    *,
    now: datetime,
) -> PopulationFigure:
    """Set the people of a division by a base in a year, from now on; what stood there before is kept as it was.

    Leaves a row in the trail. Raises NotFound for an unknown division, DomainError at the field at fault.
    """
    region = queries.get_region(region_code)
    source = source.strip()
    _check_figure(year, value, source, now)
    held = _take_turn_at(region.code, base, year)
    old = {"old_value": held.value, "old_source": held.source} if held and not held.withdrawn else {}
    figure = PopulationFigure(region_code=region.code, base=base, year=year, value=value, source=source)
    _enter(actor, "regions.set_population", figure, held, now=now, **old)
    return figure


def withdraw_population(actor: Actor, region_code: str, base: PopulationBase, year: int, *, now: datetime) -> None:
    """Let no figure hold for a base and year from now on: it was entered by mistake.

    Questions about earlier instants still find it. Raises NotFound where none holds.
    """
    held = _take_turn_at(region_code, base, year)
    if held is None or held.withdrawn:
        raise NotFound
    figure = PopulationFigure(
        region_code=held.region_code, base=base, year=year, value=held.value, source=held.source, withdrawn=True
    )
    _enter(actor, "regions.withdraw_population", figure, held, now=now)


def _take_turn_at(code: str, base: PopulationBase, year: int) -> PopulationFigure | None:
    """Return the row entered last for a base and year, once nobody else is entering one."""
    dialect.take_turn(db.session, f"population:{code}:{base}:{year}")
    return queries.find_entered_last(code, base, year)


def _enter(
    actor: Actor, action: str, figure: PopulationFigure, held: PopulationFigure | None, *, now: datetime, **old: Any
) -> None:
    # Who waited for another's turn came later, whatever their clocks say.
    figure.entered_at = max(now, held.entered_at) if held else now
    figure.entered_by = actor.label
    db.session.add(figure)
    db.session.flush()
    said = {"base": figure.base.value, "year": figure.year, "value": figure.value, "source": figure.source, **old}
    audit.record(actor, action, "population_figure", figure.id, now=now, region=figure.region_code, **said)


def _check_figure(year: int, value: int, source: str, now: datetime) -> None:
    latest = clock.civil_date(now).year
    if not EARLIEST_YEAR <= year <= latest:
        raise DomainError(
            "year_out_of_range",
            N_("年份应在 %(first)s 至 %(last)s 之间。"),
            field="year",
            first=EARLIEST_YEAR,
            last=latest,
        )
    if not 0 < value <= MOST_PEOPLE:
        raise DomainError("population_out_of_range", N_("人口数应是大于 0 的整数。"), field="value")
    if not source:
        raise DomainError("source_missing", N_("请写明数据来源。"), field="source")
    if len(source) > 200:
        raise DomainError("source_too_long", N_("数据来源最多 200 个字。"), field="source")


def choose_settings(
    actor: Actor, region_code: str, *, publishes_ratios: bool, counted_assurance: int, now: datetime
) -> AreaSettings:
    """Keep what an area chooses for its figures and those below it, from now on; leaves a row in the trail.

    What it chose before still holds for questions about earlier instants. Raises NotFound.
    """
    region = queries.get_region(region_code)
    if counted_assurance not in range(4):
        raise DomainError("assurance_unknown", N_("请选择列表中的一项。"), field="counted_assurance")
    dialect.take_turn(db.session, f"area_settings:{region.code}")
    held = next(iter(queries.list_choices(region.code)), None)
    chosen = AreaSettings(
        region_code=region.code,
        publishes_ratios=publishes_ratios,
        counted_assurance=counted_assurance,
        # Who waited for another's turn came later, whatever their clocks say.
        chosen_at=max(now, held.chosen_at) if held else now,
        chosen_by=actor.label,
    )
    db.session.add(chosen)
    db.session.flush()
    said: dict[str, Any] = {"publishes_ratios": publishes_ratios, "counted_assurance": counted_assurance}
    if held:
        said |= {"old_publishes_ratios": held.publishes_ratios, "old_counted_assurance": held.counted_assurance}
    audit.record(actor, "regions.choose_settings", "area_settings", region.code, now=now, region=region.code, **said)
    return chosen
