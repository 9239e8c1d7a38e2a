"""Prepares a certificate: what it will say, its signature and its paper, before anything is written.

Drawing takes its time, and nobody should wait for it. Whether all of it still holds is asked again in the
transaction that keeps it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.certificates import certificate_paper, keys, numbering, queries, services, units, wording
from volunteer_hub.certificates.certificate_paper import Extras
from volunteer_hub.certificates.models import Certificate, CertificateKey, CertificateRequest
from volunteer_hub.certificates.queries import RequestFile, Unit
from volunteer_hub.certificates.services import Done, Period
from volunteer_hub.certificates.wording import Content, Service
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.masking import mask_document
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.labels import DOCUMENT_KINDS
from volunteer_hub.volunteers.models import Volunteer

OWN = N_("不能给自己开具证明，请由本单位其他人员办理。")
ASKED = N_("这个申请是您代为提交的，请由本单位其他人员办理。")
ELSEWHERE = N_("其他来源")


@dataclass(frozen=True)
class Composed:
    """What a certificate would say now, and the credits it counts."""

    content: Content
    covered: tuple[int, ...]
    serial: int


@dataclass(frozen=True)
class Prepared:
    """A certificate ready to be kept, if nothing has changed in the meantime."""

    request_id: int
    composed: Composed
    token: str
    key_id: str
    paper: bytes


def holder_of(volunteer_id: int) -> Volunteer:
    """Return the person as registered now: the registration into which this one was merged, if it was."""
    return db.session.get_one(Volunteer, volunteers.kept_id(volunteer_id))


def list_covered(unit: Unit, request: CertificateRequest) -> list[Done]:
    """Return the services a certificate would count now."""
    holder = holder_of(request.volunteer_id)
    return units.covered_by(unit, services.list_done(holder.id, Period(request.since, request.until)))


def compose(actor: Actor, file: RequestFile, *, now: datetime) -> Composed:
    """Return what the certificate would say now.

    Raises Denied for one's own, and DomainError `unit_incomplete`, `holder_left` and `no_hours`.
    """
    holder, unit = holder_of(file.request.volunteer_id), file.unit
    check_not_own(actor, holder, file.request)
    if not unit.row.is_ready:
        raise DomainError("unit_incomplete", N_("请先在“开具设置”里填写负责人和联系方式。"))
    if holder.withdrawn_at is not None:
        raise DomainError("holder_left", N_("本人已退出志愿者登记，不能再开具。"))
    done = list_covered(unit, file.request)
    if not done:
        raise DomainError("no_hours", N_("这段时间里没有本单位记录的服务时长。"))
    today = clock.civil_date(now)
    serial = numbering.expected(unit.row, today.year)
    content = Content(
        number=numbering.number(unit.row, today.year, serial),
        name=holder.name,
        volunteer_number=holder.number,
        document_kind=DOCUMENT_KINDS[holder.document_kind],
        document=mask_document(holder.document_number),
        unit=unit.name,
        person_in_charge=unit.row.person_in_charge,
        handler=_handler(actor),
        contact=unit.row.contact,
        since=file.request.since.isoformat(),
        until=file.request.until.isoformat(),
        issued_on=today.isoformat(),
        purpose=file.request.purpose,
        replaces=_replaced(file.request),
        minutes=services.total(done),
        services=_lines(done),
    )
    return Composed(content, tuple(one.entry_id for one in done), serial)


def check_not_own(actor: Actor, holder: Volunteer, request: CertificateRequest | None = None) -> None:
    """Refuse whoever decides on a certificate of his own, or on one he asked for. Raises Denied."""
    deciding = (actor.account_id, actor.hand)
    if holder.account_id is not None and holder.account_id in deciding:
        raise Denied("own_certificate", OWN)
    if request is not None and request.asked_by is not None and request.asked_by in deciding:
        raise Denied("own_request", ASKED)


def prepare(
    actor: Actor, where: Scope, request_id: int, *, address: Callable[[str], str], site: str, now: datetime
) -> Prepared:
    """Return a certificate with its paper. `address` makes the public page's address from a token.

    Reads only: the key that signs must be there. Raises NotFound outside the scope, and what `compose` raises.
    """
    file = queries.get_request(where, request_id)
    composed = compose(actor, file, now=now)
    key, token = keys.latest(), secrets.token_urlsafe(16)
    holder = holder_of(file.request.volunteer_id)
    seal = queries.find_seal(file.unit.row.id)
    drawn = certificate_paper.draw(
        composed.content,
        Extras(
            document=holder.document_number if file.request.whole_document else composed.content.document,
            code=wording.carried(address(token), *_signed(key, composed.content, file.request, holder)),
            wants_seal=file.request.wants_seal,
            seal=seal.content if seal else None,
        ),
        site,
    )
    return Prepared(request_id, composed, token, key.key_id, drawn)


def _signed(
    key: CertificateKey, content: Content, request: CertificateRequest, holder: Volunteer
) -> tuple[bytes, bytes]:
    """Return the payload of the code and its signature.

    A digest of the document number is there only where the number itself stands beside the code: a masked
    one leaves so few candidates that any digest anybody can compute tells it.
    """
    digest = digest_of(holder.document_number, secrets.token_hex(8)) if request.whole_document else ""
    said = wording.payload(content, key_id=key.key_id, document_digest=digest)
    return said, keys.sign(key, wording.DOMAIN + said)


def digest_of(document_number: str, salt: str) -> str:
    """Return the salted digest of a document number as a code carries it."""
    return f"{salt}.{hashlib.sha256(f'{salt}:{document_number}'.encode()).hexdigest()[:32]}"


def _handler(actor: Actor) -> str:
    return accounts.get_account(actor.account_id).display_name if actor.account_id else actor.label


def _replaced(request: CertificateRequest) -> str:
    return db.session.get_one(Certificate, request.replaces_id).number if request.replaces_id else ""


def _lines(done: Sequence[Done]) -> tuple[Service, ...]:
    return tuple(
        Service(
            on=one.service_on.isoformat(),
            title=one.title or ELSEWHERE,
            place=one.place or "",
            kind=CATEGORIES.get(one.category or "", one.category or ""),
            unit=one.unit or "",
            minutes=one.minutes,
            hours_class=one.hours_class.value,
        )
        for one in done
    )
