"""What is folded from the register and the ledger, by day, and what is still to be folded.

Nothing here is a source: every row can be made again from `standings` and `hours_entries`, and
`flask statistics verify` does so.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey

#: The counted columns, in the order in which the fold writes them.
MEASURES = ("registered", "best_a", "best_b", "best_c", "best_d", "minutes_a", "minutes_b", "minutes_c", "minutes_d")


class Measures:
    """What is counted of some people, as of the end of a day, over a period of service."""

    #: People in the register; counted in the period that is the whole ledger only.
    registered: Mapped[int]
    #: People by the most trusted class of their hours in the period: whoever has A is in `best_a`.
    best_a: Mapped[int]
    best_b: Mapped[int]
    best_c: Mapped[int]
    best_d: Mapped[int]
    minutes_a: Mapped[int] = mapped_column(BigInteger)
    minutes_b: Mapped[int] = mapped_column(BigInteger)
    minutes_c: Mapped[int] = mapped_column(BigInteger)
    minutes_d: Mapped[int] = mapped_column(BigInteger)


class FigureDay(Measures, Base):
    """The counts of a division's subtree as they were known at the end of a day, until the next row.

    A row is there for every day on which something changed, so the counts of any day are those of the
    last row up to it. Divisions above those of residence have rows of their own: nothing is added up on
    reading.
    """

    __tablename__ = "figure_days"

    #: 12 digits, of a division in which somebody lives or of one above it, whether listed or not.
    region_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    #: 0 is the whole ledger, 2026 a year of service, 202611 a month of service.
    period: Mapped[int] = mapped_column(primary_key=True)
    assurance: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    #: Civil date as whose last moment the counts stand.
    day: Mapped[date] = mapped_column(primary_key=True)

    __table_args__ = (
        CheckConstraint("assurance BETWEEN 0 AND 3", name="known_assurance"),
        # Without a rowid, neighbouring days of a division lie beside one another on SQLite.
        {"sqlite_with_rowid": False},
    )


class FigureDelta(Measures, Base):
    """What one batch of the fold adds, from a day on. Empty outside its transaction."""

    __tablename__ = "figure_deltas"

    region_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    assurance: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class FigureChange(Base):
    """A change of a person's ledger or standing that is not folded yet. Written by triggers only.

    For a standing it keeps what stood there before, so that the fold knows what it has counted: empty
    where the standing is new. The row and the change commit together, in whatever order others commit.
    """

    __tablename__ = "figure_changes"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(BigKey)
    entry_id: Mapped[int | None] = mapped_column(BigKey)
    standing_id: Mapped[int | None] = mapped_column(BigKey)
    old_region_code: Mapped[str | None] = mapped_column(String(12))
    old_assurance: Mapped[int | None] = mapped_column(SmallInteger)
    old_since: Mapped[datetime | None]
    old_until: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "volunteer_id"),
        UniqueConstraint("entry_id"),
        CheckConstraint("(entry_id IS NULL) <> (standing_id IS NULL)", name="one_subject"),
        # An id is never used twice, also not after the last row is gone: the data's version counts on it.
        {"sqlite_autoincrement": True},
    )


class FigureState(Base):
    """How far the fold has come: one row, or none where nothing was ever folded."""

    __tablename__ = "figure_state"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: When the rollups were last made from nothing.
    built_at: Mapped[datetime]
    #: Whatever was committed before this instant is in them.
    folded_through: Mapped[datetime]
    #: How often anything was folded: whoever reads twice sees whether it has moved in between.
    folds: Mapped[int] = mapped_column(BigKey)
    #: The highest change ever folded.
    last_change: Mapped[int] = mapped_column(BigKey)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
