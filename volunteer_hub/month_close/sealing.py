"""Makes the document and the paper that a close leaves behind, chained to the ones before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.month_close import content, queries, report
from volunteer_hub.month_close.content import Json
from volunteer_hub.month_close.models import ClosedDocument, MonthClose


@dataclass(frozen=True)
class Signature:
    """Who signed as what, and when. The name is kept as it was."""

    role: str
    account_id: int
    name: str
    at: datetime

    def as_json(self) -> Json:
        """Return the signature as a document keeps it."""
        return {"role": self.role, "account": self.account_id, "name": self.name, "at": content.instant(self.at)}


@dataclass(frozen=True)
class Sealed:
    """A document and its paper, ready to be kept, and the one before it."""

    sequence: int
    previous_sha256: str | None
    #: The sum of what was signed, and the accounts that signed it.
    digest: str
    signers: tuple[int, int]
    document: bytes
    pdf: bytes

    @property
    def sha256(self) -> str:
        """Return the sum of the document."""
        return content.digest(self.document)

    @property
    def pdf_sha256(self) -> str:
        """Return the sum of the paper."""
        return content.digest(self.pdf)


def seal(close: MonthClose, filed: Signature, reviewed: Signature) -> Sealed:
    """Return what closing leaves behind. It draws pages, so it is called before the transaction, which then makes
    sure that no other document of the division has come in between."""
    previous = queries.last_document(close.region_code)
    sequence = previous.sequence + 1 if previous else 1
    document = content.canonical(
        {
            "content": content.read(close.content),
            "digest": close.digest,
            "signatures": [filed.as_json(), reviewed.as_json()],
            "sequence": sequence,
            "previous": _sums(previous),
        }
    )
    pdf = report.write(content.read(document), sha256=content.digest(document))
    signers = (filed.account_id, reviewed.account_id)
    return Sealed(sequence, previous.sha256 if previous else None, close.digest, signers, document, pdf)


def _sums(document: ClosedDocument | None) -> Json | None:
    return {"sha256": document.sha256, "pdf_sha256": document.pdf_sha256} if document else None
