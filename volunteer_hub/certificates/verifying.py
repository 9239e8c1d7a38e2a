"""What anybody is told about a paper: asked of the ledger at that moment, whatever was written before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from volunteer_hub.certificates import services
from volunteer_hub.certificates.models import Certificate, CertificateState
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.wording import Content, read
from volunteer_hub.core.db import db


class Verdict(StrEnum):
    """What a paper is worth now."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    ERASED = "erased"


@dataclass(frozen=True)
class Verified:
    """A certificate, what it is worth, and since when."""

    certificate: Certificate
    verdict: Verdict
    #: What it says; None where the person has left.
    content: Content | None
    #: When it ended; None while it holds, and where the ledger says so but nobody has written it down yet.
    ended_at: datetime | None
    #: True where another has been issued in its place.
    is_replaced: bool


def find(token: str) -> Verified | None:
    """Return what a certificate is worth now, by the end of its address; None for no certificate."""
    certificate = db.session.scalar(select(Certificate).where(Certificate.token == token))
    return verify(certificate) if certificate else None


def verify(certificate: Certificate) -> Verified:
    """Return what a certificate is worth now. It is never called valid when the ledger says otherwise."""
    content = read(certificate.content) if certificate.content is not None else None
    return Verified(
        certificate,
        _verdict(certificate),
        content,
        certificate.erased_at or certificate.ended_at,
        certificate.superseded_by_id is not None,
    )


def _verdict(certificate: Certificate) -> Verdict:
    if certificate.erased_at is not None:
        return Verdict.ERASED
    if certificate.state is CertificateState.REVOKED:
        return Verdict.REVOKED
    if certificate.state is CertificateState.SUPERSEDED or not holds(certificate):
        return Verdict.SUPERSEDED
    return Verdict.VALID


def holds(certificate: Certificate) -> bool:
    """Tell whether the ledger still says what a certificate says."""
    period = Period(certificate.since, certificate.until)
    return services.still_stands(certificate.volunteer_id, certificate.covered, period)
