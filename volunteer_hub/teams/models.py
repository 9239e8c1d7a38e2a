"""Teams as a tree, and who belonged to which from when to when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, PrimaryKey, choice


class TeamKind(StrEnum):
    """Corps 总队, brigade 支队/大队, squad 分队/小队."""

    CORPS = "corps"
    BRIGADE = "brigade"
    SQUAD = "squad"


class Specialty(StrEnum):
    """The eight of 1+8+N, and N for everything else."""

    THEORY = "theory"
    CULTURE = "culture"
    EDUCATION = "education"
    HEALTH = "health"
    SCIENCE = "science"
    LAW = "law"
    ENVIRONMENT = "environment"
    AID = "aid"
    OTHER = "other"


class JoinMode(StrEnum):
    """How one becomes a member."""

    REQUEST = "request"
    OPEN = "open"
    INVITATION = "invitation"


class MembershipState(StrEnum):
    """Where a membership stands."""

    REQUESTED = "requested"
    INVITED = "invited"
    ACTIVE = "active"
    DECLINED = "declined"
    LEFT = "left"


class Team(Base):
    """A volunteer team."""

    __tablename__ = "teams"

    id: Mapped[PrimaryKey]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    path: Mapped[str]
    kind: Mapped[TeamKind] = mapped_column(choice(TeamKind))
    specialty: Mapped[Specialty] = mapped_column(choice(Specialty))
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    join_mode: Mapped[JoinMode] = mapped_column(choice(JoinMode))
    introduction: Mapped[str] = mapped_column(default="")
    founded_at: Mapped[datetime]
    dissolved_at: Mapped[datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "path"), Index(None, "region_code"), Index(None, "station_id"))


class Membership(Base):
    """One person's belonging to one team. At most one live row per pair; past ones stay."""

    __tablename__ = "memberships"

    id: Mapped[PrimaryKey]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    state: Mapped[MembershipState] = mapped_column(choice(MembershipState))
    is_leader: Mapped[bool] = mapped_column(default=False)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_memberships_live",
            "team_id",
            "volunteer_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'invited', 'active')"),
            postgresql_where=text("state IN ('requested', 'invited', 'active')"),
        ),
        Index(None, "volunteer_id"),
        CheckConstraint("state <> 'active' OR joined_on IS NOT NULL", name="active_has_a_day"),
    )
