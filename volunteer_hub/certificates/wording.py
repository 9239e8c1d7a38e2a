"""What a certificate says, in the form in which it is kept, printed and signed. Pure."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from datetime import date

#: What a signature is under, before the payload: nothing else signed here can be taken for a certificate.
DOMAIN = b"volunteer-hub certificate 1\n"
FORM = "vhc1"


@dataclass(frozen=True)
class Service:
    """One line of the list: one credit of the ledger."""

    on: str
    title: str
    place: str
    kind: str
    unit: str
    minutes: int
    hours_class: str


@dataclass(frozen=True)
class Content:
    """What is printed. `document` is masked, always: a whole number stands on the paper and nowhere else."""

    number: str
    name: str
    volunteer_number: str
    document_kind: str
    document: str
    unit: str
    person_in_charge: str
    handler: str
    contact: str
    since: str
    until: str
    issued_on: str
    purpose: str
    #: The number of the certificate whose place it takes; empty for none.
    replaces: str
    minutes: int
    services: tuple[Service, ...]


def keep(content: Content) -> str:
    """Return the canonical JSON of what a certificate says."""
    return json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(kept: str) -> Content:
    """Return what `keep` was given."""
    said = json.loads(kept)
    return Content(**{**said, "services": tuple(Service(**line) for line in said["services"])})


def payload(content: Content, *, key_id: str, document_digest: str) -> bytes:
    """Return the compact canonical bytes that are signed: a JSON array of texts and the minutes.

    Its places are, in this order: the form, the key, the certificate's number, the name, the volunteer
    number, the masked document number, a salted digest of the whole one or nothing, the unit, the minutes,
    the first day, the last day, the day of issue.
    """
    said = [
        FORM,
        key_id,
        content.number,
        content.name,
        content.volunteer_number,
        content.document,
        document_digest,
        content.unit,
        content.minutes,
        content.since,
        content.until,
        content.issued_on,
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def carried(address: str, said: bytes, signature: bytes) -> str:
    """Return the text of the QR code: the page's address, and behind # what no browser sends to it."""
    return f"{address}#{_text(said)}.{_text(signature)}"


def day(written: str) -> date:
    """Return a kept civil date."""
    return date.fromisoformat(written)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
