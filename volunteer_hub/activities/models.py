"""Projects, activities, shifts and sign-ups."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Base, BigKey, Json, PrimaryKey, choice


class ActivityState(StrEnum):
    """From the desk to the archive."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class SignUpState(StrEnum):
    """Where a sign-up stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class Audience(StrEnum):
    """Who may sign up."""

    EVERYONE = "everyone"
    TEAM = "team"


class Project(Base):
    """A lasting project, for instance 情暖万家, under which activities are published."""

    __tablename__ = "projects"

    id: Mapped[PrimaryKey]
    name: Mapped[str]
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    introduction: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "station_id"),)


class Activity(Base):
    """What is published: one place, one content, one or more shifts."""

    __tablename__ = "activities"

    id: Mapped[PrimaryKey]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    #: The team that serves, to which hours are attributed; None where the station itself recruits.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    title: Mapped[str]
    #: A service category, by key.
    category: Mapped[str]
    content: Mapped[str] = mapped_column(Text)
    #: Law 685 art 12: recruitment states the possible risks.
    risks: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str]
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    audience: Mapped[Audience] = mapped_column(choice(Audience), default=Audience.EVERYONE)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ActivityState] = mapped_column(choice(ActivityState))
    #: The six classes that may not be published, as declared one by one by who published.
    declarations: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]

    shifts: Mapped[list[Shift]] = relationship(order_by="Shift.starts_at", back_populates="activity")

    __table_args__ = (Index(None, "station_id", "state"), Index(None, "team_id"), Index(None, "project_id"))


class Shift(Base):
    """A stretch of time on which hours are earned."""

    __tablename__ = "shifts"

    id: Mapped[PrimaryKey]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: None is without limit.
    capacity: Mapped[int | None]
    #: Places held by accepted and offered sign-ups; a trigger on sign_ups keeps it, a CHECK bounds it.
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    sign_up_opens_at: Mapped[datetime]
    sign_up_closes_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    activity: Mapped[Activity] = relationship(back_populates="shifts")

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="forward"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="not_overbooked"),
        Index(None, "activity_id"),
        Index(None, "starts_at"),
        Index(None, "ends_at"),
    )


class SignUp(Base):
    """One person's place at one shift."""

    __tablename__ = "sign_ups"

    id: Mapped[PrimaryKey]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: The team for which the person serves, if any.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    state: Mapped[SignUpState] = mapped_column(choice(SignUpState))
    #: When the person asked; the waiting list runs in this order.
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    #: The account that acted: the person, a leader, or None for the waiting list moving up.
    changed_by: Mapped[int | None] = mapped_column(BigKey)
    reason: Mapped[str | None]
    #: Until when an offered place is kept for the person; None where nothing is offered.
    offered_until: Mapped[datetime | None]
    #: The account that asked for the person; None for who asked by oneself.
    asked_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        UniqueConstraint("shift_id", "volunteer_id"),
        Index(None, "volunteer_id", "state"),
        Index(None, "shift_id", "state", "asked_at"),
        Index(
            None,
            "offered_until",
            sqlite_where=text("offered_until IS NOT NULL"),
            postgresql_where=text("offered_until IS NOT NULL"),
        ),
    )


class ActivityResult(Base):
    """What the station says came of a shift, or of a whole activity. A later word follows; none is changed."""

    __tablename__ = "activity_results"

    id: Mapped[PrimaryKey]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    #: None where one figure was given for all its shifts together; then no shift has one of its own.
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    #: The civil date the figures belong to: of the shift, or of the last one held.
    served_on: Mapped[date]
    #: 受益人次: how many times somebody was served, not how many people.
    beneficiaries: Mapped[int]
    #: How many photos the station keeps of it; None where it does not say.
    photos: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(BigKey)
    #: When another word took its place, or it was taken back; None while it holds.
    superseded_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("beneficiaries >= 0", name="beneficiaries_not_negative"),
        CheckConstraint("photos IS NULL OR photos >= 0", name="photos_not_negative"),
        CheckConstraint("superseded_at IS NULL OR superseded_at >= recorded_at", name="forward"),
        Index(
            "uq_activity_results_shift",
            "shift_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL AND shift_id IS NOT NULL"),
            postgresql_where=text("superseded_at IS NULL AND shift_id IS NOT NULL"),
        ),
        Index(
            "uq_activity_results_whole",
            "activity_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL AND shift_id IS NULL"),
            postgresql_where=text("superseded_at IS NULL AND shift_id IS NULL"),
        ),
        Index(None, "activity_id"),
        Index(None, "served_on"),
    )
