"""Divisions, the population set against them, and what an area has chosen: both as rows that are never rewritten."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, false
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class RegionLevel(IntEnum):
    """The five levels of the National Bureau of Statistics codes, and the grid below them."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    STREET = 4
    COMMUNITY = 5
    GRID = 6


class PopulationBase(StrEnum):
    """Which people a population figure counts. Two ratios over different bases cannot be compared."""

    CENSUS = "census"
    RESIDENT = "resident"
    BUILT_UP = "built_up"


class Region(Base):
    """One division; its subtree is the range of codes that begin with its significant digits."""

    __tablename__ = "regions"

    #: 12 digits of the National Bureau of Statistics, zero-filled on the right.
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    #: Names from the province down, for search and for print.
    full_name: Mapped[str]

    __table_args__ = (
        CheckConstraint("length(code) = 12", name="code_has_12_digits"),
        CheckConstraint("level BETWEEN 1 AND 6", name="known_level"),
        Index(None, "parent_code"),
    )


class PopulationFigure(Base):
    """The people of a division by one base in one year, with its source: the denominator of a ratio.

    Append-only: triggers refuse UPDATE and DELETE. Of several rows for the same division, base and year
    the one entered last holds, from `entered_at` on: what was asked before has its answer still.
    """

    __tablename__ = "population_figures"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    base: Mapped[PopulationBase] = mapped_column(choice(PopulationBase))
    year: Mapped[int]
    value: Mapped[int] = mapped_column(BigKey)
    source: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    #: The figure of this base and year was entered by mistake, and none holds from now on.
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index(None, "region_code", "base", "year", "entered_at"),
        CheckConstraint("value > 0", name="positive"),
        CheckConstraint("year BETWEEN 1949 AND 2200", name="plausible_year"),
    )


class AreaSettings(Base):
    """What an area's office has chosen for its own figures, from `chosen_at` until it chooses again. Append-only."""

    __tablename__ = "area_settings"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: Aggregate ratios may be read without signing in.
    publishes_ratios: Mapped[bool] = mapped_column(default=False)
    #: Identity assurance from which a volunteer counts in official figures (0–3).
    counted_assurance: Mapped[int] = mapped_column(SmallInteger, default=0)
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[str]

    __table_args__ = (
        CheckConstraint("counted_assurance BETWEEN 0 AND 3", name="known_assurance"),
        Index(None, "region_code", "chosen_at"),
    )
