"""What people do with an import: upload, correct the columns, confirm, cancel, undo."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.imports import headings, limits
from volunteer_hub.imports.applying import KEPT_AFTER
from volunteer_hub.imports.models import (
    Basis,
    Import,
    ImportKind,
    ImportPiece,
    ImportState,
)
from volunteer_hub.imports.reading import refusal
from volunteer_hub.imports.roster import EARLIEST_CONSENT, KEPT_STAGED
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.service import check_residence

PIECE = 384 * 1024


@dataclass(frozen=True)
class Upload:
    """What is said of a file when it is uploaded."""

    kind: ImportKind
    file_name: str
    area_code: str
    basis: Basis | None = None
    consent_on: date | None = None
    holder: str = ""
    region_code: str | None = None


def upload(actor: Actor, given: Upload, pieces: Iterable[bytes], *, now: datetime) -> Import:
    """Keep an uploaded file, encrypted, to be read by the timetable. Nothing in it is looked at here.

    Raises DomainError at the field at fault: a file too large or empty, a paper consent without day or holder.
    """
    _check_basis(given, clock.civil_date(now))
    if given.region_code is not None:
        if not given.region_code.startswith(region_prefix(given.area_code)):
            raise DomainError("region_outside", N_("居住地不在导入的区划里。"), field="region_code")
        check_residence(given.region_code)
    found = Import(
        kind=given.kind,
        state=ImportState.UPLOADED,
        file_name=given.file_name.strip()[-120:] or "—",
        file_digest="",
        file_size=0,
        uploaded_at=now,
        uploaded_by=actor.account_id,
        uploaded_by_name=actor.label,
        area_code=given.area_code,
        region_code=given.region_code,
        basis=given.basis if given.kind is ImportKind.ROSTER else None,
        consent_on=given.consent_on if given.basis is Basis.PAPER else None,
        holder=given.holder.strip()[:120],
        erase_at=now + KEPT_STAGED,
    )
    db.session.add(found)
    db.session.flush()
    _keep_file(found, pieces)
    audit.record(
        actor,
        "imports.upload",
        "import",
        found.id,
        now=now,
        region=found.area_code,
        kind=found.kind.value,
        size=found.file_size,
        digest=found.file_digest,
        basis=found.basis.value if found.basis else None,
    )
    db.session.flush()
    return found


def _check_basis(given: Upload, today: date) -> None:
    if given.kind is not ImportKind.ROSTER:
        return
    if given.basis is None:
        raise DomainError("basis_missing", N_("请说明同意的依据。"), field="basis")
    if given.basis is Basis.PAPER:
        if given.consent_on is None or not EARLIEST_CONSENT <= given.consent_on <= today:
            raise DomainError(
                "consent_day_missing", N_("请填写纸质同意书的签署日期，不能晚于今天。"), field="consent_on"
            )
        if not given.holder.strip():
            raise DomainError("holder_missing", N_("请填写同意书由哪个单位保管。"), field="holder")


def _keep_file(found: Import, pieces: Iterable[bytes]) -> None:
    """Write the file in encrypted pieces of one size. Raises DomainError for one that is too large."""
    buffer, marks, number = bytearray(), [], 0
    for piece in pieces:
        buffer += piece
        found.file_size += len(piece)
        if found.file_size > limits.FILE_BYTES:
            raise DomainError(
                "file_too_large",
                N_("文件超过 %(n)d MB，请分成几个文件上传。"),
                field="file",
                n=limits.FILE_BYTES // limits.MEBIBYTE,
            )
        while len(buffer) >= PIECE:
            marks.append(_keep_piece(found, number, bytes(buffer[:PIECE])))
            number += 1
            del buffer[:PIECE]
    if buffer:
        marks.append(_keep_piece(found, number, bytes(buffer)))
    if not found.file_size:
        raise refusal("empty", {})
    # Keyed, so that the mark of a file tells nobody whether a guessed file was uploaded.
    found.file_digest = crypto.blind_index("import-file", "".join(marks))


def _keep_piece(found: Import, number: int, piece: bytes) -> str:
    row = ImportPiece(import_id=found.id, number=number, body=base64.b64encode(piece).decode())
    db.session.add(row)
    db.session.flush()
    db.session.expunge(row)
    return crypto.fingerprint(piece)


def correct_mapping(found: Import, mapping: Mapping[str, int]) -> None:
    """Say which column is what, and have the file read anew.

    Raises DomainError where a needed field has no column, or one column stands for two.
    """
    hold(found)
    if found.state not in (ImportState.MAPPING, ImportState.READY):
        raise DomainError("import_moved_on", N_("这次导入已经往前走了，不能再改列。"))
    missing = [name for name in headings.NEEDED[found.kind] if name not in mapping]
    if missing:
        raise DomainError("column_missing", N_("请选择这一项对应的列。"), field=f"column_{missing[0]}")
    if len(set(mapping.values())) < len(mapping):
        places = list(mapping.values())
        twice = next(name for name in mapping if places.count(mapping[name]) > 1)
        raise DomainError("column_twice", N_("同一列不能对应两项内容。"), field=f"column_{twice}")
    found.mapping = dict(mapping)
    found.state, found.counts, found.rows_done, found.result_digest = ImportState.UPLOADED, {}, 0, None
    db.session.flush()


def confirm(actor: Actor, found: Import, seen: str, *, now: datetime) -> None:
    """Let the timetable carry an import out, in the name of who confirms, as they saw it.

    `seen` is the `result_digest` of the dry run on their page. Raises DomainError unless that one is ready.
    """
    hold(found)
    if found.state is not ImportState.READY:
        raise DomainError("import_not_ready", N_("这次导入还没有预检完，或已经确认过。"))
    if seen != (found.result_digest or ""):
        raise DomainError("import_checked_anew", N_("这次导入后来重新预检过，请核对现在的结果，再确认。"))
    if not found.counts.get("new"):
        raise DomainError("nothing_new", N_("没有可以新增的行。"))
    found.state = ImportState.APPLYING
    found.rows_total, found.rows_done = found.counts["new"], 0
    found.confirmed_at, found.confirmed_by, found.confirmed_by_name = now, actor.account_id, actor.label
    drop_file(found)
    audit.record(
        actor,
        "imports.confirm",
        "import",
        found.id,
        now=now,
        region=found.area_code,
        counts=found.counts,
        basis=found.basis.value if found.basis else None,
        result=found.result_digest,
    )
    db.session.flush()


def cancel(actor: Actor, found: Import, *, now: datetime) -> None:
    """Drop an import that was not confirmed; its rows and its file are erased by the timetable's next run.

    Raises DomainError for one that was.
    """
    hold(found)
    if found.state not in (ImportState.UPLOADED, ImportState.MAPPING, ImportState.READY, ImportState.FAILED):
        raise DomainError("import_confirmed", N_("已经确认的导入不能取消，可以整批撤销。"))
    found.state, found.erase_at, found.sample = ImportState.CANCELLED, now, None
    drop_file(found)
    audit.record(actor, "imports.cancel", "import", found.id, now=now, region=found.area_code)
    db.session.flush()


def undo(actor: Actor, found: Import, reason: str, *, now: datetime) -> None:
    """Have a whole import taken back. Raises DomainError without a reason, or for one that is not carried out."""
    hold(found)
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    if found.state is not ImportState.DONE:
        raise DomainError("import_not_done", N_("只有已完成的导入可以撤销。"))
    found.state, found.undone_at, found.undone_by = ImportState.UNDOING, now, actor.account_id
    found.undone_by_name = actor.label
    found.undo_reason = reason.strip()[:150]
    found.rows_total = sum(found.counts.get(name, 0) for name in ("registered", "invited", "credited"))
    found.rows_done = 0
    audit.record(
        actor,
        "imports.undo",
        "import",
        found.id,
        now=now,
        region=found.area_code,
        reason=found.undo_reason,
        counts=found.counts,
    )
    db.session.flush()


def end(actor: Actor, found: Import, *, now: datetime) -> None:
    """Note that an import was carried out, or taken back, to its last row."""
    undone = found.state is ImportState.UNDOING
    found.state = ImportState.UNDONE if undone else ImportState.DONE
    found.finished_at, found.rows_done = now, found.rows_total
    found.erase_at = now + KEPT_AFTER
    action = "imports.undone" if undone else "imports.applied"
    _tell(found, N_("文件“%(file)s”的导入已撤销。") if undone else N_("文件“%(file)s”已导入。"), action, now)
    audit.record(actor, action, "import", found.id, now=now, region=found.area_code, counts=found.counts)
    db.session.flush()


def record_download(actor: Actor, found: Import, *, now: datetime) -> None:
    """Note in the trail that the rows left out, with what stands in them, were handed out."""
    audit.record(actor, "imports.download", "import", found.id, now=now, region=found.area_code)


def actor_of(found: Import) -> Actor:
    """Return in whose name the present step is done: who undid the import, else who confirmed it."""
    if found.state is ImportState.UNDOING:
        return Actor(found.undone_by, found.undone_by_name)
    return Actor(found.confirmed_by, found.confirmed_by_name)


def ready(found: Import, result_digest: str, *, now: datetime) -> None:
    """Let people decide: the dry run is whole, and has a mark by which who confirms says that they saw it."""
    found.rows_total, found.state, found.result_digest = found.rows_done, ImportState.READY, result_digest
    _tell(found, N_("文件“%(file)s”已预检，请核对后确认导入。"), f"ready-{clock.local(now):%m%d%H%M}", now)
    db.session.flush()


def fail(found: Import, refused: DomainError, *, now: datetime) -> None:
    """Keep why a file is not read. The file itself goes at once."""
    _tell(found, N_("文件“%(file)s”读不了，没有导入。"), "failed", now)
    found.state, found.failure = ImportState.FAILED, [refused.message, refused.params]
    drop_file(found)
    db.session.flush()


def hold(found: Import) -> None:
    """Hold the import's row, as it stands now, until the transaction ends."""
    db.session.refresh(found, with_for_update=True)


def _tell(found: Import, sentence: str, about: str, now: datetime) -> None:
    """Tell who uploaded the file how it stands."""
    if found.uploaded_by is not None:
        key, link = f"import:{found.id}:{about}", f"/office/imports/{found.id}"
        notices.tell(found.uploaded_by, sentence, {"file": found.file_name}, key=key, link=link, now=now)


def drop_file(found: Import) -> None:
    """Remove the uploaded file."""
    db.session.execute(delete(ImportPiece).where(ImportPiece.import_id == found.id))
