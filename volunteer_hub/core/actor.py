"""Who acts: passed to every service by the door that called it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The account behind a change. `account_id` is None for the timetable, the command line and visitors.

    `label` is what the trail shows when the account is gone; `address` is where the request came from.
    """

    account_id: int | None
    label: str
    volunteer_id: int | None = None
    device_id: int | None = None
    address: str | None = None


TIMETABLE = Actor(None, "timetable")
COMMAND_LINE = Actor(None, "command line")
