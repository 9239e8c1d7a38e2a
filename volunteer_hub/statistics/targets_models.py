"""What an area is to reach: one row for each word an office has said about it, never rewritten."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class Over(StrEnum):
    """Which services count towards a target: all there ever were, or those of the target's year."""

    EVER = "ever"
    YEAR = "year"


class Target(Base):
    """A threshold for one figure of an area in one year. Append-only; of several versions the last one holds."""

    __tablename__ = "targets"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: The key of a definition.
    figure: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    #: The base of the population it is measured against, where the figure has one; else empty.
    basis: Mapped[str] = mapped_column(String(24))
    over: Mapped[Over] = mapped_column(choice(Over))
    #: The classes of hours that count, for instance ABC.
    classes: Mapped[str] = mapped_column(String(4))
    #: At least so much: hundredths of a percent, of an hour or of one, by the figure's unit.
    hundredths: Mapped[int] = mapped_column(BigKey)
    #: The paper that says so.
    source: Mapped[str]
    version: Mapped[int]
    #: Taken back: nothing is asked for any more.
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    set_at: Mapped[datetime]
    set_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("region_code", "figure", "year", "basis", "version"),
        Index(None, "region_code", "set_at"),
        CheckConstraint("hundredths > 0", name="positive"),
        CheckConstraint("year BETWEEN 1949 AND 2200", name="plausible_year"),
        CheckConstraint("version > 0", name="numbered"),
    )
