"""When a message may disturb, how often it is tried, and when it is no longer worth sending. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from volunteer_hub.core import clock

#: Nobody is woken unless they ask to be: half past nine in the evening to half past seven.
QUIET_FROM, QUIET_UNTIL = 21 * 60 + 30, 7 * 60 + 30
#: How long after a failed try the next one is due; after the last, it is given up.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
#: What nobody could take for a day is old news; it stands in the application.
STALE = timedelta(hours=24)


def next_chance(now: datetime, quiet_from: int, quiet_until: int) -> datetime:
    """Return the first instant, now or later, outside the quiet minutes of the civil day."""
    local = clock.local(now)
    minute = local.hour * 60 + local.minute
    if quiet_from == quiet_until:
        return now
    inside = quiet_from <= minute < quiet_until
    if quiet_from > quiet_until:
        inside = minute >= quiet_from or minute < quiet_until
    if not inside:
        return now
    day = local.date() + timedelta(days=minute >= quiet_until)
    return clock.at(day, time(quiet_until // 60, quiet_until % 60))


def next_try(now: datetime, tries: int) -> datetime | None:
    """Return when to try again after so many tries have failed, or None to give up."""
    return now + WAITS[tries - 1] if tries <= len(WAITS) else None
