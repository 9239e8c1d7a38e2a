"""Who acts: passed to every service by the door that called it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The account behind a change. `account_id` is None for the timetable, the command line and visitors.

    `label` is what the trail shows when the account is gone; `address` is where the request came from.
    Where somebody acts for another, `account_id` is the other's, so that own pages are the other's pages;
    `by_account_id` and `label` are of whoever really acts, and `hand` is what a record keeps.
    """

    account_id: int | None
    label: str
    volunteer_id: int | None = None
    device_id: int | None = None
    address: str | None = None
    by_account_id: int | None = None

    @property
    def hand(self) -> int | None:
        """Return the account of whoever really acts."""
        return self.by_account_id or self.account_id


TIMETABLE = Actor(None, "timetable")
COMMAND_LINE = Actor(None, "command line")
