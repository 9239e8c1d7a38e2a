"""Imports: the file as uploaded, its rows as a dry run found them, and invitations that wait for consent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, BigKey, Json, PrimaryKey, choice


class ImportKind(StrEnum):
    """What the rows of a file are: people, or hours they served before."""

    ROSTER = "roster"
    HOURS = "hours"


class ImportState(StrEnum):
    """Where an import stands. The timetable works on UPLOADED, APPLYING and UNDOING; people on the others."""

    UPLOADED = "uploaded"
    MAPPING = "mapping"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


class Basis(StrEnum):
    """On what consent people are entered: signed on paper and kept by the office, or still to be asked for."""

    PAPER = "paper"
    INVITATION = "invitation"


class Outcome(StrEnum):
    """What the dry run found of a row."""

    NEW = "new"
    MATCH = "match"
    CONFLICT = "conflict"
    ERROR = "error"


class RowState(StrEnum):
    """What became of a row: its effect and this word are written in one transaction."""

    STAGED = "staged"
    APPLIED = "applied"
    #: By the time of the import there was nothing left to do, or it could not be done any more.
    PASSED = "passed"
    UNDONE = "undone"
    #: The import was undone, this row's effect was not, for the reason given.
    KEPT = "kept"


class Import(Base):
    """One uploaded file on its way into the register or the ledger."""

    __tablename__ = "imports"

    id: Mapped[PrimaryKey]
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind))
    state: Mapped[ImportState] = mapped_column(choice(ImportState))
    file_name: Mapped[str]
    file_digest: Mapped[str]
    #: Bytes.
    file_size: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int | None] = mapped_column(BigKey)
    uploaded_by_name: Mapped[str]
    #: The division the file is for: a row that lies outside it is an error.
    area_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: Residence of rows that name none.
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    basis: Mapped[Basis | None] = mapped_column(choice(Basis))
    consent_on: Mapped[date | None]
    #: Who keeps the signed papers, or, of hours, who vouches for them.
    holder: Mapped[str] = mapped_column(default="")
    #: Field to place of its column, as guessed or as corrected; None before the file was read.
    mapping: Mapped[dict[str, Any] | None] = mapped_column(Json)
    header_row: Mapped[int | None]
    #: Headings and the first rows, as JSON, for correcting the mapping.
    sample: Mapped[str | None] = mapped_column(EncryptedText("imports.sample"))
    #: What was noticed of the sheet, and why the file is not read: a sentence and what it names.
    noticed: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    failure: Mapped[list[Any] | None] = mapped_column(Json)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    #: Rows by outcome, and after the import by what became of them.
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Keyed hash of everything the dry run found: who confirms says by it what they have seen.
    result_digest: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(BigKey)
    confirmed_by_name: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigKey)
    undone_by_name: Mapped[str] = mapped_column(default="")
    undo_reason: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
    #: When the rows' personal data are erased, whatever happened; None once they are.
    erase_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "state"),
        Index(None, "area_code", "uploaded_at"),
        Index(None, "erase_at"),
        CheckConstraint("kind <> 'roster' OR basis IS NOT NULL", name="roster_has_a_basis"),
        CheckConstraint("basis <> 'paper' OR (consent_on IS NOT NULL AND holder <> '')", name="paper_has_a_holder"),
    )


class ImportPiece(Base):
    """A piece of the uploaded file, encrypted; gone when the rows are staged for good."""

    __tablename__ = "import_pieces"

    id: Mapped[PrimaryKey]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(EncryptedText("import_pieces.body"))

    __table_args__ = (UniqueConstraint("import_id", "number"),)


class ImportRow(Base):
    """One row of the file: what the dry run found, and what became of it."""

    __tablename__ = "import_rows"

    id: Mapped[PrimaryKey]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    #: As the spreadsheet numbers it.
    number: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    state: Mapped[RowState] = mapped_column(choice(RowState))
    #: Why: sentences with what they name, without personal data.
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)
    #: The row as checked, as JSON, and the cells as they stood; erased with the rest.
    payload: Mapped[str | None] = mapped_column(EncryptedText("import_rows.payload"))
    cells: Mapped[str | None] = mapped_column(EncryptedText("import_rows.cells"))
    #: Whose row it is, by the keyed hash of the document, and once they are in the register.
    document_index: Mapped[str | None]
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    #: Of hours: on which civil date, how many minutes, of what, and the ledger's line.
    service_on: Mapped[date | None]
    minutes: Mapped[int | None]
    activity_index: Mapped[str | None]
    entry_id: Mapped[int | None] = mapped_column(BigKey)
    #: The invitation this row became.
    invitation_id: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index(None, "import_id", "document_index"),
        Index(None, "import_id", "outcome", "number"),
        Index(None, "import_id", "state", "outcome", "number"),
        Index(None, "volunteer_id"),
        CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes_are_positive"),
    )


class Invitation(Base):
    """Somebody an office would register, who has not consented yet: in no register and in no figure."""

    __tablename__ = "invitations"

    id: Mapped[PrimaryKey]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: None once it is answered, withdrawn or too old; the rows stay for the count.
    document_index: Mapped[str | None] = mapped_column(unique=True)
    mobile_index: Mapped[str | None]
    #: Of the document's last six characters.
    ending_index: Mapped[str | None]
    payload: Mapped[str | None] = mapped_column(EncryptedText("invitations.payload"))
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    ends_at: Mapped[datetime]

    __table_args__ = (Index(None, "mobile_index"), Index(None, "import_id"), Index(None, "volunteer_id"))
