"""The server's time, signed for one account on one device: what a scan without a network is dated by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from volunteer_hub.core import tokens

#: Far beyond what is believed without a person, so that an old scan is still attributed and put before one.
LIFETIME = timedelta(days=400)


@dataclass(frozen=True)
class Beacon:
    """Which account, on which device, heard which instant."""

    account_id: int
    device_id: int | None
    at: datetime


def light(account_id: int, device_id: int | None, now: datetime) -> str:
    """Return a beacon's text."""
    claims = {"a": account_id, "d": device_id, "t": int(now.timestamp() * 1000)}
    return tokens.seal("beacon", claims, int(LIFETIME.total_seconds()))


def read(text: str) -> Beacon | None:
    """Return what a beacon says, or None if it is not one of ours."""
    claims = tokens.unseal("beacon", text)
    if claims is None:
        return None
    return Beacon(claims["a"], claims["d"], datetime.fromtimestamp(claims["t"] / 1000, UTC))
