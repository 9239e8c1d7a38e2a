"""Binding one login to the kiosk of one station: on the server, so that no way round it exists in the browser."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from volunteer_hub.accounts import passwords
from volunteer_hub.accounts.models import Login
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_

#: So many wrong PINs end the login altogether.
TRIES = 5
PIN = re.compile(r"[0-9]{4,8}")


class Leaving(StrEnum):
    """What became of a try to leave."""

    LEFT = "left"
    WRONG = "wrong"
    ENDED = "ended"


def enter(actor: Actor, login_id: int, station_id: int, region: str, pin: str, *, now: datetime) -> None:
    """Bind a login to a station's kiosk. Raises DomainError at `pin` for anything but four to eight digits.

    A login that is bound stays as it is: a second form must not set another PIN.
    """
    if not PIN.fullmatch(pin):
        raise DomainError("pin_format", N_("密码应为 4 到 8 位数字。"), field="pin")
    bound = db.session.execute(
        update(Login)
        .where(Login.id == login_id, Login.ended_at.is_(None), Login.kiosk_station_id.is_(None))
        .values(kiosk_station_id=station_id, kiosk_pin_hash=passwords.hash_pin(pin), kiosk_failures=0)
    )
    if bound.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        audit.record(actor, "checkin.enter_kiosk", "station", station_id, now=now, region=region)


def try_to_leave(actor: Actor, login_id: int, region: str, pin: str, *, now: datetime) -> Leaving:
    """Free a login from its kiosk if the PIN is right; after TRIES wrong ones, end it.

    The try is counted before it is judged, by one statement, so that many at once are not more tries.
    """
    counted = db.session.execute(
        update(Login)
        .where(Login.id == login_id, Login.ended_at.is_(None), Login.kiosk_failures < TRIES)
        .values(kiosk_failures=Login.kiosk_failures + 1)
        .execution_options(synchronize_session=False)
    )
    login = db.session.scalar(select(Login).where(Login.id == login_id).execution_options(populate_existing=True))
    if login is None or not counted.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        return Leaving.ENDED
    station_id = login.kiosk_station_id
    if passwords.matches(login.kiosk_pin_hash, pin):
        login.kiosk_station_id, login.kiosk_pin_hash, login.kiosk_failures = None, None, 0
        audit.record(actor, "checkin.leave_kiosk", "station", station_id, now=now, region=region)
        return Leaving.LEFT
    if login.kiosk_failures < TRIES:
        return Leaving.WRONG
    login.ended_at = now
    audit.record(actor, "checkin.lock_kiosk", "station", station_id, now=now, region=region)
    return Leaving.ENDED
