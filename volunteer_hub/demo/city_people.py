"""What is remembered of the people while the large demonstration's ledger is written, and how days are printed."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

from volunteer_hub.core import clock

#: A day after all days.
NEVER = 32_000


@dataclass
class Crowd:
    """What the ledger needs of everybody, by place in the order of registration: 11 bytes each."""

    ids: range
    home: array[int] = field(default_factory=lambda: array("H"))
    #: The day of a move, counted from the first day, and where to; the day of a withdrawal.
    moves_on: array[int] = field(default_factory=lambda: array("h"))
    moves_to: array[int] = field(default_factory=lambda: array("H"))
    leaves_on: array[int] = field(default_factory=lambda: array("h"))
    #: How readily somebody serves, 0 (never) to 255.
    eager: bytearray = field(default_factory=bytearray)
    #: Number of the community whose squad somebody belongs to, plus one; 0 is none.
    squad: array[int] = field(default_factory=lambda: array("H"))

    def community_on(self, place: int, day: int) -> int:
        """Return where somebody lived at the end of a day."""
        return self.moves_to[place] if self.moves_on[place] <= day else self.home[place]


class Calendar:
    """Prints days and seconds, counted from the first day, as both engines store them."""

    def __init__(self, first_day: date) -> None:
        self.first_day = first_day
        self._midnight = clock.at(first_day).astimezone(UTC).replace(tzinfo=None)

    def day(self, number: int) -> str:
        """Return a civil date."""
        return (self.first_day + timedelta(days=number)).isoformat()

    def instant(self, day: int, second: int) -> str:
        """Return the instant so many seconds after a civil midnight."""
        return (self._midnight + timedelta(days=day, seconds=second)).isoformat(" ", "microseconds")
