"""What the rules read and what they say: plain facts, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from volunteer_hub.anomalies.models import Rule
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint
from volunteer_hub.core import clock

#: Rows of one kind that a flag keeps as evidence; its numbers still speak of all.
KEPT = 60


class SubjectKind(StrEnum):
    """Whom or what a flag may be about, or whom it may concern."""

    ACCOUNT = "account"
    DEVICE = "device"
    VOLUNTEER = "volunteer"
    TEAM = "team"
    STATION = "station"
    SHIFT = "shift"
    PAIR = "pair"
    MOBILE = "mobile"


@dataclass(frozen=True)
class Subject:
    """One of them, by number; a pair has two, lower first; a mobile is a keyed hash."""

    kind: SubjectKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.key}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the ids named, none for a mobile."""
        return () if self.kind is SubjectKind.MOBILE else tuple(int(part) for part in self.key.split(":"))


def subject(kind: SubjectKind, *numbers: int) -> Subject:
    """Return a subject by its numbers."""
    return Subject(kind, ":".join(str(number) for number in sorted(numbers)))


def read_subject(stored: str) -> Subject:
    """Return a subject as it was stored."""
    kind, _, key = stored.partition(":")
    return Subject(SubjectKind(kind), key)


@dataclass(frozen=True)
class ScanSeen:
    """One scan that was accepted, or that waits for a person."""

    id: int
    at: datetime
    direction: Direction
    way: EntryPoint
    shift_id: int
    station_id: int
    volunteer_id: int
    operator_id: int | None
    device_id: int | None

    @property
    def hand(self) -> Subject | None:
        """Return through what it came: the device, or without one the account that scanned."""
        if self.device_id is not None:
            return subject(SubjectKind.DEVICE, self.device_id)
        return None if self.operator_id is None else subject(SubjectKind.ACCOUNT, self.operator_id)


@dataclass(frozen=True)
class Stay:
    """One session, with the scans at its ends where it has them."""

    id: int
    volunteer_id: int
    shift_id: int
    station_id: int
    team_id: int | None
    in_at: datetime
    out_at: datetime | None
    closed_by: CloseKind | None
    raw_minutes: int | None
    came: ScanSeen | None = None
    left: ScanSeen | None = None


@dataclass(frozen=True)
class Place:
    """Where a scan was made: a station's position, if it is known, and its address."""

    station_id: int
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    name: str = ""


@dataclass(frozen=True)
class Finding:
    """What a rule saw, with the numbers, the rows behind it and whom it concerns."""

    rule: Rule
    subject: Subject
    period: str
    station_id: int | None
    from_on: date
    until_on: date
    facts: Mapping[str, str | int]
    evidence: Mapping[str, list[int]]
    concerned: tuple[Subject, ...] = field(default=())
    #: Only where there is no station.
    region_code: str | None = None


def evidence(**kinds: Iterable[int | None]) -> dict[str, list[int]]:
    """Return the numbers of the rows behind a finding, each once and in order, so many of each kind."""
    return {
        kind: sorted({number for number in numbers if number is not None})[:KEPT] for kind, numbers in kinds.items()
    }


def wall(instant: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return an instant as the wall clock showed it, for a sentence."""
    return clock.local(instant).strftime(form)


def share(part: int, whole: int) -> int:
    """Return a share in whole percent, cut; 0 of nothing."""
    return part * 100 // whole if whole else 0
