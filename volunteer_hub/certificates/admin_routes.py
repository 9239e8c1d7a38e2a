"""The recording unit's desk: what is asked of it, what it has issued, and what it prints of itself."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.audit import service as audit
from volunteer_hub.certificates import (
    issuing,
    issuing_desk,
    labels,
    queries,
    register,
    seal_pictures,
    service,
    services,
    units,
    verifying,
)
from volunteer_hub.certificates.forms import NewUnitForm, RefusalForm, RevocationForm, SealForm, UnitForm
from volunteer_hub.certificates.queries import Filters
from volunteer_hub.certificates.units import UnitKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.tabular import csv_chunks
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import choices

pages = Blueprint("certificates_admin", __name__)
Answer = str | AnyResponse | tuple[str, int]
ISSUE = Permission.ISSUE_CERTIFICATES
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "waiting_count": queries.count_waiting(scope(ISSUE))}


@pages.get("/office/certificates")
@require(ISSUE)
def index() -> str:
    """List the requests that wait, or those decided."""
    waiting = request.args.get("tab") != "decided"
    page = queries.page_requests(scope(ISSUE), waiting=waiting, number=request.args.get("page", 1, int))
    return render_template("certificates/index.html", page=page, waiting=waiting)


@pages.get("/office/certificates/requests/<int:certificate_request_id>")
@require(ISSUE)
def show(certificate_request_id: int) -> str:
    """Show a request with the services it would certify."""
    return _request_page(certificate_request_id, RefusalForm(formdata=None))


@pages.post("/office/certificates/requests/<int:certificate_request_id>/issue")
@require(ISSUE)
def issue(certificate_request_id: int) -> Answer:
    """Issue the certificate."""
    form = RefusalForm(formdata=None)
    try:
        certificate = issuing_desk.issue(
            actor(),
            scope(ISSUE),
            certificate_request_id,
            address=lambda token: url_for("certificates.verify", token=token, _external=True),
            site=str(current_app.config["SITE_NAME"]),
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _request_page(certificate_request_id, form), refusal.status
    flash(_("已开具，编号 %(number)s。", number=certificate.number))
    return redirect(url_for("certificates_admin.certificate", certificate_id=certificate.id), 303)


@pages.post("/office/certificates/requests/<int:certificate_request_id>/refuse")
@require(ISSUE)
def refuse(certificate_request_id: int) -> Answer:
    """Refuse, for a reason."""
    form = RefusalForm()
    queries.get_request(scope(ISSUE), certificate_request_id)
    if form.validate_on_submit():
        try:
            with transaction():
                service.refuse(
                    actor(), scope(ISSUE), certificate_request_id, reason=form.reason.data, now=clock.now()
                )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("未予开具，理由已通知本人。"))
            return redirect(url_for("certificates_admin.index"), 303)
    return _request_page(certificate_request_id, form), 422


@pages.get("/office/certificates/issued/<int:certificate_id>")
@require(ISSUE)
def certificate(certificate_id: int) -> str:
    """Show an issued certificate, and what it is worth now."""
    return _certificate_page(certificate_id, RevocationForm(formdata=None))


@pages.post("/office/certificates/issued/<int:certificate_id>/revoke")
@require(ISSUE)
def revoke(certificate_id: int) -> Answer:
    """Withdraw a certificate, for a reason."""
    form = RevocationForm()
    queries.get_certificate(scope(ISSUE), certificate_id)
    if form.validate_on_submit():
        try:
            with transaction():
                service.revoke(actor(), scope(ISSUE), certificate_id, reason=form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已撤销，本人已收到通知，核验页立即显示。"))
            return redirect(url_for("certificates_admin.certificate", certificate_id=certificate_id), 303)
    return _certificate_page(certificate_id, form), 422


@pages.get("/office/certificates/issued/<int:certificate_id>/certificate.pdf")
@require(ISSUE)
def paper(certificate_id: int) -> Response:
    """Send the kept paper, byte for byte; it is in the trail, since a whole document number may stand on it."""
    with transaction():
        number, content = service.open_archive(actor(), scope(ISSUE), certificate_id, now=clock.now())
    return _file(BytesIO(content), "application/pdf", f"{number}.pdf", to_keep=False)


@pages.get("/office/certificates/register", endpoint="register")
@require(ISSUE)
def show_register() -> str:
    """Show the register."""
    where, filters = scope(ISSUE), _filters()
    page = queries.page_certificates(where, filters, request.args.get("page", 1, int))
    return render_template(
        "certificates/register.html",
        page=page.map(lambda one: (one, verifying.verify(one.certificate))),
        filters=filters,
        years=queries.list_years(where),
        units=queries.list_units(where),
    )


@pages.get("/office/certificates/register-file")
@require(ISSUE)
def register_file() -> Response:
    """Send the register as a table; the trail says who took it."""
    file_format = request.args.get("format", "xlsx")
    if file_format not in ("csv", "xlsx"):
        raise NotFound
    now = clock.now()
    listed = queries.list_register(scope(ISSUE), _filters())
    table = register.sheet(listed, now=now)
    written = BytesIO()
    if file_format == "csv":
        written.write(b"".join(csv_chunks(table)))
    else:
        write_xlsx(written, [table])
    written.seek(0)
    with transaction():
        audit.record(actor(), "certificates.export", "register", file_format, now=now, rows=len(listed))
    kind = "text/csv; charset=utf-8" if file_format == "csv" else XLSX
    return _file(written, kind, f"{_('志愿服务证明登记册')}.{file_format}", to_keep=True)


@pages.route("/office/certificates/units", methods=["GET", "POST"])
@require(ISSUE)
def unit_list() -> Answer:
    """List the units that issue, and take in another."""
    where, form = scope(ISSUE), NewUnitForm()
    form.place.choices = choices(units.list_places(where))
    if form.validate_on_submit():
        kind, _colon, key = str(form.place.data).partition(":")
        with transaction():
            place = units.get_place(scope(ISSUE), UnitKind(kind), int(key))
            made = units.ensure(UnitKind(kind), place, now=clock.now())
        return redirect(url_for("certificates_admin.settings", unit_id=made.row.id), 303)
    page = render_template("certificates/units.html", form=form, units=queries.list_units(where))
    return page, 422 if form.errors else 200


@pages.route("/office/certificates/units/<int:unit_id>", methods=["GET", "POST"])
@require(ISSUE)
def settings(unit_id: int) -> Answer:
    """Show and take what a unit's certificates say of it."""
    unit = queries.get_unit(scope(ISSUE), unit_id)
    form = UnitForm(obj=unit.row)
    if form.validate_on_submit():
        with transaction():
            unit = queries.get_unit(scope(ISSUE), unit_id)
            units.change(
                actor(),
                unit,
                person_in_charge=str(form.person_in_charge.data).strip(),
                contact=str(form.contact.data).strip(),
                now=clock.now(),
            )
        flash(_("已保存，从下一份证明起使用。"))
        return redirect(url_for("certificates_admin.settings", unit_id=unit_id), 303)
    return _settings_page(unit_id, form, SealForm(formdata=None)), 422 if form.errors else 200


@pages.post("/office/certificates/units/<int:unit_id>/seal")
@require(ISSUE)
def seal(unit_id: int) -> Answer:
    """Take another picture of the seal, or take the one in use back."""
    unit, form = queries.get_unit(scope(ISSUE), unit_id), SealForm()
    try:
        picture = None
        if "withdraw" not in request.form:
            # Before the transaction: decoding takes its time, and nobody should wait for it.
            picture = seal_pictures.re_encode(form.sent, field="picture")
        with transaction():
            unit = queries.get_unit(scope(ISSUE), unit_id)
            units.use_seal(actor(), unit, picture, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _settings_page(unit_id, UnitForm(formdata=None, obj=unit.row), form), 422
    flash(_("印章图片已更新。") if picture else _("印章图片已停用。"))
    return redirect(url_for("certificates_admin.settings", unit_id=unit_id), 303)


@pages.get("/office/certificates/units/<int:unit_id>/seal.png")
@require(ISSUE)
def seal_picture(unit_id: int) -> Response:
    """Send the picture of the seal in use."""
    queries.get_unit(scope(ISSUE), unit_id)
    used = queries.find_seal(unit_id)
    if used is None:
        raise NotFound
    return Response(used.content, content_type="image/png")


def _file(content: BytesIO, kind: str, name: str, *, to_keep: bool) -> Response:
    answer = send_file(content, kind, as_attachment=to_keep, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _filters() -> Filters:
    return Filters(request.args.get("year", None, int), request.args.get("unit", None, int))


def _request_page(request_id: int, form: RefusalForm) -> str:
    file = queries.get_request(scope(ISSUE), request_id)
    done = issuing.list_covered(file.unit, file.request)
    return render_template(
        "certificates/show.html",
        file=file,
        form=form,
        holder=issuing.holder_of(file.request.volunteer_id),
        done=done,
        minutes=services.total(done),
        by_class=services.by_class(done),
        replaced=queries.find_certificate(file.request.replaces_id),
        made=queries.find_certificate(file.request.certificate_id),
    )


def _certificate_page(certificate_id: int, form: RevocationForm) -> str:
    issued = queries.get_certificate(scope(ISSUE), certificate_id)
    return render_template(
        "certificates/certificate.html",
        issued=issued,
        found=verifying.verify(issued.certificate),
        form=form,
        due=queries.find_due(certificate_id),
        successor=queries.find_certificate(issued.certificate.superseded_by_id),
    )


def _settings_page(unit_id: int, form: UnitForm, seal_form: SealForm) -> str:
    unit = queries.get_unit(scope(ISSUE), unit_id)
    used = queries.find_seal(unit_id)
    return render_template("certificates/settings.html", unit=unit, form=form, seal_form=seal_form, seal=used)
