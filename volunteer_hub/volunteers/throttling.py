"""How many registrations one address, one browser and one mobile may make: bulk fakes are slowed down to nothing.

Check digits are public, so that anybody can make up numbers that pass. Such registrations stay at assurance 0
and count in no official figure; here they are also kept few. A desk registers without these limits.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from volunteer_hub.core import crypto
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import mobiles
from volunteer_hub.volunteers.models import RegistrationAttempt
from volunteer_hub.volunteers.queries import mobile_index

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Of one IPv6 network, which is what a household or an attacker has, not of one of its countless addresses.
IPV6_NETWORK = 64


@dataclass(frozen=True)
class Quotas:
    """Registrations an hour from one address, a day from one browser and with one mobile; and refusals an hour."""

    per_address: int = 60
    per_device: int = 10
    per_mobile: int = 5
    refusals_per_address: int = 60


@dataclass(frozen=True)
class Caller:
    """Where a registration comes from, as keyed hashes, and the mobile it gives."""

    address_index: str
    device_index: str | None
    mobile_index: str


class TooMany(DomainError):
    """Somebody registers faster than people do."""

    status = 429


def caller(address: str, device: str | None, mobile: str) -> Caller:
    """Return who calls. A mobile that is none keeps what was typed: the registration is refused anyway."""
    try:
        number = mobiles.normalise(mobile)
    except DomainError:
        number = mobile
    return Caller(
        crypto.blind_index("address", _network(address)),
        crypto.blind_index("device", device) if device else None,
        mobile_index(number),
    )


def admit(who: Caller, quotas: Quotas, *, now: datetime) -> None:
    """Let a registration through and count it, in its own transaction. Raises TooMany.

    Those of one address or one mobile take turns, so that no burst passes together.
    """
    take_turns(db.session, [f"register:{who.address_index}", f"register:{who.mobile_index}"])
    refuse_busy(who, quotas, now=now)
    _keep(who, True, now)


def refuse_busy(who: Caller, quotas: Quotas, *, now: datetime) -> None:
    """Refuse who has used up a quota; asked before anything costly is done, too. Raises TooMany."""
    tried = RegistrationAttempt
    limits: list[tuple[ColumnElement[bool], timedelta, int, bool]] = [
        (tried.address_index == who.address_index, HOUR, quotas.per_address, True),
        (tried.address_index == who.address_index, HOUR, quotas.refusals_per_address, False),
        (tried.mobile_index == who.mobile_index, DAY, quotas.per_mobile, True),
    ]
    if who.device_index:
        limits.append((tried.device_index == who.device_index, DAY, quotas.per_device, True))
    for condition, span, most, succeeded in limits:
        counted = select(func.count()).where(condition, tried.at > now - span, tried.succeeded == succeeded)
        if (db.session.scalar(counted) or 0) >= most:
            raise TooMany("too_many_registrations", N_("注册太频繁，请稍后再试；带证件到就近的阵地可以当面登记。"))


def remember_refusal(who: Caller, *, now: datetime) -> None:
    """Count a document that was registered already: asking after many of them is no registering."""
    _keep(who, False, now)


def _keep(who: Caller, succeeded: bool, now: datetime) -> None:
    db.session.execute(delete(RegistrationAttempt).where(RegistrationAttempt.at < now - 2 * DAY))
    db.session.add(
        RegistrationAttempt(
            address_index=who.address_index,
            device_index=who.device_index,
            mobile_index=who.mobile_index,
            at=now,
            succeeded=succeeded,
        )
    )
    db.session.flush()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/{IPV6_NETWORK}", strict=False))
