"""What people do about certificates: ask, take back, refuse, issue, revoke. What ends them otherwise is `ending`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.certificates import ending, issuing, numbering, queries, services, units, wording
from volunteer_hub.certificates.issuing import Prepared
from volunteer_hub.certificates.models import Certificate, CertificateRequest, CertificateState, RequestState
from volunteer_hub.certificates.queries import Issued, RequestFile
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.telling import tell_holder
from volunteer_hub.certificates.units import UnitKind
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound, Unprocessable
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import Volunteer

#: The purpose under which papers are sealed.
PAPER = "certificate-paper"


class Overtaken(Exception):
    """What was prepared is no longer so: a number was taken, or the ledger has moved. Prepare it again."""


@dataclass(frozen=True)
class Asked:
    """What a volunteer asks of a recording unit."""

    kind: UnitKind
    key: int
    period: Period
    purpose: str
    wants_seal: bool
    whole_document: bool


def ask(actor: Actor, volunteer: Volunteer, asked: Asked, *, now: datetime) -> CertificateRequest:
    """Ask a unit for a certificate.

    Raises DomainError at the field concerned: a period that runs backwards or into the future, a unit that
    recorded nothing in it, or the same request a second time.
    """
    _check_period(asked.period, now)
    done = services.list_done(volunteer.id, asked.period)
    offered = {(offer.kind, offer.key) for offer in units.list_offers(done)}
    if (asked.kind, asked.key) not in offered:
        raise DomainError("nothing_recorded", N_("这个单位在这段时间里没有您的服务记录。"), field="unit")
    unit = units.ensure(asked.kind, units.place_of(asked.kind, asked.key), now=now)
    take_turn(db.session, f"certificate-holder:{volunteer.id}")
    if _waits(volunteer, unit.row.id, asked.period):
        raise DomainError("asked_already", N_("同样的申请正在等待核对，不必再次提交。"))
    request = CertificateRequest(
        volunteer_id=volunteer.id,
        unit_id=unit.row.id,
        since=asked.period.since,
        until=asked.period.until,
        purpose=asked.purpose,
        wants_seal=asked.wants_seal,
        whole_document=asked.whole_document,
        asked_at=now,
        asked_by=actor.hand,
    )
    db.session.add(request)
    db.session.flush()
    return request


def _check_period(period: Period, now: datetime) -> None:
    if period.since > period.until:
        raise Unprocessable("period_backwards", N_("结束日期早于开始日期。"), field="until")
    if period.until > clock.civil_date(now):
        raise Unprocessable("period_ahead", N_("结束日期不能晚于今天。"), field="until")


def _waits(volunteer: Volunteer, unit_id: int, period: Period) -> bool:
    return bool(
        db.session.scalar(
            select(CertificateRequest.id).where(
                CertificateRequest.volunteer_id == volunteer.id,
                CertificateRequest.unit_id == unit_id,
                CertificateRequest.since == period.since,
                CertificateRequest.until == period.until,
                CertificateRequest.state == RequestState.WAITING,
                CertificateRequest.replaces_id.is_(None),
            )
        )
    )


def withdraw(actor: Actor, volunteer_ids: list[int], request_id: int, *, now: datetime) -> None:
    """Take back one's own request. Raises NotFound for another's, DomainError `already_decided`."""
    file = queries.get_request(EVERYTHING, request_id)
    if file.request.volunteer_id not in volunteer_ids:
        raise NotFound
    file = _claim(EVERYTHING, request_id)
    file.request.state, file.request.decided_at = RequestState.WITHDRAWN, now
    file.request.decided_by = actor.hand


def refuse(actor: Actor, where: Scope, request_id: int, *, reason: str, now: datetime) -> None:
    """Refuse a request, and tell the volunteer why. Raises NotFound, Denied for one's own, `already_decided`."""
    file = _claim(where, request_id)
    issuing.check_not_own(actor, issuing.holder_of(file.request.volunteer_id), file.request)
    request = file.request
    request.state, request.reason = RequestState.REFUSED, reason
    request.decided_at, request.decided_by = now, actor.account_id
    audit.record(
        actor,
        "certificates.refuse",
        "certificate_request",
        request.id,
        now=now,
        region=file.unit.region_code,
        reason=reason,
    )
    tell_holder(
        issuing.holder_of(request.volunteer_id),
        N_("%(unit)s 没有开具您申请的服务证明：%(reason)s"),
        {"unit": file.unit.name, "reason": reason},
        key=f"certificate-request:{request.id}:refused",
        now=now,
    )


def issue(actor: Actor, where: Scope, prepared: Prepared, *, now: datetime) -> Certificate:
    """Keep a prepared certificate, if everything it says is still so.

    Raises Overtaken where it must be prepared again, and what `issuing.compose` raises.
    """
    file = _claim(where, prepared.request_id)
    composed = issuing.compose(actor, file, now=now)
    if composed != prepared.composed:
        raise Overtaken
    content, unit = composed.content, file.unit
    year = wording.day(content.issued_on).year
    if numbering.take(unit.row, year) != composed.serial:
        raise Overtaken
    holder = issuing.holder_of(file.request.volunteer_id)
    certificate = Certificate(
        volunteer_id=holder.id,
        holder_account_id=holder.account_id,
        unit_id=unit.row.id,
        year=year,
        serial=composed.serial,
        number=content.number,
        token=prepared.token,
        since=file.request.since,
        until=file.request.until,
        minutes=content.minutes,
        covered=list(composed.covered),
        content=wording.keep(content),
        paper=crypto.seal_bytes(PAPER, prepared.paper, content.number.encode()),
        paper_sha256=crypto.fingerprint(prepared.paper),
        key_id=prepared.key_id,
        issued_at=now,
        issued_by=actor.account_id,
    )
    db.session.add(certificate)
    db.session.flush()
    _settle(actor, file, certificate, now=now)
    return certificate


def _settle(actor: Actor, file: RequestFile, certificate: Certificate, *, now: datetime) -> None:
    """Note that a request is done, let the certificate take the place of another, and tell of it."""
    request = file.request
    request.state, request.certificate_id = RequestState.ISSUED, certificate.id
    request.decided_at, request.decided_by = now, actor.account_id
    if request.replaces_id is not None:
        db.session.get_one(Certificate, request.replaces_id).superseded_by_id = certificate.id
    audit.record(
        actor,
        "certificates.issue",
        "certificate",
        certificate.number,
        now=now,
        region=file.unit.region_code,
        minutes=certificate.minutes,
        sha256=certificate.paper_sha256,
        whole_document=request.whole_document,
    )
    tell_holder(
        db.session.get_one(Volunteer, certificate.volunteer_id),
        N_("%(unit)s 已开具您的服务证明，编号 %(number)s，可以下载打印。"),
        {"unit": file.unit.name, "number": certificate.number},
        key=f"certificate:{certificate.id}:issued",
        now=now,
    )


def _claim(where: Scope, request_id: int) -> RequestFile:
    """Return a request that waits, for this transaction alone. Raises NotFound, DomainError `already_decided`."""
    take_turn(db.session, f"certificate-request:{request_id}")
    file = queries.get_request(where, request_id)
    if file.request.state is not RequestState.WAITING:
        raise DomainError("already_decided", N_("这个申请已经处理过了。"))
    return file


def open_paper(certificate: Certificate) -> bytes:
    """Return the paper byte for byte as it was issued. Raises NotFound once it was erased."""
    if certificate.paper is None:
        raise NotFound
    return crypto.open_bytes(PAPER, certificate.paper, certificate.number.encode())


def open_archive(actor: Actor, where: Scope, certificate_id: int, *, now: datetime) -> tuple[str, bytes]:
    """Return number and paper of a certificate for its unit; it is in the trail.

    Where a whole document number stands on it, that is a look at the holder's identity like any other.
    Raises NotFound outside the scope and once it was erased.
    """
    issued = queries.get_certificate(where, certificate_id)
    certificate, content = issued.certificate, open_paper(issued.certificate)
    region, number = issued.unit.region_code, certificate.number
    audit.record(actor, "certificates.open_paper", "certificate", number, now=now, region=region)
    if queries.prints_whole_document(certificate_id):
        person = certificate.volunteer_id
        audit.record(actor, "volunteers.open_identity", "volunteer", person, now=now, region=region, reason=number)
    return number, content


def revoke(actor: Actor, where: Scope, certificate_id: int, *, reason: str, now: datetime) -> Certificate:
    """Withdraw a certificate for a reason. Raises NotFound, Denied for one's own, DomainError `already_ended`."""
    issued = _still_valid(where, certificate_id)
    certificate = issued.certificate
    issuing.check_not_own(actor, issuing.holder_of(certificate.volunteer_id))
    certificate.state, certificate.ended_at = CertificateState.REVOKED, now
    certificate.ended_by, certificate.end_reason = actor.account_id, reason
    audit.record(
        actor,
        "certificates.revoke",
        "certificate",
        certificate.number,
        now=now,
        region=issued.unit.region_code,
        reason=reason,
    )
    tell_holder(
        issuing.holder_of(certificate.volunteer_id),
        N_("您的服务证明 %(number)s 已被 %(unit)s 撤销：%(reason)s"),
        {"unit": issued.unit.name, "number": certificate.number, "reason": reason},
        key=f"certificate:{certificate.id}:revoked",
        now=now,
    )
    return certificate


def _still_valid(where: Scope, certificate_id: int) -> Issued:
    take_turn(db.session, f"certificate:{certificate_id}")
    issued = queries.get_certificate(where, certificate_id)
    if issued.certificate.state is not CertificateState.VALID or issued.certificate.erased_at is not None:
        raise DomainError("already_ended", N_("这份证明已经失效。"))
    return issued


def erase(volunteer_id: int, *, now: datetime) -> int:
    """Destroy what certificates say of somebody who leaves for good, under whichever numbers; see `ending.erase`."""
    return ending.erase(services.ids_of_person(volunteer_id), now=now)
