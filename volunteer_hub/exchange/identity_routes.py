"""Pages of requests for whole identity numbers: asking, deciding, and who took one's own number out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING, NOTHING
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import catalogue, identity_exports
from volunteer_hub.exchange import identity_queries as queries
from volunteer_hub.exchange.export_asking import offered, read_asked, read_writing
from volunteer_hub.exchange.export_showing import words
from volunteer_hub.exchange.models import IdentityExport
from volunteer_hub.statistics.labels import HAVING
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import locale, say
from volunteer_hub.web.limits import limiter

pages = Blueprint("identity_exports", __name__)
pages.context_processor(words)
pages.context_processor(lambda: {"is_over": queries.is_over})
Answer = str | AnyResponse | tuple[str, int]


@pages.get("/office/exports/identity")
@require(Permission.EXPORT)
def index() -> str:
    """List one's own requests and those one may decide; find those a person was in."""
    number = request.args.get("volunteer", "").strip()
    found = None
    if number:
        person = volunteers.find_by_number(number)
        found = queries.list_with_person(person.id, scope(Permission.APPROVE_EXPORT)) if person else []
    page = queries.page_visible(
        actor().account_id, scope(Permission.APPROVE_EXPORT), request.args.get("page", 1, int)
    )
    return render_template("exchange/identity_exports.html", page=page, now=clock.now(), number=number, found=found)


@pages.route("/office/exports/identity/new", methods=["GET", "POST"])
@limiter.limit("10/minute", methods=["POST"])
@require(Permission.EXPORT)
def ask() -> Answer:
    """Ask, with a reason."""
    refused: DomainError | None = None
    if request.method == "POST":
        try:
            asked, writing = read_asked(), read_writing()
            with transaction():
                made = identity_exports.ask(
                    actor(), asked, writing, request.form.get("reason", ""), locale=locale(), now=clock.now()
                )
            flash(_("申请已提交，须由另一位有批准权限的人批准。"))
            return redirect(url_for("identity_exports.case", identity_id=made.id))
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            refused = refusal
    page = render_template("exchange/identity_new.html", **offered(refused))
    return (page, 403 if refused.status == 403 else 422) if refused else page


@pages.get("/office/exports/identity/<int:identity_id>")
@require(Permission.EXPORT)
def case(identity_id: int) -> str:
    """Show one request, what became of it, and every download."""
    return _case(identity_id)


@pages.post("/office/exports/identity/<int:identity_id>/approve")
@require(Permission.APPROVE_EXPORT)
def approve(identity_id: int) -> Answer:
    """Approve, as the second person."""

    def act() -> IdentityExport:
        asked = queries.get_asked(identity_id)
        day = clock.civil_date(asked.requested_at).isoformat()
        name = say(N_("身份信息_%(number)s_%(day)s"), {"number": str(asked.id), "day": day})
        return identity_exports.approve(actor(), identity_id, name, now=clock.now())

    return _decide(identity_id, act, _("已批准，申请人 24 小时内可以下载。"))


@pages.post("/office/exports/identity/<int:identity_id>/reject")
@require(Permission.APPROVE_EXPORT)
def reject(identity_id: int) -> Answer:
    """Refuse, for a reason."""
    reason = request.form.get("reason", "")
    return _decide(
        identity_id,
        lambda: identity_exports.reject(actor(), identity_id, reason, now=clock.now()),
        _("已退回，理由会告知申请人。"),
    )


@pages.post("/office/exports/identity/<int:identity_id>/withdraw")
@require(Permission.EXPORT)
def withdraw(identity_id: int) -> Answer:
    """Take back one's own request."""
    return _decide(
        identity_id, lambda: identity_exports.withdraw(actor(), identity_id, now=clock.now()), _("已撤回。")
    )


@pages.get("/my/identity-exports")
@require(Permission.OWN_PAGES)
def own() -> str:
    """Tell a person who took the number out, when and why."""
    volunteer = volunteers.find_by_account(actor().account_id or 0)
    listed = queries.list_with_person(volunteer.id, EVERYTHING) if volunteer else []
    return render_template("exchange/identity_own.html", listed=listed)


def _decide(identity_id: int, act: Callable[[], IdentityExport], done: str) -> Answer:
    try:
        with transaction():
            act()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _case(identity_id, refusal), refusal.status
    flash(done)
    return redirect(url_for("identity_exports.case", identity_id=identity_id))


def _case(identity_id: int, refused: DomainError | None = None) -> str:
    listed = queries.get_visible(actor().account_id, scope(Permission.APPROVE_EXPORT), identity_id)
    contents = catalogue.read(
        listed.asked.args, default_region=listed.asked.region_code, scope=NOTHING, say=say, now=clock.now()
    )
    return render_template(
        "exchange/identity_export.html",
        listed=listed,
        contents=contents,
        period=contents.question.period(),
        havings=HAVING,
        downloads=queries.list_downloads(listed.job.id) if listed.job else [],
        is_own=listed.asked.requested_by == actor().account_id,
        now=clock.now(),
        refused=say(refused.message, refused.params) if refused else "",
        typed=request.form.get("reason", ""),
    )
