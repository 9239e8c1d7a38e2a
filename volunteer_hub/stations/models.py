"""Stations: a tree of their own that usually, not always, follows the divisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, PrimaryKey, choice


class StationKind(StrEnum):
    """Centre 中心, institute 所, post 站, base 基地, point 点."""

    CENTRE = "centre"
    INSTITUTE = "institute"
    POST = "post"
    BASE = "base"
    POINT = "point"


class Station(Base):
    """A place of civilization practice, with its position in the tree as a path of ids."""

    __tablename__ = "stations"

    id: Mapped[PrimaryKey]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    #: `/1/7/` for station 7 under station 1; a subtree is everything whose path begins with it.
    path: Mapped[str]
    kind: Mapped[StationKind] = mapped_column(choice(StationKind))
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    address: Mapped[str] = mapped_column(default="")
    #: Degrees, WGS 84; the building, not a person.
    latitude: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))
    longitude: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))
    #: As printed on the door, for instance 周一至周五 8:30–17:00.
    opening_hours: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    keepers: Mapped[list[StationKeeper]] = relationship(
        order_by="StationKeeper.since", cascade="all, delete-orphan", lazy="select"
    )

    __table_args__ = (
        Index(None, "path"),
        Index(None, "region_code"),
        Index(None, "parent_id"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_in_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_in_range"),
    )


class StationKeeper(Base):
    """The person named on the door. What an account may do there is a role grant, not this."""

    __tablename__ = "station_keepers"

    id: Mapped[PrimaryKey]
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(EncryptedText("station_keepers.phone"))
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (Index(None, "station_id"),)
