"""Imports as an office sees them: upload, dry run, confirm, progress, undo. Nothing of a file is read in here."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.file import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.imports import headings, labels, limits, paper_files, queries, service
from volunteer_hub.imports.forms import UndoForm, UploadForm, mapping_form
from volunteer_hub.imports.models import Import, ImportKind, ImportState, Outcome
from volunteer_hub.imports.showing import shown_rows
from volunteer_hub.regions import queries as regions
from volunteer_hub.web.access import access, actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("imports", __name__)

Answer = str | AnyResponse | tuple[str, int]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 256 * 1024
#: Rows of each kind on the page, and seconds after which a page with something under way asks again.
SHOWN, ASK_AGAIN = 10, 3


@pages.url_value_preprocessor
def _allow_larger_body(endpoint: str | None, _values: Any) -> None:
    """Let an upload be larger than other forms, for who may import; before the form is read for its token."""
    if endpoint == "imports.upload" and access().can(Permission.IMPORT):
        request.max_content_length = limits.FILE_BYTES + limits.MEBIBYTE


@pages.get("/office/imports")
@require(Permission.IMPORT)
def index() -> Answer:
    return _index(_upload_form())


@pages.post("/office/imports")
@require(Permission.IMPORT)
def upload() -> Answer:
    form = _upload_form()
    if form.validate_on_submit():
        try:
            with transaction():
                regions.get_managed(scope(Permission.IMPORT), form.area_code.data)
                found = service.upload(actor(), _given(form), _pieces(form.file.data), now=clock.now())
                import_id = found.id
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("imports.show", import_id=import_id))
    return _index(form)


@pages.get("/office/imports/<int:import_id>")
@require(Permission.IMPORT)
def show(import_id: int) -> Answer:
    return _page(_get(import_id))


@pages.post("/office/imports/<int:import_id>/columns")
@require(Permission.IMPORT)
def correct_columns(import_id: int) -> Answer:
    form = _columns_form(_get(import_id))
    if form is None:
        raise NotFound
    if form.validate_on_submit():
        chosen = {
            name.removeprefix("column_"): int(held) for name, held in form.data.items() if _is_column(name, held)
        }
        try:
            with transaction():
                service.correct_mapping(_get(import_id), chosen)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("imports.show", import_id=import_id))
    return _page(_get(import_id), columns=form)


@pages.post("/office/imports/<int:import_id>/confirm")
@require(Permission.IMPORT)
def confirm(import_id: int) -> Answer:
    try:
        with transaction():
            service.confirm(actor(), _get(import_id), request.form.get("seen", ""), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
    return redirect(url_for("imports.show", import_id=import_id))


@pages.post("/office/imports/<int:import_id>/cancel")
@require(Permission.IMPORT)
def cancel(import_id: int) -> Answer:
    try:
        with transaction():
            service.cancel(actor(), _get(import_id), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
        return redirect(url_for("imports.show", import_id=import_id))
    flash(_("已取消，文件和预检的内容会清除。"))
    return redirect(url_for("imports.index"))


@pages.post("/office/imports/<int:import_id>/undo")
@require(Permission.IMPORT)
def undo(import_id: int) -> Answer:
    form = UndoForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.undo(actor(), _get(import_id), form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("imports.show", import_id=import_id))
    return _page(_get(import_id), undoing=form)


@pages.get("/office/imports/<int:import_id>/left-out.xlsx")
@require(Permission.IMPORT)
def left_out(import_id: int) -> Answer:
    found = _get(import_id)
    if found.sample is None:
        raise NotFound
    with transaction():
        service.record_download(actor(), _get(import_id), now=clock.now())
    words = json.loads(found.sample)["headings"]
    sheet = paper_files.left_out_sheet(words, queries.rows_not_imported(import_id), _say)
    return _workbook(say(N_("没有导入的行_%(id)d"), {"id": import_id}), [sheet])


@pages.get("/office/imports/roster-template.xlsx")
@require(Permission.IMPORT)
def roster_template() -> Answer:
    return _template(ImportKind.ROSTER, N_("志愿者花名册导入模板"))


@pages.get("/office/imports/hours-template.xlsx")
@require(Permission.IMPORT)
def hours_template() -> Answer:
    return _template(ImportKind.HOURS, N_("历史时长导入模板"))


def _template(kind: ImportKind, name: str) -> Response:
    return _workbook(say(name), paper_files.template_sheets(kind, headings.FIELDS[kind], _say))


def _say(sentence: str, params: Any) -> str:
    return say(sentence, dict(params))


def _workbook(name: str, sheets: Sequence[Sheet]) -> Response:
    """Return sheets as a file; the temporary one has no name and ends with the answer."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    try:
        write_xlsx(kept, sheets)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    response = Response(_sent(kept), mimetype=XLSX)
    response.call_on_close(kept.close)
    named = f"attachment; filename=import.xlsx; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    response.headers["Content-Disposition"] = named
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(PIECE):
            yield piece


def _get(import_id: int) -> Import:
    return queries.get_import(scope(Permission.IMPORT), import_id)


def _is_column(name: str, held: Any) -> bool:
    return name.startswith("column_") and bool(held)


def _pieces(uploaded: FileStorage) -> Iterator[bytes]:
    while piece := uploaded.stream.read(PIECE):
        yield piece


def _given(form: UploadForm) -> service.Upload:
    code = (form.region_code.data or "").strip()
    if code and not scope(Permission.IMPORT).covers(region=code):
        raise DomainError("region_outside", N_("居住地不在您管理的范围里。"), field="region_code")
    return service.Upload(
        kind=form.kind_of(),
        file_name=form.file.data.filename or "",
        area_code=form.area_code.data,
        basis=form.basis_of(),
        consent_on=form.consent_on.data,
        holder=form.holder.data or "",
        region_code=code or None,
    )


def _upload_form() -> UploadForm:
    form = UploadForm()
    allowed = scope(Permission.IMPORT)
    tops = regions.list_tops(allowed)
    home = regions.home_region(current_app.config["HOME_REGION"])
    if home is not None and allowed.covers(region=home.code):
        tops = [home, *(region for region in tops if region.code != home.code)]
    form.area_code.choices = [(region.code, region.full_name) for region in tops]
    return form


def _index(form: UploadForm) -> tuple[str, int]:
    listed = queries.page_imports(scope(Permission.IMPORT), request.args.get("page", 1, type=int))
    page = render_template(
        "imports/index.html",
        form=form,
        listed=listed,
        labels=labels,
        names=regions.map_names(found.area_code for found in listed.items),
    )
    return page, 422 if form.errors else 200


def _columns_form(found: Import) -> Any:
    """Return the form of the columns while they may still be corrected, else None."""
    if found.state not in (ImportState.MAPPING, ImportState.READY) or found.sample is None:
        return None
    words = json.loads(found.sample)["headings"]
    columns = [(place, _column_words(place, word)) for place, word in enumerate(words[: limits.COLUMNS])]
    return mapping_form(headings.FIELDS[found.kind], columns, found.mapping or {})


def _column_words(place: int, heading: str) -> str:
    letters = "".join(itertools.chain(chr(64 + place // 26) if place >= 26 else "", chr(65 + place % 26)))
    return f"{letters} · {heading}" if heading else letters


def _page(found: Import, *, columns: Any = None, undoing: UndoForm | None = None) -> Answer:
    wrong = bool((columns and columns.errors) or (undoing and undoing.errors))
    body = render_template(
        "imports/show.html",
        found=found,
        labels=labels,
        area=regions.get_region(found.area_code),
        columns=columns or _columns_form(found),
        fields=headings.FIELDS[found.kind],
        needed=headings.NEEDED[found.kind],
        undoing=undoing or UndoForm(None),
        groups=[(outcome, shown_rows(found, outcome, SHOWN, _say)) for outcome in Outcome],
        kept=[(row, paper_files.reasons_of(row, _say)) for row in queries.rows_kept(found.id, SHOWN)],
        invited=queries.count_answered(found.id),
        same_file=queries.find_same_file(found),
        busy=found.state in queries.BUSY,
    )
    response = Response(body, 422 if wrong else 200)
    if found.state in queries.BUSY and not wrong:
        response.headers["Refresh"] = str(ASK_AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response
