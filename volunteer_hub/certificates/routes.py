"""One's own record and certificates, and what anybody is told who scans the code on a paper."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.certificates import (
    keys,
    labels,
    printed_records,
    queries,
    record_paper,
    service,
    services,
    units,
    verifying,
)
from volunteer_hub.certificates.forms import WHOLE, PeriodForm, RequestForm
from volunteer_hub.certificates.printed_records import Printed
from volunteer_hub.certificates.record_paper import Record
from volunteer_hub.certificates.service import Asked
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.units import Offer, UnitKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.masking import mask_document
from volunteer_hub.core.permission import Permission
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.labels import DOCUMENT_KINDS
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, public, require
from volunteer_hub.web.forms import choices
from volunteer_hub.web.limits import limiter

pages = Blueprint("certificates", __name__)
Answer = str | AnyResponse | tuple[str, int]

OWN = Permission.OWN_PAGES
#: Papers drawn anew for one person.
DRAWN = "30/minute"


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "verdicts": labels.VERDICTS, "tones": labels.VERDICT_TONES}


@pages.after_request
def _keep_out_of_search_engines(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@pages.get("/my/certificates")
@require(OWN)
def own() -> str:
    """Show how to print one's record, what one has asked for, and the certificates one has."""
    volunteer = _own()
    ids, ever = services.ids_of_person(volunteer.id), services.list_done(volunteer.id, _ever())
    return render_template(
        "certificates/own.html",
        form=_period_form(ever[0].service_on if ever else clock.today()),
        minutes=services.total(ever),
        requests=queries.list_own_requests(ids),
        certificates=[(one, verifying.verify(one.certificate)) for one in queries.list_own_certificates(ids)],
    )


@pages.get("/my/certificates/record.pdf")
@require(OWN)
@limiter.limit(DRAWN)
def record_pdf() -> Response:
    """Send one's service record of the days asked for, as it stands now."""
    volunteer, now = _own(), clock.now()
    period = _asked_period()
    done = services.list_done(volunteer.id, period, known_at=now)
    if "since" not in request.args and done:
        period = Period(done[0].service_on, period.until)
    printed = Printed(volunteer.id, period, now, services.total(done), len(done))
    record = Record(
        name=volunteer.name,
        number=volunteer.number,
        document_kind=DOCUMENT_KINDS[volunteer.document_kind],
        document=mask_document(volunteer.document_number),
        period=period,
        as_of=now,
        done=done,
        code=url_for("certificates.verify_record", token=printed_records.seal(printed), _external=True),
    )
    drawn = record_paper.draw(record, str(current_app.config["SITE_NAME"]))
    return _pdf(drawn, _("志愿服务记录"))


@pages.route("/my/certificates/new", methods=["GET", "POST"], endpoint="request")
@require(OWN)
@limiter.limit("20/hour", methods=["POST"])
def ask() -> Answer:
    """Ask a recording unit for a certificate."""
    volunteer, now = _own(), clock.now()
    ever = services.list_done(volunteer.id, _ever())
    offers, form = units.list_offers(ever), RequestForm()
    form.unit.choices = choices([(offer.value, _named(offer)) for offer in offers])
    if request.method == "GET" and ever:
        form.since.data, form.until.data = ever[0].service_on, clock.today()
    if form.validate_on_submit():
        try:
            with transaction():
                service.ask(actor(), _own(), _asked(form), now=now)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("申请已提交，记录单位核对后开具，结果会通知您。"))
            return redirect(url_for("certificates.own"), 303)
    without = services.total([one for one in ever if one.unit is None])
    page = render_template("certificates/request.html", form=form, offers=offers, without=without)
    return page, 422 if form.errors else 200


@pages.post("/my/certificates/requests/<int:certificate_request_id>/withdraw")
@require(OWN)
def withdraw(certificate_request_id: int) -> AnyResponse:
    """Take one's request back."""
    with transaction():
        ids = services.ids_of_person(_own().id)
        service.withdraw(actor(), ids, certificate_request_id, now=clock.now())
    flash(_("申请已撤回。"))
    return redirect(url_for("certificates.own"), 303)


@pages.get("/my/certificates/<int:certificate_id>/certificate.pdf")
@require(OWN)
def own_paper(certificate_id: int) -> Response:
    """Send one's certificate, byte for byte as it was issued."""
    ids = services.ids_of_person(_own().id)
    for issued in queries.list_own_certificates(ids):
        if issued.certificate.id == certificate_id:
            return _pdf(service.open_paper(issued.certificate), issued.certificate.number)
    raise NotFound


@pages.get("/certificates/<token>")
@public
@limiter.limit("60/minute")
def verify(token: str) -> Answer:
    """Say what a certificate is worth now, and nothing the paper does not say."""
    found = verifying.find(token)
    page = render_template("certificates/verify.html", found=found, now=clock.now())
    return page, 200 if found else 404


@pages.get("/certificates/records/<token>")
@public
@limiter.limit("60/minute")
def verify_record(token: str) -> Answer:
    """Say whether a printed record is what the ledger says."""
    printed = printed_records.unseal(token)
    found = printed_records.compare(printed) if printed else None
    page = render_template("certificates/verify_record.html", found=found, now=clock.now())
    return page, 200 if found else 404


@pages.get("/certificates/keys", endpoint="keys")
@public
@limiter.limit("60/minute")
def published_keys() -> Response:
    """Publish the keys with which certificates can be checked without us."""
    listed = [
        {
            "id": key.key_id,
            "algorithm": "Ed25519",
            "public": key.public_key,
            "since": key.since.isoformat(),
            "retired": key.retired_at.isoformat() if key.retired_at else None,
            "withdrawn": key.withdrawn_at.isoformat() if key.withdrawn_at else None,
        }
        for key in keys.list_keys()
    ]
    answer = jsonify({"keys": listed})
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _own() -> Volunteer:
    return volunteers.get_own(actor().account_id or 0)


def _ever() -> Period:
    return Period(date(1900, 1, 1), clock.today())


def _period_form(since: date) -> PeriodForm:
    form = PeriodForm(formdata=None)
    form.since.data, form.until.data = since, clock.today()
    return form


def _asked_period() -> Period:
    """Return the days in the address; what is missing or nonsense is as wide as it can be."""
    today = clock.today()
    since = _day(request.args.get("since", "")) or _ever().since
    until = min(_day(request.args.get("until", "")) or today, today)
    return Period(min(since, until), until)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _named(offer: Offer) -> str:
    hours = f"{offer.minutes // 60}.{offer.minutes % 60 * 100 // 60:02d}"
    return str(_("%(name)s（%(hours)s 小时）", name=offer.name, hours=hours))


def _asked(form: RequestForm) -> Asked:
    kind, _colon, key = str(form.unit.data).partition(":")
    return Asked(
        kind=UnitKind(kind),
        key=int(key),
        period=Period(form.since.data, form.until.data),
        purpose=str(form.purpose.data).strip(),
        wants_seal=bool(form.wants_seal.data),
        whole_document=form.document.data == WHOLE,
    )


def _pdf(drawn: bytes, name: str) -> Response:
    answer = send_file(BytesIO(drawn), "application/pdf", download_name=f"{name}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer
