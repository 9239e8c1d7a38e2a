"""Who may be worked for at once in this process: so many of each urgency, the more urgent before the others.

Threads wait here, without a connection to the database, until there is a place or their patience ends.
Nothing is shared between processes: each keeps its own door.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import IntEnum

#: Worked for at once in one process: more would only take turns at Python's lock, each the slower for it.
MOST = 8
#: Seconds a request waits for a place before it is sent away.
PATIENCE = 2.0


class Urgency(IntEnum):
    """What a request is for, the most urgent first. The first two are one class: what happened at a door."""

    CHECK_IN = 0
    SYNC = 1
    SIGN_IN = 2
    PAGE = 3
    EXPORT = 4


@dataclass(frozen=True)
class Limit:
    """How many of one urgency are worked for, up to how many in work of any, and up to how many waiting of any."""

    at_once: int
    among: int
    waiting: int


def limits(threads: int) -> dict[Urgency, Limit]:
    """Share out a process's threads: up to half to work in, the rest to wait in and to send away from.

    Whatever is not a check-in leaves at least one place free and some threads unoccupied, so that a
    check-in always finds one; check-ins may fill every place and wait in every thread.
    """
    places = max(2, min(MOST, threads // 2))
    waiting = max(0, threads - places - 2)
    fewer, half, quarter = places - 1, max(1, places // 2), max(1, places // 4)
    return {
        Urgency.CHECK_IN: Limit(places, places, 10 * threads),
        Urgency.SYNC: Limit(max(1, places // 8), fewer, waiting),
        Urgency.SIGN_IN: Limit(half, fewer, waiting * 3 // 4),
        Urgency.PAGE: Limit(half, max(1, places * 3 // 4), waiting // 2),
        Urgency.EXPORT: Limit(quarter, half, waiting // 3),
    }


class Places:
    """The places of one process."""

    def __init__(self, limits: dict[Urgency, Limit], patience: float = PATIENCE) -> None:
        self.limits = limits
        self.patience = patience
        self._free = threading.Condition()
        self._working = dict.fromkeys(Urgency, 0)
        self._waiting = dict.fromkeys(Urgency, 0)
        self._refused = dict.fromkeys(Urgency, 0)

    def enter(self, urgency: Urgency) -> bool:
        """Take a place, waiting for one if need be. False: send the asker away; nothing was taken."""
        with self._free:
            if not self._waiting[urgency] and self._may_go(urgency):
                self._working[urgency] += 1
                return True
            if self._wait(urgency):
                self._working[urgency] += 1
                return True
            self._refused[urgency] += 1
            return False

    def leave(self, urgency: Urgency) -> None:
        """Give the place back."""
        with self._free:
            self._working[urgency] -= 1
            self._free.notify_all()

    def counts(self) -> dict[str, dict[Urgency, int]]:
        """Return how many work and wait now, and how many were sent away since the start."""
        with self._free:
            return {"working": {**self._working}, "waiting": {**self._waiting}, "refused": {**self._refused}}

    def _wait(self, urgency: Urgency) -> bool:
        if sum(self._waiting.values()) >= self.limits[urgency].waiting:
            return False
        self._waiting[urgency] += 1
        try:
            return self._free.wait_for(lambda: self._may_go(urgency), self.patience)
        finally:
            self._waiting[urgency] -= 1
            # Whoever let this one pass first may be able to go now.
            self._free.notify_all()

    def _may_go(self, urgency: Urgency) -> bool:
        """Tell whether there is a place that nobody more urgent waits for and could take."""
        ahead = (other for other in Urgency if other < urgency and self._waiting[other])
        return self._has_room(urgency) and not any(self._has_room(other) for other in ahead)

    def _has_room(self, urgency: Urgency) -> bool:
        limit = self.limits[urgency]
        return self._working[urgency] < limit.at_once and sum(self._working.values()) < limit.among
