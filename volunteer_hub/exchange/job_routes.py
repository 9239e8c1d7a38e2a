"""Pages of files made in the background: asking, watching, fetching, giving up. Each account sees its own alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import catalogue, export_queries, export_showing, exports
from volunteer_hub.exchange.export_asking import offered, read_asked, read_writing
from volunteer_hub.exchange.export_showing import words
from volunteer_hub.exchange.file_sending import send
from volunteer_hub.exchange.kinds import Need
from volunteer_hub.exchange.models import ExportJob, Writing
from volunteer_hub.web.access import access, actor, require, scope
from volunteer_hub.web.i18n import locale
from volunteer_hub.web.limits import limiter

pages = Blueprint("exports", __name__)
pages.context_processor(words)
Answer = str | AnyResponse | tuple[str, int]


@pages.get("/office/exports")
@require(Permission.EXPORT)
def index() -> Answer:
    """List one's files, and the form to ask for another."""
    return _index()


@pages.post("/office/exports")
@limiter.limit("20/minute")
@require(Permission.EXPORT)
def ask() -> Answer:
    """Put a file on the list; the instant is fixed here."""
    try:
        job = _read()
        with transaction():
            exports.ask(actor(), job, now=clock.now())
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _index(refusal), 422
    flash(_("已开始生成，完成后可在此下载，也会发通知给您。"))
    return redirect(url_for("exports.index"))


@pages.get("/office/exports/progress.json")
@require(Permission.EXPORT)
def progress() -> dict[str, Any]:
    """Say how far one's files are, for the page's script."""
    now = clock.now()
    return {"files": [export_showing.as_json(job, now) for job in export_queries.list_own(_account_id())]}


@pages.get("/office/exports/<int:export_id>/file")
@require(Permission.EXPORT)
def fetch(export_id: int) -> Response:
    """Send a ready file to its owner, from any byte on."""
    job = export_queries.get_ready(_account_id(), export_id, scope(Permission.EXPORT), now=clock.now())
    if job.identity_id is not None and not scope(Permission.OPEN_IDENTITY).covers(region=job.region_code):
        raise NotFound
    if request.method == "GET":
        with transaction():
            exports.record_download(actor(), job, request.headers.get("Range", "all")[:80], now=clock.now())
    return send(job)


@pages.post("/office/exports/<int:export_id>/cancel")
@require(Permission.EXPORT)
def cancel(export_id: int) -> AnyResponse:
    """Give a file up, or erase it early."""
    with transaction():
        exports.cancel(actor(), export_id, now=clock.now())
    flash(_("已取消。"))
    return redirect(url_for("exports.index"))


@pages.post("/office/exports/<int:export_id>/again")
@require(Permission.EXPORT)
def again(export_id: int) -> AnyResponse:
    """Try a failed file once more."""
    with transaction():
        exports.again(actor(), export_id, now=clock.now())
    flash(_("已重新排队。"))
    return redirect(url_for("exports.index"))


def _read() -> ExportJob:
    """Read what is asked for from the form, and look the division up: outside one's scope it is not found."""
    kind, asked, writing = catalogue.get_kind(request.form.get("kind", "")), read_asked(), read_writing()
    plain = catalogue.Format.CSV if writing is Writing.GB18030 else catalogue.Format(writing.value)
    if plain not in kind.formats:
        raise Unprocessable("no_such_format", N_("这种文件不能写成所选格式。"), field="writing")
    return ExportJob(
        account_id=_account_id(),
        kind=kind.key,
        args=asked.args(),
        writing=writing,
        locale=locale(),
        region_code=asked.question.region,
        name=catalogue.file_name(kind, asked),
    )


def _index(refused: DomainError | None = None) -> str:
    jobs = export_queries.list_own(_account_id())
    return render_template(
        "exchange/exports.html",
        jobs=jobs,
        # The list of one shift is small, and taken from the shift's own page.
        kinds=[kind for kind in catalogue.KINDS if Need.SHIFT not in kind.needs],
        is_watched=any(export_showing.is_open(job) for job in jobs),
        kept_hours=int(exports.KEPT.total_seconds() // 3600),
        open_limit=exports.OPEN_LIMIT,
        **offered(refused),
    )


def _account_id() -> int:
    return access().actor.account_id or 0
