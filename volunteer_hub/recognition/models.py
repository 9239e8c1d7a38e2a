"""Star levels an area has chosen, levels reached, points, and what the law asks to be kept beside the hours."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


def _live(name: str, columns: tuple[str, ...], condition: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(condition), postgresql_where=text(condition))


class StarChoice(Base):
    """A set of star levels an area has chosen, from `chosen_at` until it chooses again. Append-only."""

    __tablename__ = "star_choices"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: Which classes of hours count towards stars: letters, ABCD for all.
    classes: Mapped[str] = mapped_column(String(4))
    #: The paper that sets them.
    source: Mapped[str]
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[str]

    __table_args__ = (
        CheckConstraint("classes <> ''", name="counts_something"),
        Index(None, "region_code", "chosen_at"),
    )


class StarLevel(Base):
    """One level of a choice. Append-only."""

    __tablename__ = "star_levels"

    id: Mapped[PrimaryKey]
    choice_id: Mapped[int] = mapped_column(ForeignKey("star_choices.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    #: Minutes of service from which it is reached.
    minutes: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9 AND minutes > 0", name="plausible"),
        UniqueConstraint("choice_id", "level"),
        UniqueConstraint("choice_id", "minutes"),
    )


class StarGrant(Base):
    """That somebody reached a level: entered once. A fall of the hours questions it and never removes it."""

    __tablename__ = "star_grants"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    #: What the level asked for then, and was called.
    minutes: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    granted_at: Mapped[datetime]
    #: Since when the hours are below what it asked for, because some were reversed.
    under_review_since: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(BigKey)
    withdrawal_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="withdrawn_with_a_reason",
        ),
        _live("uq_star_grants_live", ("volunteer_id", "level"), "withdrawn_at IS NULL"),
        Index(None, "region_code", "under_review_since"),
    )


class PointRule(Base):
    """How many points an area gives for an hour of each class, for what is entered from `since` on. Append-only."""

    __tablename__ = "point_rules"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    class_a: Mapped[int] = mapped_column(SmallInteger)
    class_b: Mapped[int] = mapped_column(SmallInteger)
    class_c: Mapped[int] = mapped_column(SmallInteger)
    class_d: Mapped[int] = mapped_column(SmallInteger)
    since: Mapped[datetime]
    set_by: Mapped[str]

    __table_args__ = (
        CheckConstraint(
            "class_a BETWEEN 0 AND 100 AND class_b BETWEEN 0 AND 100"
            " AND class_c BETWEEN 0 AND 100 AND class_d BETWEEN 0 AND 100",
            name="plausible",
        ),
        Index(None, "region_code", "since"),
    )


class PointKind(StrEnum):
    """Why points came or went. Nothing spends any yet."""

    EARNED = "earned"
    REVERSED = "reversed"
    SPENT = "spent"


class PointEntry(Base):
    """One line of the points. Append-only; folded from the ledger of hours, each of whose lines counts once."""

    __tablename__ = "points"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    kind: Mapped[PointKind] = mapped_column(choice(PointKind))
    points: Mapped[int]
    #: The version of the rule; None for the one that holds where no area has set any.
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("point_rules.id"))
    #: The line of hours it comes from.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entries.id"), unique=True)
    #: What it is for, once: `hours:17`.
    source: Mapped[str] = mapped_column(String(60), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("points.id"), unique=True)
    at: Mapped[datetime]
    note: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "(kind = 'earned' AND points > 0 AND entry_id IS NOT NULL AND reverses_id IS NULL)"
            " OR (kind = 'reversed' AND points <> 0 AND reverses_id IS NOT NULL)"
            " OR (kind = 'spent' AND points < 0 AND entry_id IS NULL AND reverses_id IS NULL)",
            name="sign_fits_kind",
        ),
        Index(None, "volunteer_id", "at"),
    )


class PointMark(Base):
    """Up to which line of hours everything was looked at on a civil date."""

    __tablename__ = "point_marks"

    day: Mapped[date] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigKey)


class Entered:
    """What a manager or an office entered about somebody. Only taking back, with a reason, ever changes it."""

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: Of the shift's station, or where the person lived.
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(BigKey)
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[int | None] = mapped_column(BigKey)
    taken_back_reason: Mapped[str | None]


_TAKEN_BACK = (
    "(taken_back_at IS NULL) = (taken_back_by IS NULL) AND (taken_back_at IS NULL) = (taken_back_reason IS NULL)"
)
_STANDS = "taken_back_at IS NULL"


class Training(Entered, Base):
    """A training somebody took part in (MCA order 67, art. 8)."""

    __tablename__ = "trainings"

    name: Mapped[str] = mapped_column(String(80))
    content: Mapped[str] = mapped_column(String(500))
    #: Minutes learnt; they are no hours of service.
    minutes: Mapped[int]
    organiser: Mapped[str] = mapped_column(String(80))
    held_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 14400", name="plausible"),
        CheckConstraint(_TAKEN_BACK, name="taken_back_with_a_reason"),
        _live("uq_trainings_live", ("volunteer_id", "name", "held_on"), _STANDS),
    )


class Honour(Entered, Base):
    """An honour somebody was given (art. 9)."""

    __tablename__ = "honours"

    name: Mapped[str] = mapped_column(String(80))
    granted_on: Mapped[date]
    unit: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint(_TAKEN_BACK, name="taken_back_with_a_reason"),
        _live("uq_honours_live", ("volunteer_id", "name", "granted_on", "unit"), _STANDS),
    )


class Evaluation(Entered, Base):
    """How well somebody served at one shift (art. 10), from 1 to 5."""

    __tablename__ = "evaluations"

    quality: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(default="")
    evaluated_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("quality BETWEEN 1 AND 5", name="plausible"),
        CheckConstraint("shift_id IS NOT NULL", name="of_a_shift"),
        CheckConstraint(_TAKEN_BACK, name="taken_back_with_a_reason"),
        _live("uq_evaluations_live", ("volunteer_id", "shift_id"), _STANDS),
    )


class YearShare(Base):
    """A public address of one person's year, until it is taken back."""

    __tablename__ = "year_shares"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: Kept sealed, so that the owner can read the address again.
    token: Mapped[str] = mapped_column(EncryptedText("year_shares.token"))
    #: The only word about the person that the page shows, chosen by the person.
    shown_name: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (_live("uq_year_shares_live", ("volunteer_id", "year"), "revoked_at IS NULL"),)
