"""Six digits sent to a mobile: asked for within quotas, guessed at most five times, good once for one purpose.

A code belongs to the purpose and the login it was asked for in; nothing of it is kept but a keyed hash.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from volunteer_hub.accounts.models import MobileCode
from volunteer_hub.core import crypto
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: To one number: so many in so long; from one address; and from the whole deployment, so that no flood is paid for.
PER_NUMBER = ((MINUTE, 1), (HOUR, 5), (DAY, 10))
PER_ADDRESS = ((HOUR, 20),)


class TooManyCodes(DomainError):
    """A number, an address or the deployment has used up its codes."""

    status = 429


def make(purpose: str, login: str, mobile: str, address: str, *, now: datetime, a_day: int) -> str:
    """Return a fresh code for a normalised mobile, to be sent after the transaction; an earlier one is dead.

    Raises TooManyCodes. Those who ask for one number, or from one address, take turns, so that a burst of
    requests sends no more than the quota.
    """
    number, place = _index(mobile), crypto.blind_index("address", address)
    take_turns(db.session, [f"code:{number}", f"code:{place}", "codes"])
    for column, value, limits in (
        (MobileCode.mobile_index, number, PER_NUMBER),
        (MobileCode.address_index, place, PER_ADDRESS),
        (None, None, ((DAY, a_day),)),
    ):
        for span, most in limits:
            sent = select(func.count()).select_from(MobileCode).where(MobileCode.sent_at > now - span)
            if column is not None:
                sent = sent.where(column == value)
            if (db.session.scalar(sent) or 0) >= most:
                raise TooManyCodes("too_many_codes", N_("验证码发得太频繁，请稍后再试。"))
    bound = _bound(login)
    db.session.execute(
        update(MobileCode)
        .where(MobileCode.purpose == purpose, MobileCode.bound_to == bound, MobileCode.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    code = f"{secrets.randbelow(10**6):06d}"
    db.session.add(
        MobileCode(
            purpose=purpose,
            bound_to=bound,
            mobile_index=number,
            address_index=place,
            code_digest=_digest(purpose, bound, number, code),
            sent_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    db.session.flush()
    return code


def guess(purpose: str, login: str, mobile: str, code: str, *, now: datetime) -> bool:
    """Tell whether a code is right, counting the try whatever the answer; a right one is spent.

    The caller commits before it says no, or the try would not be counted. The count rises in the statement
    that reads the digest: of many guesses at once five are looked at.
    """
    bound, number = _bound(login), _index(mobile)
    row = db.session.execute(
        update(MobileCode)
        .where(
            MobileCode.purpose == purpose,
            MobileCode.bound_to == bound,
            MobileCode.mobile_index == number,
            MobileCode.ended_at.is_(None),
            MobileCode.expires_at > now,
            MobileCode.tries < TRIES,
        )
        .values(tries=MobileCode.tries + 1)
        .returning(MobileCode.id, MobileCode.code_digest)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None or not crypto.same(row.code_digest.encode(), _digest(purpose, bound, number, code).encode()):
        return False
    spent = db.session.execute(
        update(MobileCode)
        .where(MobileCode.id == row.id, MobileCode.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(spent.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result


def _index(mobile: str) -> str:
    return crypto.blind_index("mobile-code", mobile)


def _bound(login: str) -> str:
    return crypto.sign("mobile-codes", f"login:{login}".encode()).hex()


def _digest(purpose: str, bound: str, number: str, code: str) -> str:
    typed = "".join(code.split())
    return crypto.sign("mobile-codes", f"{purpose}:{bound}:{number}:{typed}".encode()).hex()
