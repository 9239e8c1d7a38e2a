"""What ends a certificate without anybody deciding: the ledger says otherwise, or its holder is erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from volunteer_hub.audit import service as audit
from volunteer_hub.certificates import issuing, queries, verifying
from volunteer_hub.certificates.models import (
    Certificate,
    CertificateLook,
    CertificateRequest,
    CertificateState,
    RequestState,
)
from volunteer_hub.certificates.telling import tell_holder, tell_issuer
from volunteer_hub.core.actor import TIMETABLE
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import EntryKind, HoursEntry
from volunteer_hub.volunteers.models import Volunteer

#: An entry carries the instant at which its request began: so much later it may still be committed.
OVERLAP = timedelta(minutes=10)
#: The first look goes back so far; the public page asks the ledger itself, however old a correction is.
FIRST = timedelta(days=1)


def looked_until() -> datetime | None:
    """Return until when corrections have been looked at."""
    look = db.session.get(CertificateLook, 1, populate_existing=True)
    return look.until if look else None


def note_look(*, now: datetime) -> None:
    """Note that corrections have been looked at until now."""
    take_turn(db.session, "certificate-look")
    look = db.session.get(CertificateLook, 1, populate_existing=True)
    if look is None:
        db.session.add(CertificateLook(id=1, until=now))
    elif look.until < now:
        look.until = now


def list_overtaken(*, now: datetime) -> list[int]:
    """Return the valid certificates of people whose credits were taken back lately, where the ledger now differs."""
    since = (looked_until() or now - FIRST) - OVERLAP
    return [certificate.id for certificate in _touched(since) if not verifying.holds(certificate)]


def _touched(since: datetime) -> Sequence[Certificate]:
    """Return the valid certificates of people of whom anything was taken back, under whichever registration."""
    theirs, holder = aliased(Volunteer), aliased(Volunteer)
    people = (
        select(func.coalesce(theirs.merged_into_id, theirs.id))
        .join(HoursEntry, HoursEntry.volunteer_id == theirs.id)
        .where(HoursEntry.recorded_at >= since, HoursEntry.kind == EntryKind.REVERSAL)
    )
    # Most often nothing was taken back: then not every certificate there is need be looked at, four times a minute.
    if db.session.scalar(people.limit(1)) is None:
        return []
    return db.session.scalars(
        select(Certificate)
        .join(holder, holder.id == Certificate.volunteer_id)
        .where(
            Certificate.state == CertificateState.VALID,
            Certificate.erased_at.is_(None),
            func.coalesce(holder.merged_into_id, holder.id).in_(people),
        )
        .order_by(Certificate.id)
    ).all()


def overtake(certificate_id: int, *, now: datetime) -> bool:
    """End a certificate that the ledger contradicts, and let another be due from its unit; tell whether it was so.

    The volunteer and whoever issued it are told. Doing it twice is doing it once.
    """
    take_turn(db.session, f"certificate:{certificate_id}")
    issued = queries.get_certificate(EVERYTHING, certificate_id)
    certificate = issued.certificate
    ended = certificate.state is not CertificateState.VALID or certificate.erased_at is not None
    if ended or verifying.holds(certificate):
        return False
    certificate.state, certificate.ended_at = CertificateState.SUPERSEDED, now
    _let_another_be_due(certificate, now=now)
    audit.record(
        TIMETABLE,
        "certificates.overtake",
        "certificate",
        certificate.number,
        now=now,
        region=issued.unit.region_code,
    )
    said = {"unit": issued.unit.name, "number": certificate.number}
    tell_holder(
        issuing.holder_of(certificate.volunteer_id),
        N_("您的时长有更正，服务证明 %(number)s 已失效。%(unit)s 核对后开具新的证明。"),
        said,
        key=f"certificate:{certificate.id}:overtaken",
        now=now,
    )
    tell_issuer(
        certificate.issued_by,
        N_("时长有更正，证明 %(number)s 已失效，请核对后开具新的证明。"),
        said,
        key=f"certificate:{certificate.id}:due",
        now=now,
    )
    return True


def _let_another_be_due(certificate: Certificate, *, now: datetime) -> None:
    asked = db.session.scalars(
        select(CertificateRequest).where(CertificateRequest.certificate_id == certificate.id)
    ).one()
    db.session.add(
        CertificateRequest(
            volunteer_id=certificate.volunteer_id,
            unit_id=certificate.unit_id,
            since=certificate.since,
            until=certificate.until,
            purpose=asked.purpose,
            wants_seal=asked.wants_seal,
            whole_document=asked.whole_document,
            asked_at=now,
            replaces_id=certificate.id,
        )
    )
    db.session.flush()


def erase(volunteer_ids: Iterable[int], *, now: datetime) -> int:
    """Destroy what certificates say of people who leave for good; return how many there were.

    Papers, names and purposes go; number, state, minutes and the sum of the paper stay, and the public page
    says that the holder has left. Requests that wait are taken back. Doing it twice is doing it once.
    """
    people = list(volunteer_ids)
    held = db.session.scalars(
        select(Certificate).where(Certificate.volunteer_id.in_(people), Certificate.erased_at.is_(None))
    ).all()
    for certificate in held:
        certificate.erased_at = now
        certificate.content = certificate.paper = None
        certificate.end_reason = "" if certificate.end_reason else certificate.end_reason
    for request in db.session.scalars(select(CertificateRequest).where(CertificateRequest.volunteer_id.in_(people))):
        request.purpose = ""
        if request.reason is not None:
            request.reason = ""
        if request.state is RequestState.WAITING:
            request.state, request.decided_at = RequestState.WITHDRAWN, now
    db.session.flush()
    return len(held)
