"""The months of a division, what each says, and the two signatures under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.month_close import (
    checking,
    composing,
    content,
    labels,
    late,
    months,
    queries,
    reopening,
    sealing,
    service,
    showing,
)
from volunteer_hub.month_close.forms import AnewForm
from volunteer_hub.month_close.models import CloseState, MonthClose
from volunteer_hub.month_close.sealing import Signature
from volunteer_hub.month_close.service import Signed
from volunteer_hub.regions import queries as regions
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("month_close", __name__)

Answer = str | Redirect | tuple[str, int]


@pages.context_processor
def _words() -> dict[str, Any]:
    return {
        "states": labels.STATES,
        "tones": labels.TONES,
        "restated_word": labels.RESTATED,
        "superseded_word": labels.SUPERSEDED,
        "named": months.named,
        "limit": showing.limit,
        "moment_of": showing.moment,
        "CloseState": CloseState,
        "is_overdue": lambda close: showing.is_overdue(close, now=clock.now()),
    }


@pages.get("/office/months")
@require(Permission.SIGN_FIGURES)
def index() -> str:
    """List the months of a division with how far each has come."""
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    known = queries.list_regions(where)
    chosen = _chosen(where, [region.code for region in known])
    closes = queries.list_closes(chosen) if chosen else []
    in_force = queries.current_closes(chosen, at=now) if chosen else []
    return render_template(
        "month_close/index.html",
        known=known,
        region=regions.get_region(chosen) if chosen else None,
        closes=[(close, queries.get_signers(close)) for close in closes],
        in_force={close.id for close in in_force},
        restated=late.count_late(in_force, now=now),
    )


@pages.get("/office/months/<int:close_id>")
@require(Permission.SIGN_FIGURES)
def show(close_id: int) -> str:
    """Show one month: what is to be signed, or what was and what has changed since."""
    return _page(close_id, AnewForm())


@pages.post("/office/months/<int:close_id>/refresh")
@require(Permission.SIGN_FIGURES)
def refresh(close_id: int) -> Answer:
    """Prepare an open month's figures as of now."""
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    close = queries.get_close(close_id, where)
    as_of = max(composing.cut_off(now), close.as_of)
    composed = composing.compose(close.region_code, close.month, version=close.version, as_of=as_of)

    def act() -> None:
        service.refresh(actor(), close_id, where, composed, now=now)
        flash(_("草稿已按现在的数据重新生成。"))

    return _act(close_id, act)


@pages.post("/office/months/<int:close_id>/file")
@require(Permission.SIGN_FIGURES)
def file(close_id: int) -> Answer:
    """Take the first signature."""
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    checked = checking.check(queries.get_close(close_id, where), now=now)
    shown = request.form.get("digest", "")

    def act() -> None:
        _tell(service.file(actor(), close_id, where, checked, shown=shown, now=now), _("您已填报，等待另一人审核。"))

    return _act(close_id, act)


@pages.post("/office/months/<int:close_id>/review")
@require(Permission.SIGN_FIGURES)
def review(close_id: int) -> Answer:
    """Take the second signature, which closes the month."""
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    close = queries.get_close(close_id, where)
    shown = request.form.get("digest", "")
    if close.state is not CloseState.FILED or close.filed_by == actor().account_id:
        return _refused(close_id, _not_to_be_reviewed(close))
    checked = checking.check(close, now=now)
    sealed = sealing.seal(close, *_signatures(close, now))

    def act() -> None:
        signed = service.review(actor(), close_id, where, checked, sealed, shown=shown, now=now)
        _tell(signed, _("已月结。报告从现在起不再改变。"))

    return _act(close_id, act)


@pages.post("/office/months/<int:close_id>/anew")
@require(Permission.SIGN_FIGURES)
def ask_anew(close_id: int) -> Answer:
    """Take a request to close the month anew."""
    where, form = scope(Permission.SIGN_FIGURES), AnewForm()
    queries.get_close(close_id, where)
    if form.validate_on_submit():
        try:
            with transaction():
                reopening.ask(actor(), close_id, where, reason=form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已申请重新月结，等待另一人决定。"))
            return redirect(url_for("month_close.show", close_id=close_id), 303)
    return _page(close_id, form), 422


@pages.post("/office/months/<int:close_id>/anew/decide")
@require(Permission.SIGN_FIGURES)
def decide_anew(close_id: int) -> Answer:
    """Take the second person's decision on a request to close the month anew."""
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    grant = request.form.get("grant") == "1"
    composed = reopening.compose_anew(queries.get_close(close_id, where), now=now)

    def act() -> None:
        begun = reopening.decide(actor(), close_id, where, grant=grant, composed=composed, now=now)
        flash(_("已批准，新的草稿等待填报。") if begun else _("已处理。"))

    return _act(close_id, act)


@pages.get("/office/months/<int:close_id>/report.pdf")
@require(Permission.SIGN_FIGURES)
def report_pdf(close_id: int) -> Response:
    """Send the kept paper, byte for byte."""
    return _file(close_id, "pdf", "application/pdf")


@pages.get("/office/months/<int:close_id>/report.json")
@require(Permission.SIGN_FIGURES)
def report_json(close_id: int) -> Response:
    """Send the kept document, byte for byte."""
    return _file(close_id, "json", "application/json")


def _file(close_id: int, kind: str, content_type: str) -> Response:
    """Record the download in a transaction of its own, before the first byte leaves."""
    where = scope(Permission.SIGN_FIGURES)
    kept = queries.get_document(close_id, where)
    body = kept.pdf if kind == "pdf" else kept.document
    with transaction():
        close = queries.get_close(close_id, where)
        service.record_download(actor(), close, kind, now=clock.now())
        name = f"{close.region_code}-{months.named(close.month)}-v{close.version}.{kind}"
    answer = Response(body, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(close_id: int, form: AnewForm) -> str:
    where, now = scope(Permission.SIGN_FIGURES), clock.now()
    close = queries.get_close(close_id, where)
    kept = queries.find_document(close_id)
    document = content.read(kept.document) if kept else None
    said = document["content"] if document else content.read(close.content)
    in_force = queries.in_force(close, at=now)
    restated = showing.restatements(close, now=now) if in_force else []
    versions = [each for each in queries.list_closes(close.region_code) if each.month == close.month]
    return render_template(
        "month_close/show.html",
        close=close,
        kept=kept,
        document=document,
        said=said,
        tables=showing.tables(said),
        whole=showing.whole(said),
        targets=showing.targets(said),
        redefined=showing.redefined(said) if in_force else [],
        signers=queries.get_signers(close),
        in_force=in_force,
        restated=restated,
        openable=showing.still_here(close, restated, now=now),
        asked=showing.asked(close, now=now),
        arrived=0 if kept else checking.count_arrived(close),
        refused=showing.changes(close.changes["differences"], said) if close.changes else [],
        carried=[(each, showing.changes(each["differences"], said)) for each in said["restatements"]],
        versions=versions,
        reopenings=queries.list_reopenings([each.id for each in versions]),
        waiting=queries.find_waiting(close_id),
        anew=form,
        me=actor().account_id,
    )


def _act(close_id: int, act: Callable[[], None]) -> Answer:
    """Do one thing to a month and lead back to its page, which says what was refused."""
    try:
        with transaction():
            act()
    except NotFound:
        raise
    except DomainError as refusal:
        return _refused(close_id, refusal)
    return redirect(url_for("month_close.show", close_id=close_id), 303)


def _refused(close_id: int, refusal: DomainError) -> tuple[str, int]:
    form = AnewForm(formdata=None)
    form.refuse(refusal)
    return _page(close_id, form), 422


def _tell(signed: Signed, done: str) -> None:
    flash(done if signed.given else _("数据有变化，没有签字。草稿已按现在的数据重新生成，请核对后再签。"))


def _signatures(close: MonthClose, now: datetime) -> tuple[Signature, Signature]:
    filed, reviewed = close.filed_by or 0, actor().account_id or 0
    return (
        Signature("filed", filed, queries.name_of(filed), close.filed_at or now),
        Signature("reviewed", reviewed, queries.name_of(reviewed), now),
    )


def _not_to_be_reviewed(close: MonthClose) -> DomainError:
    if close.state is CloseState.FILED:
        return Denied("same_person", service.SAME_PERSON)
    return DomainError("not_filed", service.NOT_FILED)


def _chosen(where: Scope, codes: list[str]) -> str | None:
    """Return the division asked for, else the one pages open on, else the first of which months are closed."""
    asked = request.args.get("region", "")
    if asked:
        return regions.get_managed(where, asked).code
    start = statistics.find_start(where, current_app.config["HOME_REGION"])
    return start if start in codes or not codes else codes[0]
