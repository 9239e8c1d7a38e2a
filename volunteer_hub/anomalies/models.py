"""Flags on what looks odd, who is concerned by each and may answer, and how far the nightly look has come."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice

#: How many characters an answer and a decision's reason may have.
ANSWER_LENGTH = 1000
REASON_LENGTH = 200


class Rule(StrEnum):
    """What is looked for. The rules themselves are pure functions; their limits are in `thresholds`."""

    #: Many people through one device in a few seconds.
    DEVICE_BURST = "device_burst"
    #: A whole team through one device in the same minute, faster than people can follow one another.
    SAME_MINUTE = "same_minute"
    #: One person at two places too far apart for the time between.
    TRAVEL = "travel"
    #: Everybody at a shift stayed the same number of minutes, although they came at different times.
    IDENTICAL = "identical"
    #: Share of class C in a month, at a station or by one who records.
    MADE_UP_STATION = "made_up_station"
    MADE_UP_OPERATOR = "made_up_operator"
    #: Stays outside the station's opening hours.
    OUTSIDE_HOURS = "outside_hours"
    #: Many hours recorded just before a month, quarter or year closes.
    CLOSING_SPIKE = "closing_spike"
    #: Somebody scanned himself in or out with the operator's page.
    OWN_SCANS = "own_scans"
    #: Corrections that lengthen scanned stays, again and again between the same two people.
    LENGTHENED = "lengthened"
    #: Quarantined scans of one operator, admitted by himself or nearly all by one other.
    VOUCHING = "vouching"
    #: Most of a station's make-ups asked for and approved by the same two people.
    SAME_PAIR = "same_pair"
    #: Many people registered with one mobile in a few minutes.
    REGISTRATIONS = "registrations"


class FlagState(StrEnum):
    """Where a flag stands. Only people move it, and nothing is deducted in any state."""

    OPEN = "open"
    LOOKED_AT = "looked_at"
    EXPLAINED = "explained"
    CONFIRMED = "confirmed"


#: The two ways in which a person may close a flag.
DECIDED = (FlagState.EXPLAINED, FlagState.CONFIRMED)


class AnomalyLook(Base):
    """One look over what is new: from which numbers and instants it read, up to which, and what it found."""

    __tablename__ = "anomaly_looks"

    id: Mapped[PrimaryKey]
    #: The civil date of a nightly look; None for one asked for by hand, which moves no watermark.
    night: Mapped[date | None] = mapped_column(unique=True)
    since: Mapped[datetime]
    looked_at: Mapped[datetime]
    #: Scans and volunteers with numbers above the first and up to the second were new to this look.
    scan_from: Mapped[int] = mapped_column(BigKey)
    scan_to: Mapped[int] = mapped_column(BigKey)
    volunteer_from: Mapped[int] = mapped_column(BigKey)
    volunteer_to: Mapped[int] = mapped_column(BigKey)
    raised: Mapped[int]


class AnomalyFlag(Base):
    """One finding, once: the same rule never flags the same subject and period again.

    What was seen never changes and no flag is deleted (triggers); it is decided once, and never by
    somebody whom it concerns (trigger).
    """

    __tablename__ = "anomaly_flags"

    id: Mapped[PrimaryKey]
    #: Without a CHECK: rules come with the code that looks for them. None may go: flags stay.
    rule: Mapped[Rule] = mapped_column(
        Enum(
            Rule,
            values_callable=lambda members: [str(member) for member in members],
            native_enum=False,
            create_constraint=False,
            length=24,
        )
    )
    #: Whom or what it is about, for instance `device:12`, `station:7`, `pair:3:9`.
    subject: Mapped[str] = mapped_column(String(80))
    #: Of when, for instance `shift:88` or `2026-03`.
    period: Mapped[str] = mapped_column(String(40))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    #: The division whose office decides.
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: The first and last civil date of what was seen.
    from_on: Mapped[date]
    until_on: Mapped[date]
    #: The numbers that fill the rule's sentence; never personal data.
    facts: Mapped[dict[str, Any]]
    #: Numbers of the rows behind it, by kind: scans, sessions, entries, make_ups, corrections, volunteers, shifts.
    evidence: Mapped[dict[str, Any]]
    found_at: Mapped[datetime]
    state: Mapped[FlagState] = mapped_column(choice(FlagState), default=FlagState.OPEN)
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decision_reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("rule", "subject", "period"),
        CheckConstraint("from_on <= until_on", name="forward"),
        CheckConstraint(
            "(taken_at IS NULL) = (state = 'open') AND (taken_at IS NULL) = (taken_by IS NULL)",
            name="taken_by_somebody",
        ),
        CheckConstraint(
            "(decided_at IS NOT NULL) = (state IN ('explained', 'confirmed'))"
            " AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (decision_reason IS NULL)",
            name="decided_with_a_reason",
        ),
        Index(None, "region_code", "state"),
        Index(None, "station_id"),
        Index(None, "found_at"),
    )


class AnomalyParty(Base):
    """An account a flag concerns: it was told, and may answer once, before the decision (triggers)."""

    __tablename__ = "anomaly_parties"

    flag_id: Mapped[int] = mapped_column(ForeignKey("anomaly_flags.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    told_at: Mapped[datetime]
    #: In their own words.
    said: Mapped[str | None] = mapped_column(Text)
    said_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(said IS NULL) = (said_at IS NULL)", name="said_at_some_time"),
        Index(None, "account_id"),
    )
