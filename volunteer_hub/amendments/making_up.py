"""The rules of make-up hours: which times may be asked for, how much a station may ask for in a month. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.policy import Policy

#: How long the person has to say that he was not there, before anybody may approve.
COOL_DOWN = timedelta(hours=24)


def check_times(in_at: datetime, out_at: datetime, *, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse times outside the shift's plan, in the wrong order, or still to come. Raises DomainError."""
    if out_at <= in_at:
        raise DomainError("backwards", N_("离开时间应晚于到达时间。"), field="out_at")
    if out_at > now:
        raise DomainError("in_the_future", N_("还没有发生的服务不能补录。"), field="out_at")
    if in_at < starts_at or out_at > ends_at:
        raise DomainError(
            "outside_shift",
            N_("时间应在场次计划之内：%(from_)s 至 %(to)s。"),
            field="in_at" if in_at < starts_at else "out_at",
            from_=wall(starts_at),
            to=wall(ends_at),
        )


def quota(policy: Policy, scanned_minutes: int) -> int:
    """Return how many make-up minutes a station may have in a month in which it recorded so many by scans."""
    return max(policy.make_up_quota_floor, max(0, scanned_minutes) * policy.make_up_quota_share // 100)


def month_of(day: date) -> str:
    """Return the quota's month of a civil date: 2026-03."""
    return f"{day:%Y-%m}"


def above_station(scope: Scope, region_code: str) -> bool:
    """Tell whether a scope covers a station by its division: another level than the station itself."""
    return Scope(everything=scope.everything, regions=scope.regions).covers(region=region_code)


def wall(instant: datetime) -> str:
    """Return an instant as people here read it, for a sentence."""
    return f"{clock.local(instant):%Y-%m-%d %H:%M}"
