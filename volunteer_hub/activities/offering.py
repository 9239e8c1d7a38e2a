"""How long a place that came free is kept for whoever waited for it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Enough to sleep over it.
AT_MOST = timedelta(hours=12)


def deadline(now: datetime, starts_at: datetime) -> datetime:
    """Return the instant until which an offer made now is kept: twelve hours, or half of what is left.

    It always ends before the shift begins, so that the next who waits has as long again as this one had left.
    """
    return now + min(AT_MOST, (starts_at - now) / 2)
