"""The only reader of the time, and the only one who knows the deployment's civil zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_zone = ZoneInfo("Asia/Shanghai")


def use_zone(name: str) -> None:
    """Set the zone in which civil dates are read; called once by the application factory."""
    global _zone  # noqa: PLW0603 - one deployment has one civil zone, set before the first request
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    """Return the deployment's civil zone."""
    return _zone


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def unix_now() -> float:
    """Return the present instant as seconds since 1970, for rotating codes."""
    return now().timestamp()


def local(instant: datetime) -> datetime:
    """Return the instant as the deployment's wall clock shows it."""
    return instant.astimezone(_zone)


def civil_date(instant: datetime) -> date:
    """Return the civil date on which the instant falls in the deployment's zone."""
    return local(instant).date()


def today() -> date:
    """Return today's civil date."""
    return civil_date(now())


def at(day: date, wall: time = time.min) -> datetime:
    """Return the instant of a wall-clock time on a civil date."""
    return datetime.combine(day, wall, tzinfo=_zone).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the last microsecond of a civil date, as an instant."""
    return at(day + timedelta(days=1)) - timedelta(microseconds=1)


def from_wall(wall: datetime) -> datetime:
    """Read a naive wall-clock time (from a form) in the deployment's zone, as an instant in UTC."""
    return wall.replace(tzinfo=_zone).astimezone(UTC)
