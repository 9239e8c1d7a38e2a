"""Codes by which an adult lets a relative or helper act: good once, for minutes, kept only as a keyed hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from volunteer_hub.audit import service as audit
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.spelling import fold
from volunteer_hub.core.text import N_
from volunteer_hub.families import linking, queries
from volunteer_hub.families.models import CareCode, CareKind, CareLink, Proof
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer

LIFETIME = timedelta(minutes=10)
DIGITS = 8


def make(actor: Actor, cared: Volunteer, kind: CareKind, *, now: datetime, ages: Ages) -> str:
    """Return a fresh code with which a relative or helper may link; it is good once, for ten minutes.

    An unused earlier one dies. Raises DomainError for a minor, who has a guardian instead.
    """
    if kind is CareKind.GUARDIAN or linking.is_minor(cared, now, ages):
        raise DomainError("code_for_a_minor", N_("未成年人由监护人代办，不能自己给出代办码。"))
    db.session.execute(delete(CareCode).where(CareCode.volunteer_id == cared.id, CareCode.used_at.is_(None)))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    db.session.add(
        CareCode(
            volunteer_id=cared.id,
            kind=kind,
            code_index=_code_index(code),
            made_at=now,
            expires_at=now + LIFETIME,
        )
    )
    db.session.flush()
    audit.record(actor, "families.make_code", "volunteer", cared.id, now=now, kind=kind.value)
    return code


def redeem(actor: Actor, carer: Volunteer, typed: str, *, now: datetime, ages: Ages) -> CareLink:
    """Link with whoever gave the code away. The code is spent by one compare-and-set, so it serves one person.

    Raises DomainError at field `code` for one that is wrong, used or out of date: the same sentence for all.
    """
    index = _code_index(fold(typed))
    spent = db.session.execute(
        update(CareCode)
        .where(CareCode.code_index == index, CareCode.used_at.is_(None), CareCode.expires_at > now)
        .values(used_at=now, used_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    code = queries.find_code(index) if spent.rowcount else None  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
    if code is None:
        raise DomainError("code_wrong", N_("代办码不对或已过期，请对方重新生成。"), field="code")
    cared = db.session.get_one(Volunteer, code.volunteer_id)
    return linking.establish(actor, carer, cared, code.kind, Proof.CODE, now=now, ages=ages)


def _code_index(code: str) -> str:
    return crypto.blind_index("care-code", code)
