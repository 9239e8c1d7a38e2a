"""What the family page shows of the rooms above this one, which the list of rooms brings here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Coming:
    """A shift somebody has signed up for."""

    activity_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    #: The state in words, a gettext key, and the tone of its badge.
    state: str
    tone: str


@dataclass(frozen=True)
class Glimpse:
    """What the family page tells of one person: minutes over the whole ledger, and what comes."""

    minutes: int
    coming: list[Coming]


Look = Callable[[int, datetime], Glimpse]
ReadCard = Callable[[str, datetime], int | None]
_ways: list[tuple[Look, ReadCard]] = []


def use(look: Look, read_card: ReadCard) -> None:
    """Bring the way to hours and sign-ups, and to what a printed card says; called by the list of rooms."""
    _ways[:] = [(look, read_card)]


def glimpse(volunteer_id: int, now: datetime) -> Glimpse:
    """Return what the family page tells of a volunteer."""
    return _ways[0][0](volunteer_id, now)


def read_card(text: str, now: datetime) -> int | None:
    """Return whose live printed card carries this text; None for anything else."""
    return _ways[0][1](text, now)
