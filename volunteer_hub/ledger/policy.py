"""How a stay becomes minutes: pure rules over a versioned policy.

Service time is the time actually given (MCA order 67 of 2020, art. 7); areas differ in windows, caps,
least presence and rounding, so those are data.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Policy:
    """One version of an area's rules. Every duration is in minutes unless it says otherwise."""

    #: Check-in is open from so long before the planned start until the planned end.
    in_opens_before: int = 60
    #: Check-out is open from the planned start until so long after the planned end.
    out_closes_after: int = 60
    #: Whether minutes before the planned start count.
    early_in_counts: bool = False
    #: How much of a late stay counts beyond the planned end.
    late_out_tolerance: int = 30
    #: Most minutes for one person at one shift, and on one civil date.
    activity_cap: int = 720
    day_cap: int = 720
    #: A shorter stay counts nothing; so does one below this share (percent) of the planned length.
    least_minutes: int = 15
    least_share: int = 0
    #: Minutes are rounded to multiples of this; 0 or 1 leaves them as they are.
    rounding: int = 0
    round_nearest: bool = False
    #: A second scan within so many seconds of the first is the same act.
    same_act_seconds: int = 60
    #: Make-up hours of a station in a month: at most so many minutes, or this share (percent) of what it
    #: recorded by scans (classes A and B), whichever is more.
    make_up_quota_floor: int = 600
    make_up_quota_share: int = 10

    def window(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """Return from when check-in is open and until when check-out is, for a shift of these times."""
        return starts_at - timedelta(minutes=self.in_opens_before), ends_at + timedelta(minutes=self.out_closes_after)

    def as_rules(self) -> dict[str, Any]:
        """Return the policy as it is stored."""
        return asdict(self)


@dataclass(frozen=True)
class Credit:
    """What a stay is worth: minutes stayed, minutes credited, and why they differ."""

    raw: int
    credited: int
    reductions: tuple[str, ...] = field(default=())


def credit_minutes(
    policy: Policy,
    *,
    planned_start: datetime,
    planned_end: datetime,
    in_at: datetime,
    out_at: datetime,
    shift_minutes_before: int = 0,
    day_minutes_before: int = 0,
) -> Credit:
    """Return the credit for one stay, given what the person already has at this shift and on this day.

    Whole minutes are cut, never rounded up, until the policy's own rounding, which happens once.
    Raises ValueError if the stay ends before it begins.
    """
    if out_at < in_at:
        raise ValueError("a stay cannot end before it begins")
    raw = whole_minutes(in_at, out_at)
    reductions: list[str] = []
    begin = in_at if policy.early_in_counts else max(in_at, planned_start)
    end = min(out_at, planned_end + timedelta(minutes=policy.late_out_tolerance))
    minutes = max(0, whole_minutes(begin, end))
    if minutes < raw:
        reductions.append("outside_plan")
    planned = whole_minutes(planned_start, planned_end)
    if minutes < policy.least_minutes or minutes * 100 < planned * policy.least_share:
        return Credit(raw, 0, (*reductions, "too_short"))
    rounded = min(_round(minutes, policy), raw)
    if rounded != minutes:
        reductions.append("rounded")
    for name, room in (
        ("activity_cap", policy.activity_cap - shift_minutes_before),
        ("day_cap", policy.day_cap - day_minutes_before),
    ):
        if rounded > max(0, room):
            rounded = max(0, room)
            reductions.append(name)
    return Credit(raw, rounded, tuple(reductions))


def whole_minutes(begin: datetime, end: datetime) -> int:
    """Return the full minutes between two instants; negative spans are cut towards minus infinity."""
    return int((end - begin) // timedelta(minutes=1))


def _round(minutes: int, policy: Policy) -> int:
    step = policy.rounding
    if step <= 1:
        return minutes
    return (minutes + step // 2) // step * step if policy.round_nearest else minutes // step * step
